// Names of models to offer where one is asked for.
import type { Routing } from "../../../domain/routing/types.ts";
import type { LogRow, UpstreamState } from "../../../ports/browse.ts";
import type { RoutingNames } from "../shared/pages-deps.ts";
import type { CallQuery } from "../shared/call-query.ts";
import type { Offers } from "../shared/filter-bar.tsx";

/** Beyond that a list helps nobody. */
const maxOffered = 500;

/** Aliases and mapped names, then what servers list; each once. */
export function knownModelNames(
  { aliases, modelMap }: Pick<Routing, "aliases" | "modelMap">,
  upstreams: readonly Pick<UpstreamState, "models">[],
): readonly string[] {
  const names = [
    ...aliases.keys(),
    ...modelMap.exact.keys(),
    ...upstreams.flatMap(({ models }) => models),
  ];
  return [...new Set(names)].slice(0, maxOffered);
}

/** Names to offer in the filters' fields: those configured, and those of the calls shown. */
export function namesToOffer(
  { aliases, servers }: Pick<RoutingNames, "servers" | "aliases">,
  shown: Readonly<Record<keyof Offers, readonly (string | null)[]>>,
  { fields }: Pick<CallQuery, "fields">,
): Offers {
  const distinct = (names: Iterable<string | null>, typed: string): readonly string[] =>
    [...new Set(names)]
      .filter((name): name is string => name !== null && name !== typed)
      .toSorted()
      .slice(0, maxOffered);
  return {
    model: distinct([...aliases.keys(), ...shown.model], fields.model),
    upstream: distinct([...servers.keys(), ...shown.upstream], fields.upstream),
    user: distinct(shown.user, fields.user),
    client: distinct(shown.client, fields.client),
  };
}

/** Of rows. */
export function shownNames(rows: readonly LogRow[]) {
  return {
    model: rows.flatMap((row) => [row.original_model, row.mapped_model]),
    upstream: rows.map((row) => row.upstream),
    user: rows.map((row) => row.auth_user ?? row.source_ip),
    client: rows.map((row) => row.client),
  };
}

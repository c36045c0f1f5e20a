// Names of models to offer where one is asked for.
import type { Routing } from "../../../domain/routing/types.ts";
import type { UpstreamState } from "../../../ports/browse.ts";

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

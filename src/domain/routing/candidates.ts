// The steps of routing that a model name takes apart from the rules: alias, direct address, discovery, default.
import type { DiscoverySnapshot } from "./discovery.ts";
import { latestSaid, nameAt } from "./latest.ts";
import { defaultServerName } from "./plain-server.ts";
import type { PolicyLevel } from "./policy.ts";
import type { Alias, Balance, NonEmpty, Routing, Server } from "./types.ts";

export interface Candidate {
  readonly server: Server;
  readonly model: string | null;
  /** As in `AliasInstance`. */
  readonly weight: number;
  /** What alias and instance say of the policy, the farther from the request first. */
  readonly levels: readonly PolicyLevel[];
}

export interface Candidates {
  /** As in the log, without the rule that may have gone before. */
  readonly route: string;
  /** The steps that led there, a sentence each. */
  readonly because: readonly string[];
  readonly list: NonEmpty<Candidate>;
  readonly balance: Balance;
}

const unweighted = 1;

const orderInWords: Readonly<Record<Balance, string>> = {
  order: "tried in order",
  spread: "the least busy first",
  warm: "those that have the model loaded first",
};

/** What the name itself says: an alias, else a configured server addressed directly; null where it is neither. */
export function namedCandidates(
  model: string,
  routing: Routing,
  discovery: DiscoverySnapshot,
): Candidates | null {
  const alias = routing.aliases.get(model);
  if (alias !== undefined) return aliasCandidates(alias);
  const direct = directAddress(model, routing);
  if (direct === null) return null;
  return {
    route: "direct",
    because: [`${model} addresses server ${direct.server.name} directly`],
    list: [{ ...direct, model: nameAt(direct.server, direct.model, discovery) }],
    balance: "order",
  };
}

function aliasCandidates(alias: Alias): Candidates {
  const candidate = (instance: Alias["instances"][number]): Candidate => ({
    server: instance.server,
    model: instance.model ?? alias.name,
    weight: instance.weight,
    levels: [alias.overrides, instance.overrides],
  });
  const [first, ...rest] = alias.instances;
  return {
    route: `alias:${alias.name}`,
    because: [
      rest.length === 0
        ? `alias ${alias.name} has one instance`
        : `alias ${alias.name}: ${rest.length + 1} instances, ${orderInWords[alias.balance]}`,
    ],
    list: [candidate(first), ...rest.map(candidate)],
    balance: alias.balance,
  };
}

/** `server/model` or `model [server]`. */
function directAddress(
  model: string,
  routing: Routing,
): (Candidate & { readonly model: string }) | null {
  if (routing.servers.size === 0) return null;
  const slash = model.indexOf("/");
  if (slash > 0 && slash < model.length - 1) {
    const server = routing.servers.get(model.slice(0, slash));
    if (server !== undefined) return plain(server, model.slice(slash + 1));
  }
  const bracket = model.endsWith("]") ? model.lastIndexOf("[") : -1;
  if (bracket > 0) {
    const server = routing.servers.get(model.slice(bracket + 1, -1));
    const bare = model.slice(0, bracket).trimEnd();
    if (server !== undefined && bare !== "") return plain(server, bare);
  }
  return null;
}

/**
 * Where a call goes that neither name nor rule decides: to the servers known to list the model, in
 * the order written, unless the default upstream lists it too; else to the default upstream.
 * @param names of the model, looked up one after the other; none where the request names no model
 */
export function remainingCandidates(
  names: NonEmpty<string> | readonly [],
  routing: Routing,
  discovery: DiscoverySnapshot,
): Candidates {
  const { servers, defaultServer } = routing;
  for (const model of names) {
    const [full = model] = names;
    const without = model === full ? [] : [latestSaid(full)];
    const because = (step: string) => [...without, step];
    if (discovery.serves(defaultServer.name, model)) {
      const step = `the default upstream lists ${model}`;
      return { ...byDefault(model, routing), because: because(step) };
    }
    const list: Candidate[] = [];
    for (const server of servers.values())
      if (discovery.serves(server.name, model)) list.push(plain(server, model));
    const [first, ...rest] = list;
    if (first !== undefined)
      return {
        route: "discovered",
        because: because(
          `${model} is listed by ${list.map(({ server }) => server.name).join(", ")}`,
        ),
        list: [first, ...rest],
        balance: "order",
      };
  }
  return byDefault(names[0] ?? null, routing);
}

function byDefault(model: string | null, { defaultServer }: Routing): Candidates {
  const configured = defaultServer.name !== defaultServerName;
  const name = configured ? `, which is server ${defaultServer.name}` : "";
  return {
    route: "default",
    because: [`nothing else decides, so it goes to the default upstream${name}`],
    list: [plain(defaultServer, model)],
    balance: "order",
  };
}

/** Of which no alias says anything. */
export function plain<Model extends string | null>(
  server: Server,
  model: Model,
): Candidate & { readonly model: Model } {
  return { server, model, weight: unweighted, levels: [] };
}

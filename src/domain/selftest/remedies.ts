// Keys of the routes file that may change what a client sees of a fault, each as a configuration that has it.
import { plainServer } from "../routing/plain-server.ts";
import type { Alias, NonEmpty, PolicyOverrides, Routing, Server } from "../routing/types.ts";
import type { SampleCall } from "./sample-call.ts";

export interface Remedy {
  /** The keys, as the routes file spells them. */
  readonly key: string;
  /** With values. */
  readonly says: string;
  /** null: it does not apply to such a call. */
  apply(routing: Routing, call: SampleCall): Routing | null;
}

const policies: readonly (readonly [key: string, says: string, policy: PolicyOverrides])[] = [
  ["retries", "retries: 1", { retries: 1 }],
  ["stop_on", "stop_on without this code", { stopOn: [] }],
  ["race_after", "race_after: 2", { raceAfterMs: 2_000 }],
  ["commit", "commit: full", { commit: "full" }],
  ["first_token_timeout", "first_token_timeout: 10", { firstTokenTimeoutMs: 10_000 }],
  ["request_timeout", "request_timeout: 30", { requestTimeoutMs: 30_000 }],
];

const spare = plainServer("another-server", {
  baseUrl: "http://another-server.invalid",
  origin: "http://another-server.invalid",
  type: "openai",
});
const spared = "any-model-with-another-server";

/** The smallest change first. */
export const remedies: readonly Remedy[] = [
  ...policies.map(([key, says, policy]): Remedy => ({
    key,
    says,
    apply: (routing) => withPolicy(routing, policy),
  })),
  { key: "instances", says: "a second server in instances", apply: withSpare },
  ...policies.map(([key, says, policy]): Remedy => ({
    key: `instances, ${key}`,
    says: `a second server in instances, with ${says}`,
    apply: (routing, call) => withSpare(withPolicy(routing, policy), call),
  })),
];

/** The same policy everywhere, whatever the other levels say. */
function withPolicy(routing: Routing, policy: PolicyOverrides): Routing {
  const over = <T extends { readonly overrides: PolicyOverrides }>(one: T): T => ({
    ...one,
    overrides: { ...one.overrides, ...policy },
  });
  const alias = (one: Alias): Alias => {
    const [first, ...rest] = one.instances;
    return { ...over(one), instances: [over(first), ...rest.map(over)] };
  };
  return {
    ...routing,
    policy: { ...routing.policy, ...policy },
    aliases: new Map([...routing.aliases].map(([name, one]) => [name, alias(one)])),
    rules: routing.rules.map(over),
  };
}

/** A second server for whoever has but one. */
function withSpare(routing: Routing, { name, question }: SampleCall): Routing | null {
  const [kind, which = ""] = name.split(/:(.*)/s);
  if (kind === "alias") {
    const alias = routing.aliases.get(which);
    if (alias === undefined) return null;
    if (new Set(alias.instances.map(({ server }) => server.baseUrl)).size > 1) return null;
    return withAlias(routing, { ...alias, instances: [...alias.instances, instanceOf(spare)] });
  }
  const rule = routing.rules.find(({ number }) => String(number) === which);
  const server = rule === undefined ? routing.defaultServer : rule.server;
  if (server === null || question === null) return null;
  const alias = aliasOf(rule === undefined ? (question.model ?? spared) : spared, server);
  const rules = routing.rules.map((one) =>
    one === rule ? { ...one, server: null, model: spared } : one,
  );
  return withAlias({ ...routing, rules }, alias);
}

const instanceOf = (server: Server) => ({ server, model: null, weight: 1, overrides: {} });

function aliasOf(name: string, server: Server): Alias {
  const instances: NonEmpty<Alias["instances"][number]> = [instanceOf(server), instanceOf(spare)];
  return { name, instances, balance: "order", overrides: {}, line: 0 };
}

const withAlias = (routing: Routing, alias: Alias): Routing => ({
  ...routing,
  aliases: new Map([...routing.aliases, [alias.name, alias]]),
});

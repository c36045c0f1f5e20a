// The routes file as a whole: servers, aliases, rules and prices, or every problem at once.
import type { Alias, ModelPrice, Rule, Server } from "../routing/types.ts";
import type { ConfigNode, ConfigProblem } from "./config-node.ts";
import { parseAliases } from "./parse-aliases.ts";
import { parsePrices } from "./parse-prices.ts";
import { parseRules } from "./parse-rules.ts";
import { parseServers } from "./parse-servers.ts";
import { createReader } from "./reader.ts";
import { createServerLookup } from "./server-lookup.ts";
import type { Environment } from "./substitute.ts";

export interface RoutesSpec {
  /** In the order written. */
  readonly servers: ReadonlyMap<string, Server>;
  readonly aliases: ReadonlyMap<string, Alias>;
  readonly rules: readonly Rule[];
  /** For all servers, in the order written. */
  readonly prices: readonly ModelPrice[];
  /** USD for a calendar month; null: none is named. */
  readonly monthlyBudget: number | null;
}

/** What a missing or empty file says. */
export const emptyRoutes: RoutesSpec = {
  servers: new Map(),
  aliases: new Map(),
  rules: [],
  prices: [],
  monthlyBudget: null,
};

export interface RoutesContext {
  /** As problems shall name it. */
  readonly file: string;
  readonly env: Environment;
  /** Whether a file named in the configuration can be read. */
  readable(path: string): boolean;
}

/** Reads the tree of a routes file; `${VAR}` in any text value reads the environment. */
export function parseRoutes(
  root: ConfigNode,
  context: RoutesContext,
): { readonly routes: RoutesSpec } | { readonly problems: readonly ConfigProblem[] } {
  if (isEmpty(root)) return { routes: emptyRoutes };
  const reader = createReader(context.file, context.env);
  const entries = reader.entries(root, "the routes file", [
    "servers",
    "aliases",
    "routes",
    "prices",
  ]);
  const section = (key: string): ConfigNode | null => {
    const node = entries?.get(key)?.value;
    // A key with nothing but comments below it is an empty section.
    return node === undefined || isEmpty(node) ? null : node;
  };
  const [servers, aliases, rules] = [section("servers"), section("aliases"), section("routes")];
  const known =
    servers === null
      ? new Map<string, Server | null>()
      : parseServers(reader, servers, (path) => context.readable(path));
  const prices = section("prices");
  const lookup = createServerLookup(known);
  const routes: RoutesSpec = {
    servers: new Map([...known].flatMap(([name, server]) => (server ? [[name, server]] : []))),
    aliases: aliases === null ? new Map() : parseAliases(reader, aliases, lookup),
    rules: rules === null ? [] : parseRules(reader, rules, lookup),
    ...(prices === null ? { prices: [], monthlyBudget: null } : parsePrices(reader, prices)),
  };
  const problems = reader.problems();
  return problems.length > 0 ? { problems } : { routes };
}

const isEmpty = (node: ConfigNode): boolean => node.kind === "scalar" && node.value === null;

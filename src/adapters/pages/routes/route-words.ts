// The log's `route` as a sentence part.
import type { RoutingNames } from "../shared/pages-deps.ts";

const words: Readonly<Record<string, string>> = {
  direct: "the request names the server itself",
  discovered: "found in the server's model list",
  default: "nothing else matched: default upstream",
};

/** `alias:NAME`, `rule:2>alias:NAME` and the like, in words. */
export function routeInWords(route: string): string {
  const after = /^rule:(\d+)>/.exec(route);
  if (after !== null)
    return `renamed by rule ${after[1]}, then ${routeInWords(route.slice(after[0].length))}`;
  if (route.startsWith("alias:")) return `alias ${route.slice("alias:".length)}`;
  if (route.startsWith("rule:")) return `rule ${route.slice("rule:".length)}`;
  return words[route] ?? route;
}

/** What the rule of a route says in the configuration in force, which may not be the one that decided. */
export function ruleSays(route: string, routing: Pick<RoutingNames, "rules">): string | null {
  const number = /^rule:(\d+)/.exec(route)?.[1];
  const rule = routing.rules.find((candidate) => String(candidate.number) === number);
  return rule?.says ?? null;
}

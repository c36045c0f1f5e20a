// How much is configured, in words.
import type { Routing } from "../../domain/routing/types.ts";

/** `2 servers, 1 alias, 0 routes`; for `check` and the line at start-up. */
export function countsText({
  servers,
  aliases,
  rules,
}: Pick<Routing, "servers" | "aliases" | "rules">): string {
  const counted = (count: number, one: string, many: string): string =>
    `${count} ${count === 1 ? one : many}`;
  return [
    counted(servers.size, "server", "servers"),
    counted(aliases.size, "alias", "aliases"),
    counted(rules.length, "route", "routes"),
  ].join(", ");
}

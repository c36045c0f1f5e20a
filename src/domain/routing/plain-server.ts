// A server of which nothing but its URL is known: the default upstream, or one named inside a route or alias.
import { noOverrides } from "./policy.ts";
import type { ServerUrl } from "./upstream-url.ts";
import type { Server } from "./types.ts";

/** Requests that wait for a server with `max_concurrency` where `max_queue` is not given. */
export const defaultMaxQueue = 100;

/** The name that the default upstream goes by; no configured server may have it. */
export const defaultServerName = "default";

/** @param line of the routes file; null where it is not an entry of `servers` */
export function plainServer(
  name: string,
  { baseUrl, type }: ServerUrl,
  line: number | null = null,
): Server {
  return {
    name,
    baseUrl,
    type,
    speaks: null,
    apiKey: null,
    headers: [],
    maxConcurrency: null,
    maxQueue: defaultMaxQueue,
    maxOutputTokens: null,
    ca: null,
    insecure: false,
    proxy: null,
    prices: [],
    overrides: noOverrides,
    line,
  };
}

// How routes and aliases name servers: by configured name, or by a URL on the spot.
import { plainServer } from "../routing/plain-server.ts";
import { serverAt } from "../routing/server-at.ts";
import type { ServerUrl } from "../routing/upstream-url.ts";
import type { Server } from "../routing/types.ts";
import { didYouMean } from "./suggest.ts";

export interface ServerLookup {
  /** The server; null where it has problems of its own; a problem in words where there is none. */
  byName(name: string): Server | null | { readonly problem: string };
  /** One and the same server for every mention of a URL; the configured one where there is one at it. */
  byUrl(url: ServerUrl): Server;
}

export function createServerLookup(servers: ReadonlyMap<string, Server | null>): ServerLookup {
  const anonymous = new Map<string, Server>();
  return {
    byName(name) {
      const server = servers.get(name);
      if (server !== undefined) return server;
      const known = [...servers.keys()];
      const hint =
        didYouMean(name, known) ||
        (known.length === 0 ? "; no servers are configured" : `; known are ${known.join(", ")}`);
      return { problem: `unknown server "${name}"${hint}` };
    },
    byUrl(url) {
      const known = serverAt(url.baseUrl, servers.values()) ?? anonymous.get(url.baseUrl);
      if (known !== undefined) return known;
      const server = plainServer(url.origin, url);
      anonymous.set(url.baseUrl, server);
      return server;
    },
  };
}

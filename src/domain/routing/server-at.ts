// An address that stands where a name could: it means the server that is configured at it.
import type { Server } from "./types.ts";

/** The first of the servers that has this base URL; null where none has. */
export function serverAt(baseUrl: string, servers: Iterable<Server | null>): Server | null {
  for (const server of servers) if (server?.baseUrl === baseUrl) return server;
  return null;
}

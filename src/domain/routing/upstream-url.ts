// The URL of a model server, and the address of a path of the API there.
import type { Server, ServerType } from "./types.ts";

export interface ServerUrl {
  /** As in `Server.baseUrl`. */
  readonly baseUrl: string;
  readonly origin: string;
  readonly type: ServerType;
}

/**
 * The address of a path of the API (`/v1/…`, `/api/…`) at a server, for calls, lists and probes alike.
 * A base URL without a path, or with one that ends in `/v1`, has the API's own paths; any other is
 * an SDK's base URL and stands for `/v1`. Before an Ollama server a path is a
 * reverse proxy's prefix.
 */
export function upstreamUrl(
  { baseUrl, type }: Pick<Server, "baseUrl" | "type">,
  path: string,
): string {
  if (type === "ollama" || isOrigin(baseUrl)) return baseUrl + path;
  const api = path === "/v1" || path.startsWith("/v1/");
  if (baseUrl.endsWith("/v1")) return baseUrl.slice(0, -"/v1".length) + path;
  return baseUrl + (api ? path.slice("/v1".length) : path);
}

function isOrigin(baseUrl: string): boolean {
  return !baseUrl.includes("/", "https://".length);
}

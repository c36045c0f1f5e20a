// Which of the router's faces a path belongs to: it decides who may come in and how a refusal is worded.
import type { Endpoint } from "../call/endpoint.ts";

export type Surface =
  /** `/v1`: OpenAI clients. */
  | "openai"
  /** Ollama clients. */
  | "ollama"
  /** Read API, actions and metrics: JSON or text for programs and the pages' own scripts. */
  | "api"
  /** What a person opens; also every path that nothing is known of, so that new ones begin protected. */
  | "page"
  /** Signing in, and the style sheets and scripts of pages: nothing secret, needed before signing in. */
  | "public"
  /** Whether anybody is there, as Ollama's clients ask: nothing secret, and for other origins like calls. */
  | "greeting"
  /** Whether the process lives and serves: for machines that have no token. */
  | "health";

const publicPaths = new Set(["/login", "/logout"]);
const healthPaths = new Set(["/healthz", "/readyz"]);

/**
 * The face a request knocks at.
 * @param endpoint what method and path resolve to
 * @param path without query, in its plain form, as it will be routed
 * @param looks whether a person wants something to look at: what `/` says depends on it
 */
export function surfaceOf(
  { protocol, kind }: Endpoint,
  method: string,
  path: string,
  looks: boolean,
): Surface {
  if (kind !== "elsewhere") return protocol === "ollama" ? "ollama" : "openai";
  // Ollama's clients ask with HEAD whether anybody is there.
  if (path === "/") return (method === "GET" || method === "HEAD") && !looks ? "greeting" : "page";
  if (healthPaths.has(path)) return "health";
  if (publicPaths.has(path) || path.startsWith("/assets/")) return "public";
  return path === "/metrics" || path === "/api" || path.startsWith("/api/") ? "api" : "page";
}

/** Whether programs' calls come in here. */
export function takesCalls(surface: Surface): surface is "openai" | "ollama" {
  return surface === "openai" || surface === "ollama";
}

/** Whether pages of other origins may be allowed here. */
export function answersOrigins(surface: Surface): boolean {
  return takesCalls(surface) || surface === "greeting";
}

/** Whether `WEBUI_SECURITY` says who may come in here. */
export function isWeb(surface: Surface): surface is "api" | "page" {
  return surface === "api" || surface === "page";
}

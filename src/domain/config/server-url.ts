// The URLs of a model server and of its proxy as written in a configuration, brought into one form.
import { endpointIn } from "./endpoint-url.ts";
import type { ServerType } from "../routing/types.ts";
import type { ServerUrl } from "../routing/upstream-url.ts";

export interface UrlProblem {
  /** In words; does not repeat the URL, which may hold a password. */
  readonly problem: string;
  /** The URL that would be right, where it is known. */
  readonly right: string | null;
}

const ollamaPort = "11434";

/**
 * Reads the URL of a server.
 * @param type what the server is said to speak; null: its port decides (11434 is Ollama's)
 */
export function parseServerUrl(
  text: string,
  type: ServerType | null = null,
): ServerUrl | UrlProblem {
  const trimmed = text.trim();
  if (!/^https?:\/\//i.test(trimmed)) return problem("must begin with http:// or https://");
  if (/\s/.test(trimmed)) return problem("must stand alone, without spaces or a comment behind it");
  const url = URL.parse(trimmed);
  if (url === null || url.hostname === "") return problem("is not a valid URL");
  if (url.username !== "" || url.password !== "")
    return problem(
      "must not hold a user name or password; a server's key goes into api_key, anything else into headers",
    );
  if (trimmed.includes("?") || trimmed.includes("#"))
    return problem("must have no query (?) and no fragment (#)");
  const path = url.pathname.replace(/\/{2,}/g, "/").replace(/\/$/, "");
  const speaks = type ?? (url.port === ollamaPort ? "ollama" : "openai");
  const endpoint = endpointIn(path, speaks);
  if (endpoint !== null) {
    const right = url.origin + path.slice(0, -endpoint.length);
    return problem(`must be the server's base URL, without the endpoint ${endpoint}`, right);
  }
  // Ollama has its API beside `/v1`; elsewhere a path before `/v1` differs from one that stands for it.
  const dropped = path === "/v1" || speaks === "ollama" ? path.replace(/\/v1$/, "") : path;
  return { baseUrl: url.origin + dropped, origin: url.origin, type: speaks };
}

function problem(words: string, right: string | null = null): UrlProblem {
  return { problem: words, right };
}

/**
 * A URL for people and problems, be it valid or not: what may be secret in it is hidden (user name,
 * password, what a query or fragment says), what may be the mistake is not.
 */
export function shownUrl(text: string): string {
  return text
    .trim()
    .replace(/^(https?:\/\/)?\S*@/i, "$1[hidden]@")
    .replace(/\?[^\s#]+/, "?[hidden]")
    .replace(/(\S)#\S+/, "$1#[hidden]");
}

/**
 * Reads the `proxy` of a server. It may hold a password, so no problem repeats it.
 * @returns the URL with what it holds of a user name and password, or a problem in words
 */
export function parseProxyUrl(
  text: string,
): { readonly url: string } | { readonly problem: string } {
  const trimmed = text.trim();
  if (!/^https?:\/\//i.test(trimmed))
    return {
      problem: "must begin with http:// or https://; other kinds of proxies are not supported",
    };
  const url = /\s/.test(trimmed) ? null : URL.parse(trimmed);
  if (url === null || url.hostname === "")
    return { problem: "is not a valid URL, such as http://proxy.lan:3128" };
  if (url.pathname !== "/" || trimmed.includes("?") || trimmed.includes("#"))
    return { problem: "must have no path, query or fragment" };
  return { url: trimmed.replace(/\/$/, "") };
}

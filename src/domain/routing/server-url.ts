// The URL of a model server, brought into one form.
import type { ServerType } from "./types.ts";

export interface ServerUrl {
  /** Without trailing slash; a trailing `/v1` is removed, for paths bring their own. */
  readonly baseUrl: string;
  readonly origin: string;
  /** What the port suggests: 11434 is Ollama's. */
  readonly type: ServerType;
}

const ollamaPort = "11434";

/**
 * Reads the URL of a server.
 * @returns its parts, or a problem in words that does not repeat the URL, which may hold a password
 */
export function parseServerUrl(text: string): ServerUrl | { readonly problem: string } {
  const trimmed = text.trim();
  if (!/^https?:\/\//i.test(trimmed)) return { problem: "must begin with http:// or https://" };
  const url = URL.parse(trimmed);
  if (url === null || url.hostname === "") return { problem: "is no valid URL" };
  if (url.username !== "" || url.password !== "")
    return {
      problem:
        "must not hold a user name or password; a server's key goes into api_key, anything else into headers",
    };
  if (trimmed.includes("?") || trimmed.includes("#"))
    return { problem: "must have no query (?) and no fragment (#)" };
  const path = url.pathname.replace(/\/+$/, "").replace(/\/v1$/, "").replace(/\/+$/, "");
  return {
    baseUrl: url.origin + path,
    origin: url.origin,
    type: url.port === ollamaPort ? "ollama" : "openai",
  };
}

/** A URL for people and problems, be it valid or not: without user name, password and query. */
export function shownUrl(text: string): string {
  return text
    .trim()
    .replace(/[?#].*$/s, "")
    .replace(/^(https?:\/\/)?.*@/is, "$1[hidden]@");
}

// Whether strangers on the network may read what the log holds.
import type { Settings } from "../config/settings.ts";
import { isLoopback } from "./hosts.ts";

/** What a person should know of it when the router starts; null where there is nothing. */
export function openPagesWarning({
  listen,
  logging,
  webUiSecurity,
  jwtSecret,
}: Pick<Settings, "listen" | "logging" | "webUiSecurity" | "jwtSecret">): string | null {
  if (!logging || isLoopback(listen.host)) return null;
  if (jwtSecret !== null && webUiSecurity !== "NONE") return null;
  const way =
    jwtSecret === null
      ? "set JWT_SECRET"
      : "set WEBUI_SECURITY to AUTH_WHEN_PROXIED or ALWAYS_AUTH";
  return `pages and read API, with all prompts and answers, are open to every machine that reaches ${listen.host}: ${way}, or LISTEN_HOST=127.0.0.1`;
}

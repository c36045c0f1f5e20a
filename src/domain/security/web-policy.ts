// Who may see pages, read API, actions and metrics: WEBUI_SECURITY × proxied × token, as one table.
import type { HeaderList } from "../http/headers.ts";
import type { Settings, WebUiSecurity } from "../config/settings.ts";
import { isLoopback } from "./hosts.ts";

/** What a request shows of a token: none, one that is not good, or a good one. */
export type TokenStanding = "none" | "bad" | "good";

type Verdict = "open" | 401 | 403;

type PolicyRow = Readonly<Record<TokenStanding, Verdict>>;

const open: PolicyRow = { none: "open", bad: "open", good: "open" };
const tokenOr403: PolicyRow = { none: 403, bad: 403, good: "open" };
const tokenOr401: PolicyRow = { none: 401, bad: 401, good: "open" };

/**
 * Which way a request came: `proxied` with a header that only proxies write, `remote` from another
 * machine, else `direct`.
 */
export type Approach = "direct" | "remote" | "proxied";

/** The whole policy. */
export const webPolicy: Readonly<Record<WebUiSecurity, Readonly<Record<Approach, PolicyRow>>>> = {
  NONE: { direct: open, remote: open, proxied: open },
  // Without tokens nobody could show one: what comes from the network at home counts as direct then.
  AUTH_WHEN_PROXIED: { direct: open, remote: tokenOr403, proxied: tokenOr403 },
  ALWAYS_AUTH: { direct: tokenOr401, remote: tokenOr401, proxied: tokenOr401 },
};

/**
 * The way of a request.
 * @param fromHere whether this machine itself opened the connection
 * @param canSignIn whether there is a JWT_SECRET
 */
export function wayOf(headers: HeaderList, fromHere: () => boolean, canSignIn: boolean): Approach {
  if (cameThroughProxy(headers)) return "proxied";
  return canSignIn && !fromHere() ? "remote" : "direct";
}

const proxyHeaders = new Set(["forwarded", "x-real-ip", "cf-connecting-ip", "via"]);

/** Whether a request shows that it came through a proxy. */
export function cameThroughProxy(headers: HeaderList): boolean {
  return headers.some(([name]) => proxyHeaders.has(name) || name.startsWith("x-forwarded-"));
}

export interface WebRefusal {
  readonly status: 401 | 403;
  readonly message: string;
}

/**
 * Why a request may not see pages and read API; null where it may.
 * @param canSignIn whether there is a JWT_SECRET, and so a way in for a token
 */
export function webRefusal(
  security: WebUiSecurity,
  way: Approach,
  token: TokenStanding,
  canSignIn: boolean,
): WebRefusal | null {
  const status = webPolicy[security][way][token];
  if (status === "open") return null;
  if (status === 401)
    return {
      status,
      message:
        token === "none"
          ? "a token is required to see this: sign in at /login, or send Authorization: Bearer"
          : "this token is not valid or has expired: sign in at /login with another one",
    };
  const who = `requests ${way === "remote" ? "from another machine" : "that came through a proxy"}`;
  return {
    status,
    message: canSignIn
      ? `${who} may not see this without a valid token (sign in at /login); WEBUI_SECURITY=NONE would allow it`
      : `${who} may not see this; WEBUI_SECURITY=NONE would allow it, or JWT_SECRET and a token`,
  };
}

/** What a person should know when the router starts with pages that strangers can read; null where there is nothing. */
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

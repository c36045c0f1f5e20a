// What browsers say of requests that web pages make: foreign pages neither read nor write.
import { type HeaderList, headerValue } from "../http/headers.ts";
import { isTrusted, type TrustedProxies } from "./client-address.ts";
import { acceptsName, type AcceptedNames, parseHost } from "./hosts.ts";
import { type AllowedOrigins, originStanding, type OriginStanding } from "./origins.ts";
import { answersOrigins, isWeb, type Surface } from "./surface.ts";

/** What decides who may come in; from the environment and the address listened on. */
export interface CrossSitePolicy {
  readonly trustedProxies: TrustedProxies;
  readonly allowedOrigins: AllowedOrigins;
  readonly acceptedNames: AcceptedNames;
  /** Only names that are accepted may stand in `Host`, on pages and read API. */
  readonly checksHost: boolean;
}

export interface Knock {
  readonly method: string;
  readonly surface: Surface;
  readonly headers: HeaderList;
  /** Who opened the connection. */
  readonly peer: string;
}

export type CrossSiteVerdict =
  /** 403, in words that name the variable which would allow it. */
  | { readonly kind: "refused"; readonly message: string }
  /** 204: what a browser asks before it calls. */
  | { readonly kind: "preflight"; readonly headers: HeaderList }
  /** `cors`: headers that let the page read the answer. */
  | { readonly kind: "passed"; readonly cors: HeaderList };

const noCors: HeaderList = [];

export function judgeCrossSite(knock: Knock, policy: CrossSitePolicy): CrossSiteVerdict {
  const { headers, surface, method } = knock;
  const host = headerValue(headers, "host");
  const badHost = hostRefusal(host, surface, policy);
  if (badHost !== null) return { kind: "refused", message: badHost };

  const origin = headerValue(headers, "origin");
  if (origin === null) {
    const message = fetchRefusal(knock, policy);
    return message === null ? { kind: "passed", cors: noCors } : { kind: "refused", message };
  }
  const calledAs = forwardedHost(knock, policy.trustedProxies) ?? host;
  const { acceptedNames, allowedOrigins } = policy;
  const standing = originStanding(origin, calledAs, acceptedNames, allowedOrigins);
  // An Origin is like the router's own also where its page had no TLS and the router has: the
  // browser knows the difference, and says so.
  const message =
    originRefusal(standing, origin, surface) ??
    (answersOrigins(surface) ? null : fetchRefusal(knock, policy));
  if (message !== null) return { kind: "refused", message };
  if (!answersOrigins(surface)) return { kind: "passed", cors: noCors };
  const asks = method === "OPTIONS" ? headerValue(headers, "access-control-request-method") : null;
  return asks === null
    ? { kind: "passed", cors: corsHeaders(origin) }
    : { kind: "preflight", headers: preflightHeaders(origin, asks, headers) };
}

function hostRefusal(
  host: string | null,
  surface: Surface,
  { checksHost, acceptedNames }: CrossSitePolicy,
): string | null {
  if (!checksHost || host === null || !(isWeb(surface) || surface === "public")) return null;
  const name = parseHost(host)?.name;
  if (name !== undefined && acceptsName(name, acceptedNames)) return null;
  return `this router does not answer to the name ${shown(name ?? host)}; ALLOWED_HOSTS=${name ?? "NAME"} would allow it`;
}

/** The last one: the nearest proxy wrote it. */
function forwardedHost({ headers, peer }: Knock, trusted: TrustedProxies): string | null {
  if (!isTrusted(peer, trusted)) return null;
  const value = headerValue(headers, "x-forwarded-host")?.split(",").at(-1)?.trim() ?? "";
  return value === "" ? null : value;
}

function originRefusal(standing: OriginStanding, origin: string, surface: Surface): string | null {
  switch (standing) {
    case "none":
    case "own":
      return null;
    case "allowed":
      return isWeb(surface) || surface === "public"
        ? `pages, read API and actions accept no web origin but the router's own; ALLOWED_ORIGINS applies to /v1 and the Ollama API only`
        : null;
    case "misnamed":
      return `the web origin ${shown(origin)} has a name this router does not answer to; ALLOWED_HOSTS would allow it`;
    case "foreign":
      return `the web origin ${shown(origin)} may not call this router; ALLOWED_ORIGINS would allow it on /v1 and the Ollama API`;
  }
}

/**
 * Requests that a browser says come from another site (Fetch Metadata, W3C) without their `Origin` showing it:
 * images, scripts, frames and forms of foreign pages. Links that a person follows are fine.
 */
function fetchRefusal({ headers, surface, method }: Knock, policy: CrossSitePolicy): string | null {
  const site = headerValue(headers, "sec-fetch-site");
  if (site === null || site === "same-origin" || site === "none" || surface === "health")
    return null;
  const followed =
    (method === "GET" || method === "HEAD") &&
    headerValue(headers, "sec-fetch-mode") === "navigate" &&
    headerValue(headers, "sec-fetch-dest") === "document";
  if (followed) return null;
  if (answersOrigins(surface) && (site === "same-site" || policy.allowedOrigins.all)) return null;
  return answersOrigins(surface)
    ? "a web page of another site may not call this router in this way; ALLOWED_ORIGINS would allow calls that name their origin"
    : "a web page of another site may not load this; ALLOWED_ORIGINS applies to /v1 and the Ollama API only";
}

/** Of hosted APIs, by which clients pace themselves: OpenAI's, whose form most others have, and Anthropic's. */
const rateLimits: readonly string[] = ["limit", "remaining", "reset"].flatMap((what) => [
  ...["requests", "tokens"].map((of) => `X-RateLimit-${what}-${of}`),
  ...["requests", "tokens", "input-tokens", "output-tokens"].map(
    (of) => `Anthropic-RateLimit-${of}-${what}`,
  ),
]);

/** Headers that scripts may read beyond the ones browsers let them read anyway. */
const exposed = [
  "X-Request-Id",
  "Request-Id",
  "X-SmolRouter-Upstream",
  "X-SmolRouter-Model",
  "X-SmolRouter-Attempts",
  "X-SmolRouter-Protocol",
  "X-SmolRouter-Dropped",
  "X-SmolRouter-Estimated",
  "Retry-After",
  ...rateLimits,
].join(", ");

/** No credentials: the sign-in cookie is not for calls, and tokens in headers need none. */
function corsHeaders(origin: string): HeaderList {
  return [
    ["access-control-allow-origin", origin],
    ["access-control-expose-headers", exposed],
    ["vary", "Origin"],
  ];
}

const methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
const dayInSeconds = "86400";

function preflightHeaders(origin: string, asked: string, headers: HeaderList): HeaderList {
  const wanted = headerValue(headers, "access-control-request-headers");
  const method = /^[A-Z]{1,20}$/.test(asked) && !methods.includes(asked) ? `, ${asked}` : "";
  const answer: [string, string][] = [
    ["access-control-allow-origin", origin],
    ["access-control-allow-methods", methods + method],
    ["access-control-max-age", dayInSeconds],
    ["vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"],
  ];
  if (wanted !== null && /^[\w\s,-]{1,4000}$/.test(wanted))
    answer.push(["access-control-allow-headers", wanted]);
  // Chrome asks so before a public page may reach an address of a home network.
  if (headerValue(headers, "access-control-request-private-network") === "true")
    answer.push(["access-control-allow-private-network", "true"]);
  return answer;
}

/** Someone else's text for one line of an answer. */
function shown(text: string): string {
  const plain = text.replace(/[^\x21-\x7e]/g, "?");
  return plain.length > 100 ? `${plain.slice(0, 100)}…` : plain;
}

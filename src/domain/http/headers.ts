// Which headers cross the router, in each direction, and why the others do not.
import { isKeyHeader, isKeyParameter, isSecretHeader } from "../security/credential-names.ts";

/** Header fields in the order received; names are lower case. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Never forwarded, in either direction: they describe one connection, not the message (RFC 9110 §7.6.1). */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings", // part of an offer of h2c, whether or not Connection names it (RFC 7540 §3.2.1)
];

export const notForwardedUpstream: ReadonlySet<string> = new Set([
  ...hopByHop,
  "host", // names the router, not the upstream
  "content-length", // the body may change length; the HTTP client sets it anew
  "content-encoding", // bodies go on decoded
  "accept-encoding", // replaced by identity, so that answers can be read without decoding
  "expect", // answered by this server before the body was read
]);

export const notForwardedToClient: ReadonlySet<string> = new Set([
  ...hopByHop,
  "content-length", // the answer may be streamed or changed; the server sets it anew
  "x-request-id", // the router's own stands there; the upstream's is kept in the row
  "access-control-allow-origin", // CORS is the router's to answer
  "access-control-allow-credentials",
  "access-control-allow-headers",
  "access-control-allow-methods",
  "access-control-expose-headers",
  "access-control-max-age",
  "clear-site-data", // would sign browsers out of the router
]);

const routerPrefix = "x-smolrouter-";
/** Of the sign-in, and of what pages leave in the browser. */
const routerCookies = "smolrouter_";

/** What a header or query value becomes in the log; it never goes on to an upstream. */
export const redacted = "[redacted]";

/**
 * Header fields as a list.
 * @param fields by name in lower case; every `Set-Cookie` keeps a line of its own
 */
export function headerListOf(
  fields: Readonly<Record<string, string | readonly string[]>>,
): HeaderList {
  const list: HeaderList[number][] = [];
  for (const name in fields) {
    const value = fields[name];
    if (typeof value === "string") list.push([name, value]);
    else for (const line of value ?? []) list.push([name, line]);
  }
  return list;
}

/**
 * The first value of a header.
 * @param name lower case
 */
export function headerValue(headers: HeaderList, name: string): string | null {
  for (const field of headers) if (field[0] === name) return field[1];
  return null;
}

const bearer = "authorization";

/** Where a server looks for its key. */
export type KeyPlaces = readonly (typeof bearer | "x-api-key")[];

/** What the upstream gets in place of, or beside, the client's own headers. */
export interface ForwardingContext {
  /** The server's own key; like one among `extra`, it replaces every key that the client sent. */
  readonly apiKey: string | null;
  /** The headers that it is sent in. */
  readonly keyIn: KeyPlaces;
  /** Fixed headers of the server's configuration; they win over the client's. */
  readonly extra: HeaderList;
  /** This process's `Via` pseudonym, by which a routing loop is recognised. */
  readonly via: string;
  /** Appended to `X-Forwarded-For`. */
  readonly sourceIp: string;
}

/** The headers of a request as its upstream gets them. */
export function requestHeaders(client: HeaderList, context: ForwardingContext): HeaderList {
  const named = namedByConnection(client);
  const replaced = namesOf(context.extra);
  const keyed = hasOwnKey(context.apiKey, context.extra);
  const out: HeaderList[number][] = [];
  let forwardedFor = "";
  let via = "";
  for (const field of client) {
    const name = field[0];
    const value = field[1];
    if (notForwardedUpstream.has(name) || name.startsWith(routerPrefix)) continue;
    if (named.has(name) || replaced.has(name)) continue;
    if ((keyed && isKeyHeader(name)) || value === redacted) continue;
    if (name === "x-forwarded-for") forwardedFor = `${value}, `;
    else if (name === "via") via = `${value}, `;
    else if (name === "cookie") {
      const rest = withoutRouterCookies(value);
      if (rest !== "") out.push(rest === value ? field : [name, rest]);
    } else out.push(field);
  }
  if (context.sourceIp !== "") out.push(["x-forwarded-for", forwardedFor + context.sourceIp]);
  out.push(["via", `${via}1.1 ${context.via}`]);
  out.push(["accept-encoding", "identity"]);
  if (context.apiKey !== null)
    for (const name of context.keyIn)
      if (!replaced.has(name))
        out.push([name, name === bearer ? `Bearer ${context.apiKey}` : context.apiKey]);
  out.push(...context.extra);
  return out;
}

/** Whether a server is configured with a key, so that none of the client's may stand beside it. */
export function hasOwnKey(apiKey: string | null, extra: HeaderList): boolean {
  if (apiKey !== null) return true;
  for (const field of extra) if (isKeyHeader(field[0])) return true;
  return false;
}

/**
 * The headers of an upstream's answer as the client gets them.
 * @param method of the request: what is said of a body that HEAD leaves out is said by its length alone
 * @param own the router's, which follow
 */
export function responseHeaders(
  upstream: HeaderList,
  method: string,
  own: HeaderList = [],
): HeaderList {
  const named = namedByConnection(upstream);
  const bodiless = method === "HEAD";
  const out: HeaderList[number][] = [];
  for (const field of upstream) {
    const name = field[0];
    if (notForwardedToClient.has(name)) {
      if (bodiless && name === "content-length") out.push(field);
      continue;
    }
    if (name.startsWith(routerPrefix) || named.has(name)) continue;
    // Nor may an upstream sign a browser in here, or out, or change what pages left there.
    if (name === "set-cookie" && field[1].trim().startsWith(routerCookies)) continue;
    out.push(field);
  }
  for (const field of own) out.push(field);
  return out;
}

/** `Connection` names further fields that belong to this connection only (RFC 9110 §7.6.1). */
function namedByConnection(headers: HeaderList): ReadonlySet<string> {
  const value = headerValue(headers, "connection");
  // What nearly everybody says names no other field.
  if (value === null || value === "keep-alive") return nothing;
  return new Set(value.split(",").map((name) => name.trim().toLowerCase()));
}
const nothing: ReadonlySet<string> = new Set();

function namesOf(headers: HeaderList): ReadonlySet<string> {
  return headers.length === 0 ? nothing : new Set(headers.map(([name]) => name));
}

function withoutRouterCookies(value: string): string {
  if (!value.includes(routerCookies)) return value;
  return value
    .split(/;\s*/)
    .filter((cookie) => !cookie.startsWith(routerCookies))
    .join("; ");
}

/** Drops the keys of the client's query, for servers that have a key of their own. */
export function withoutCredentialQuery(query: string): string {
  if (query === "") return query;
  const kept = query
    .slice(1)
    .split("&")
    .filter((pair) => !isKeyParameter(pair));
  return kept.length === 0 ? "" : `?${kept.join("&")}`;
}

/** Headers as the log keeps them: secrets replaced by `[redacted]`. */
export function redactHeaders(headers: HeaderList): HeaderList {
  // Nearly all requests and answers show nothing secret: they need no list of their own.
  if (!holdsSecret(headers)) return headers;
  return headers.map((field) => (isSecretHeader(field[0]) ? [field[0], redacted] : field));
}

function holdsSecret(headers: HeaderList): boolean {
  for (const field of headers) if (isSecretHeader(field[0])) return true;
  return false;
}

/** A query string as the log keeps it: keys and tokens replaced by `[redacted]`. */
export function redactQuery(query: string): string {
  if (query === "") return query;
  const pairs = query
    .slice(1)
    .split("&")
    .map((pair) => (isKeyParameter(pair) ? `${pair.split("=", 1)[0] ?? ""}=${redacted}` : pair));
  return `?${pairs.join("&")}`;
}

/**
 * A value made safe for a response header: anything but visible ASCII is percent-encoded (as
 * UTF-8), and the result is cut at 256 bytes, never inside an escape.
 */
export function headerSafe(value: string): string {
  const limit = 256;
  if (value.length <= limit && /^[!-~]*$/.test(value)) return value;
  let out = "";
  for (const byte of new TextEncoder().encode(value)) {
    const visible = byte > 0x20 && byte < 0x7f;
    const piece = visible
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    if (out.length + piece.length > limit) break;
    out += piece;
  }
  return out;
}

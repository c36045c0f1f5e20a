// Where a request shows the router's own token, and how that token is kept from everyone else.
import { type HeaderList, headerValue, redacted } from "../http/headers.ts";
import { isKeyHeader } from "./credential-names.ts";

/** The cookie a browser gets at `/login`. */
export const tokenCookie = "smolrouter_token";

const tokenHeader = "x-smolrouter-token";

/** Anthropic's clients know no other place for what opens an API to them. */
const anthropicHeader = "x-api-key";

/** A text that may be the router's token. */
export interface ShownToken {
  readonly token: string;
  /** The header it stands in, lower case. */
  readonly in: string;
  /** Whether it may open the door; elsewhere a token is only kept from going on. */
  readonly opens: boolean;
}

/**
 * Every text of a request that may be the router's token, in the order in which they count. Where
 * `X-SmolRouter-Token` is sent no other opens anything: the others are the upstream's.
 * @param calls whether it is a call; pages, read API and actions take the sign-in cookie instead of
 * the headers that calls have for keys
 */
export function shownTokens(headers: HeaderList, calls: boolean): readonly ShownToken[] {
  const own = headerValue(headers, tokenHeader);
  const shown: ShownToken[] = [];
  const show = (token: string | null, place: string, opens: boolean) => {
    if (token !== null) shown.push({ token: token.trim(), in: place, opens });
  };
  show(own, tokenHeader, true);
  show(bearerToken(headers), "authorization", own === null);
  if (!calls) show(cookieValue(headers, tokenCookie), "cookie", own === null);
  else
    for (const [name, value] of headers)
      if (isKeyHeader(name) && name !== "authorization")
        show(value, name, own === null && name === anthropicHeader);
  return shown;
}

/** The token of `Authorization: Bearer` (RFC 6750 §2.1); the scheme's case does not matter. */
function bearerToken(headers: HeaderList): string | null {
  const match = /^bearer +(\S+) *$/i.exec(headerValue(headers, "authorization") ?? "");
  return match?.[1] ?? null;
}

/** A cookie's value (RFC 6265 §5.4); null where it is not sent. */
export function cookieValue(headers: HeaderList, name: string): string | null {
  for (const [field, value] of headers)
    if (field === "cookie")
      for (const pair of value.split(";")) {
        const [key, ...rest] = pair.trim().split("=");
        if (key === name) return rest.join("=");
      }
  return null;
}

/**
 * The headers without the router's token: its text is gone, and with it what would be forwarded or
 * stored, while the log still shows where the client put it.
 * @param holding the headers that hold it
 */
export function withoutToken(headers: HeaderList, holding: ReadonlySet<string>): HeaderList {
  return headers.map(([name, value]) => [
    name,
    name === tokenHeader || holding.has(name) ? redacted : value,
  ]);
}

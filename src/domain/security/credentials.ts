// Where a request shows the router's own token, and how that token is kept from everyone else.
import { type HeaderList, headerValue, redacted } from "../headers.ts";

/** The cookie a browser gets at `/login`. */
export const tokenCookie = "smolrouter_token";

const tokenHeader = "x-smolrouter-token";

export interface ShownToken {
  readonly token: string;
  /** Where it stood. */
  readonly in: "header" | "authorization" | "cookie";
}

/**
 * The token a request shows. `X-SmolRouter-Token` wins, for then `Authorization` is the upstream's.
 * @param cookies whether the sign-in cookie counts: on pages, read API and actions only
 */
export function shownToken(headers: HeaderList, cookies: boolean): ShownToken | null {
  const own = headerValue(headers, tokenHeader);
  if (own !== null) return { token: own.trim(), in: "header" };
  const bearer = bearerToken(headers);
  if (bearer !== null) return { token: bearer, in: "authorization" };
  const cookie = cookies ? cookieValue(headers, tokenCookie) : null;
  return cookie === null ? null : { token: cookie, in: "cookie" };
}

/** The token of `Authorization: Bearer` (RFC 6750 §2.1); the scheme's case does not matter. */
export function bearerToken(headers: HeaderList): string | null {
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
 * The headers without the router's token, so that it goes neither upstream nor into the log: as if
 * it had been sent in `X-SmolRouter-Token`, which is never forwarded, and with its text gone.
 * @param inAuthorization whether `Authorization` holds the router's token and not an upstream's key
 */
export function withoutToken(headers: HeaderList, inAuthorization: boolean): HeaderList {
  return headers.map(([name, value]) =>
    name === tokenHeader || (inAuthorization && name === "authorization")
      ? [tokenHeader, redacted]
      : [name, value],
  );
}

// Whether a request that changes something was sent by these pages, not by someone else's.

/**
 * Browsers say where a request comes from (`Sec-Fetch-Site`, or `Origin` where they are old or the
 * page has no TLS); what says neither is no browser, so no page of another site can be behind it.
 */
export function isSameOrigin(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  return origin === null || URL.parse(origin)?.host === headers.get("host");
}

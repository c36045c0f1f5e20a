// The URL of an outgoing HTTP proxy. It may hold a password, so nothing here repeats it.

/**
 * Reads the `proxy` of a server.
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

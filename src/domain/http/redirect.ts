// Answers that send the caller elsewhere: never followed, never passed on, and reported with the URL to write.
import { headerValue, type HeaderList } from "./headers.ts";

/** Any 3xx but 304, which answers a question about a copy (RFC 9110 §15.4.5). */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

/**
 * What a redirect says of the configuration. Query, fragment and user name stay out: they may hold
 * secrets.
 * @param asked the URL that was asked
 * @param base the server's; what was asked below it is not part of the address to write
 */
export function redirectWords(
  status: number,
  headers: HeaderList,
  asked: string,
  base: string,
): string {
  const location = headerValue(headers, "location");
  const to = location === null ? null : URL.parse(location, asked);
  if (to === null) return `status ${status} redirects to nowhere; correct its \`url\``;
  const address = to.origin === "null" ? to.protocol : to.origin + to.pathname;
  const below = asked.startsWith(base) ? asked.slice(base.length).replace(/[?#].*/, "") : "";
  return below !== "" && address.endsWith(below)
    ? `redirects to ${address.slice(0, -below.length)}; write that address into \`url\``
    : `redirects to ${address}; correct its \`url\``;
}

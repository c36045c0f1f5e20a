// What a request says before its body is read.
import { type HeaderList, headerListOf } from "../../domain/http/headers.ts";
import { plainPath } from "../../domain/http/plain-path.ts";

/** The part of Bun's server that long answers need. */
export interface ConnectionTimeouts {
  /** @param seconds of silence until the connection is closed; 0: never */
  timeout(request: Request, seconds: number): void;
}

/**
 * The fields in the order Bun gives them; repeated ones are joined, `Set-Cookie` aside. Not by
 * iterating, which makes an object more of each.
 */
export function headerList(headers: Headers): HeaderList {
  return headerListOf(headers.toJSON());
}

/** Path and query of an absolute URL, untouched by any normalisation. */
export function pathAndQuery(url: string): { readonly path: string; readonly query: string } {
  const start = pathStart(url);
  const mark = url.indexOf("?", start);
  return mark < 0
    ? { path: url.slice(start), query: "" }
    : { path: url.slice(start, mark), query: url.slice(mark) };
}

function pathStart(url: string): number {
  return url.indexOf("/", url.indexOf("://") + 3);
}

/**
 * Gives the request its path's one plain form, for all who come after; returns that path, and the
 * query. A new `Request` would not do: Bun knows a connection's timer and its client by this very object.
 */
export function makePathPlain(request: Request): ReturnType<typeof pathAndQuery> {
  const { url } = request;
  const sent = pathAndQuery(url);
  const { query } = sent;
  const path = plainPath(sent.path);
  if (path === sent.path) return sent;
  Object.defineProperty(request, "url", { value: url.slice(0, pathStart(url)) + path + query });
  return { path, query };
}

/** An IPv4 address that arrived on an IPv6 socket, as the IPv4 address it is (RFC 4291 §2.5.5.2). */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return "";
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/** Whether a person's browser asks for something to look at. */
export function wantsPage(headers: Headers): boolean {
  return headers.get("accept")?.includes("text/html") ?? false;
}

// Under which names the router may be reached: a name that anyone could point at it opens it to every web page (DNS rebinding).
import { parseAddress } from "../net/address.ts";

/** Names that count as the router's own, beside `localhost` and addresses; lower case. */
export type AcceptedNames = ReadonlySet<string>;

export interface HostAndPort {
  /** Lower case; an IPv6 address without its brackets; no trailing dot. */
  readonly name: string;
  /** As written; null where the scheme's own is meant. */
  readonly port: string | null;
}

/** Reads a `Host` (RFC 9110 §7.2); null where it is none. */
export function parseHost(text: string): HostAndPort | null {
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(text.trim());
  if (match === null) return null;
  const [, bracketed, plain, port = null] = match;
  if (bracketed !== undefined && parseAddress(bracketed) === null) return null;
  return { name: (bracketed ?? plain ?? "").toLowerCase().replace(/\.$/, ""), port };
}

/** Whether the router answers to a name: `localhost`, any address, and the names given. */
export function acceptsName(name: string, accepted: AcceptedNames): boolean {
  return name === "localhost" || accepted.has(name) || parseAddress(name) !== null;
}

/** Whether a name or address is this machine alone. */
export function isLoopback(name: string): boolean {
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  const address = parseAddress(name);
  if (address === null) return false;
  return address.family === 4 ? Math.floor(address.value / 2 ** 24) === 127 : address.value === 1n;
}

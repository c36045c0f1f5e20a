// Whose request it is, where proxies that are trusted stand in front (TRUSTED_PROXIES).
import type { HeaderList } from "../http/headers.ts";
import { parseAddress } from "../net/address.ts";
import { addressMatches, type AddressMatcher } from "../net/address-matcher.ts";

/** Proxies whose word is believed; null: nobody's. */
export type TrustedProxies = AddressMatcher | null;

/** Whether the one who opened the connection is a proxy that is trusted. */
export function isTrusted(peer: string, trusted: TrustedProxies): boolean {
  return trusted !== null && addressMatches(trusted, peer);
}

/**
 * The client's address: from the connection's end backwards, the first hop that is not trusted.
 * Where `X-Forwarded-For` holds something that is not an address, the hop that wrote it is the answer:
 * nothing before that can be believed.
 * @param peer the address the connection came from
 */
export function clientAddress(peer: string, headers: HeaderList, trusted: TrustedProxies): string {
  if (!isTrusted(peer, trusted)) return peer;
  let believed = peer;
  for (const hop of forwardedFor(headers).toReversed()) {
    const address = withoutPort(hop);
    if (parseAddress(address) === null) return believed;
    believed = address;
    if (!isTrusted(address, trusted)) return address;
  }
  return believed;
}

function forwardedFor(headers: HeaderList): readonly string[] {
  return headers
    .filter(([name]) => name === "x-forwarded-for")
    .flatMap(([, value]) => value.split(","))
    .map((hop) => hop.trim())
    .filter((hop) => hop !== "");
}

/** Some proxies write `203.0.113.9:4711` and `[2001:db8::1]:4711` (RFC 7239 §6). */
function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(hop);
  if (bracketed !== null) return bracketed[1] ?? "";
  return /^[\d.]+:\d+$/.test(hop) ? hop.slice(0, hop.indexOf(":")) : hop;
}

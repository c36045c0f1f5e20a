// Whether an address is of this machine or of a network of one's own: what answers there sends no bill.
import { type Address, parseAddress } from "./address.ts";

/**
 * Loopback, RFC 1918, link-local, and unique local addresses (RFC 4193); of names, `localhost`, those
 * that end in `.localhost` or `.local`, and those of one label.
 * @param host as `URL.hostname` has it: an IPv6 address stands in brackets
 */
export function isPrivateHost(host: string): boolean {
  const address = parseAddress(host.replace(/^\[|\]$/g, ""));
  if (address !== null) return isPrivateAddress(address);
  const name = host.toLowerCase().replace(/\.$/, "");
  return name !== "" && (!name.includes(".") || /\.(?:localhost|local)$/.test(name));
}

/** First address and number of bits of each network; what is unspecified (`0.0.0.0`) is reached on this machine. */
const networks = [
  ["0.0.0.0", 32],
  ["10.0.0.0", 8],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["::", 128],
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
] as const;

function isPrivateAddress({ family, value }: Address): boolean {
  return networks.some(([text, length]) => {
    const start = parseAddress(text);
    if (start?.family !== family) return false;
    const rest = BigInt((family === 4 ? 32 : 128) - length);
    return BigInt(value) >> rest === BigInt(start.value) >> rest;
  });
}

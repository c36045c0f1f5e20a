// Sets of addresses: single ones, CIDRs and ranges of both families, asked by binary search.
import { parseAddress } from "./address.ts";
import type { Address } from "./address.ts";

/** A set of addresses. Made by parseAddressMatcher, asked by addressMatches. */
export interface AddressMatcher {
  /** As written, for people. */
  readonly text: string;
  /** Ascending, disjoint ranges, both ends included. */
  readonly v4: readonly Range<number>[];
  readonly v6: readonly Range<bigint>[];
}

interface Range<T> {
  readonly from: T;
  readonly to: T;
}

export interface AddressProblem {
  /** Names the text at fault and what would be right. */
  readonly problem: string;
  /** Which item of the list it is, from 0. */
  readonly index: number;
}

/**
 * Reads a list of addresses, CIDRs (`10.0.0.0/8`; bits beyond the prefix are ignored) and ranges
 * (`10.0.0.1-10.0.0.9`, both ends included).
 * @returns the set of all of them, or what is wrong with the first bad item
 */
export function parseAddressMatcher(
  items: readonly string[],
): { readonly matcher: AddressMatcher } | AddressProblem {
  const v4: Range<number>[] = [];
  const v6: Range<bigint>[] = [];
  for (const [index, item] of items.entries()) {
    const range = parseItem(item.trim());
    if (typeof range === "string") return { problem: range, index };
    if (range.family === 4) v4.push(range);
    else v6.push(range);
  }
  return { matcher: { text: items.join(", "), v4: merged(v4), v6: merged(v6) } };
}

/**
 * Whether an address is in the set; text that is not an address is in none.
 * @param ip as a socket or a header gives it; IPv4 mapped into IPv6 counts as its IPv4
 */
export function addressMatches(matcher: AddressMatcher, ip: string): boolean {
  const address = parseAddress(ip);
  if (address === null) return false;
  return address.family === 4
    ? contains(matcher.v4, address.value)
    : contains(matcher.v6, address.value);
}

type FamilyRange = ({ family: 4 } & Range<number>) | ({ family: 6 } & Range<bigint>);

function parseItem(item: string): FamilyRange | string {
  const single = parseAddress(item);
  if (single !== null) return between(single, single, item);
  if (item.includes("/")) return parseCidr(item);
  if (item.includes("-")) return parseRange(item);
  return `"${item}" is not an IP address, CIDR or range; write 10.0.1.100, 10.0.1.0/24 or 10.0.1.1-10.0.1.9 (or IPv6 alike)`;
}

function parseCidr(item: string): FamilyRange | string {
  const slash = item.indexOf("/");
  const base = item.slice(0, slash);
  const bits = item.slice(slash + 1);
  const address = parseAddress(base);
  if (address === null) return `"${item}": "${base}" is not an IP address`;
  if (!/^\d{1,3}$/.test(bits))
    return `"${item}": the part after the slash must be a number of bits`;
  const written = Number(bits);
  if (address.family === 6) {
    if (written > 128) return `"${item}": an IPv6 prefix has 0 to 128 bits`;
    const host = (1n << BigInt(128 - written)) - 1n;
    return { family: 6, from: address.value & ~host, to: address.value | host };
  }
  const mapped = base.includes(":");
  const prefix = mapped ? written - 96 : written;
  if (prefix < 0 || prefix > 32)
    return mapped
      ? `"${item}": an IPv4 address mapped into IPv6 has a prefix of 96 to 128 bits`
      : `"${item}": an IPv4 prefix has 0 to 32 bits`;
  const size = 2 ** (32 - prefix);
  const from = Math.floor(address.value / size) * size;
  return { family: 4, from, to: from + size - 1 };
}

function parseRange(item: string): FamilyRange | string {
  const dash = item.indexOf("-");
  const ends = [item.slice(0, dash).trim(), item.slice(dash + 1).trim()] as const;
  const from = parseAddress(ends[0]);
  const to = parseAddress(ends[1]);
  if (from === null || to === null)
    return `"${item}": "${from === null ? ends[0] : ends[1]}" is not an IP address; a range has one at both ends`;
  return between(from, to, item);
}

function between(from: Address, to: Address, item: string): FamilyRange | string {
  if (from.family === 4 && to.family === 4)
    return from.value > to.value ? reversed(item) : { family: 4, from: from.value, to: to.value };
  if (from.family === 6 && to.family === 6)
    return from.value > to.value ? reversed(item) : { family: 6, from: from.value, to: to.value };
  return `"${item}": a range cannot begin in one family and end in the other`;
}

const reversed = (item: string): string =>
  `"${item}": the range is reversed; the lower address comes first`;

function merged<T extends number | bigint>(ranges: readonly Range<T>[]): readonly Range<T>[] {
  const out: { from: T; to: T }[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = out.at(-1);
    if (last === undefined || from > last.to) out.push({ from, to });
    else if (to > last.to) last.to = to;
  }
  return out;
}

function contains<T extends number | bigint>(ranges: readonly Range<T>[], value: T): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (value < range.from) high = middle - 1;
    else if (value > range.to) low = middle + 1;
    else return true;
  }
  return false;
}

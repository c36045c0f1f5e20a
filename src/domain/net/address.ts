// IP addresses as numbers: IPv4, IPv6 and IPv4 mapped into IPv6, read from their text forms.

/** An address; IPv4 mapped into IPv6 (RFC 4291 §2.5.5.2) has become its IPv4. */
export type Address =
  | { readonly family: 4; readonly value: number }
  | { readonly family: 6; readonly value: bigint };

const mappedPrefix = 0xffffn;

/**
 * Reads one address.
 * @param text dotted IPv4 without leading zeros (which some read as octal), or IPv6 as in RFC 4291
 *   §2.2; a zone id (`%eth0`, RFC 4007 §11) is ignored, for it names an interface and no address
 * @returns null where the text is not an address
 */
export function parseAddress(text: string): Address | null {
  if (!text.includes(":")) {
    const value = parseIpv4(text);
    return value === null ? null : { family: 4, value };
  }
  const zone = text.indexOf("%");
  if (zone !== -1 && !/^%[\w.~]+$/.test(text.slice(zone))) return null;
  const value = parseIpv6(zone === -1 ? text : text.slice(0, zone));
  if (value === null) return null;
  return value >> 32n === mappedPrefix
    ? { family: 4, value: Number(value & 0xffff_ffffn) }
    : { family: 6, value };
}

function parseIpv4(text: string): number | null {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46 /* . */) {
      if (octet < 0 || ++dots > 3) return null;
      value = value * 256 + octet;
      octet = -1;
    } else {
      const digit = code - 48;
      if (digit < 0 || digit > 9 || octet === 0) return null;
      octet = octet < 0 ? digit : octet * 10 + digit;
      if (octet > 255) return null;
    }
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : null;
}

function parseIpv6(text: string): bigint | null {
  const gap = text.indexOf("::");
  if (gap === -1) {
    const groups = parseGroups(text, true);
    return groups?.length === 8 ? join(groups) : null;
  }
  const head = parseGroups(text.slice(0, gap), false);
  const tail = parseGroups(text.slice(gap + 2), true);
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  // `::` stands for at least one group.
  if (missing < 1) return null;
  return join([...head, ...Array.from({ length: missing }, () => 0), ...tail]);
}

/** 16-bit groups between colons; the last may be a dotted IPv4 where it ends the address. */
function parseGroups(text: string, endsAddress: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else if (endsAddress && index === parts.length - 1) {
      const dotted = parseIpv4(part);
      if (dotted === null) return null;
      groups.push(Math.floor(dotted / 65_536), dotted % 65_536);
    } else return null;
  }
  return groups;
}

function join(groups: readonly number[]): bigint {
  let value = 0n;
  for (const group of groups) value = (value << 16n) | BigInt(group);
  return value;
}

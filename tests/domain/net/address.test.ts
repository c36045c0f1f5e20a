import { describe, expect, test } from "bun:test";
import {
  array,
  assert,
  bigInt,
  constantFrom,
  integer,
  ipV4,
  ipV6,
  oneof,
  property,
} from "fast-check";
import { addressMatches, parseAddressMatcher } from "../../../src/domain/net/address-matcher.ts";
import { parseAddress } from "../../../src/domain/net/address.ts";

const matches = (list: string[], ip: string): boolean => {
  const parsed = parseAddressMatcher(list);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return addressMatches(parsed.matcher, ip);
};

describe("an address", () => {
  test.each([
    ["0.0.0.0", 0],
    ["255.255.255.255", 0xffff_ffff],
    ["10.0.1.100", 0x0a000164],
    ["::ffff:10.0.1.100", 0x0a000164],
    ["::FFFF:0a00:0164", 0x0a000164],
  ])("%s is IPv4", (text, value) => {
    expect(parseAddress(text)).toEqual({ family: 4, value });
  });

  test.each([
    ["::", 0n],
    ["::1", 1n],
    ["1::", 1n << 112n],
    ["fe80::1%eth0", (0xfe80n << 112n) | 1n],
    ["::10.0.0.1", 0x0a000001n],
    ["1:2:3:4:5:6:7:8", 0x0001_0002_0003_0004_0005_0006_0007_0008n],
    ["1:2:3:4:5:6:1.2.3.4", 0x0001_0002_0003_0004_0005_0006_0102_0304n],
    ["2001:db8::ff00:42:8329", 0x2001_0db8_0000_0000_0000_ff00_0042_8329n],
  ])("%s is IPv6", (text, value) => {
    expect(parseAddress(text)).toEqual({ family: 6, value });
  });

  test.each([
    [""],
    ["1.2.3"],
    ["1.2.3.4.5"],
    ["1.2.3.256"],
    ["01.2.3.4"],
    ["1..2.3"],
    ["1.2.3."],
    [" 1.2.3.4"],
    ["1.2.3.4:80"],
    [":"],
    [":::"],
    ["1::2::3"],
    ["1:2:3:4:5:6:7"],
    ["1:2:3:4:5:6:7:8:9"],
    ["1:2:3:4::5:6:7:8"],
    ["12345::"],
    ["g::"],
    ["1.2.3.4::"],
    ["[::1]"],
    ["fe80::1%"],
    ["fe80::1%a/b"],
    ["localhost"],
  ])("%p is none", (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  test("every IPv4 and its mapped form are the same", () => {
    assert(
      property(ipV4(), (ip) => {
        const value = ip.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
        expect(parseAddress(ip)).toEqual({ family: 4, value });
        expect(parseAddress(`::ffff:${ip}`)).toEqual({ family: 4, value });
      }),
    );
  });

  test("every IPv6 is read as the platform's URL parser reads it", () => {
    const normal = (ip: string): string => new URL(`http://[${ip}]/`).hostname;
    assert(
      // Some valid forms, such as "::0:0:0:0:0.0.0.0", are beyond the platform's parser.
      property(
        ipV6().filter((ip) => URL.canParse(`http://[${ip}]/`)),
        (ip) => {
          const address = parseAddress(ip);
          if (address === null) throw new Error(`refused ${ip}`);
          const bits =
            address.family === 6 ? address.value : (0xffffn << 32n) | BigInt(address.value);
          const groups = Array.from({ length: 8 }, (_, at) =>
            ((bits >> BigInt(112 - 16 * at)) & 0xffffn).toString(16),
          );
          expect(normal(groups.join(":"))).toBe(normal(ip));
        },
      ),
    );
  });
});

describe("a set of addresses", () => {
  test.each([
    [["10.0.1.100"], "10.0.1.100", true],
    [["10.0.1.100"], "::ffff:10.0.1.100", true],
    [["::ffff:10.0.1.100"], "10.0.1.100", true],
    [["10.0.1.100"], "10.0.1.101", false],
    [["10.0.1.0/24"], "10.0.1.255", true],
    [["10.0.1.0/24"], "10.0.2.0", false],
    [["10.0.1.77/24"], "10.0.1.0", true],
    [["0.0.0.0/0"], "255.1.2.3", true],
    [["10.0.0.1/32"], "10.0.0.2", false],
    [["::ffff:10.0.0.0/104"], "10.200.0.1", true],
    [["10.0.0.5-10.0.1.2"], "10.0.0.255", true],
    [["10.0.0.5 - 10.0.1.2"], "10.0.1.2", true],
    [["10.0.0.5-10.0.1.2"], "10.0.0.4", false],
    [["10.0.0.5-10.0.0.5"], "10.0.0.5", true],
    [["fd00::/8"], "fdff::1", true],
    [["fd00::/8"], "fe00::", false],
    [["fe80::1-fe80::ff"], "fe80::a%wlan0", true],
    [["::/0"], "2001:db8::1", true],
    [["::/0"], "10.0.0.1", false],
    [["0.0.0.0/0"], "::1", false],
    [["192.168.0.0/16", "::1", "10.0.0.1-10.0.0.3"], "10.0.0.2", true],
    [["192.168.0.0/16", "::1", "10.0.0.1-10.0.0.3"], "::1", true],
    [["10.0.0.0/8"], "unknown", false],
    [[], "10.0.0.1", false],
  ])("%j holds %s: %p", (list, ip, held) => {
    expect(matches(list, ip)).toBe(held);
  });

  test.each([
    [["10.0.0.9-10.0.0.1"], 0, "reversed"],
    [["::1", "fe80::2-fe80::1"], 1, "reversed"],
    [["10.0.0.1-fe80::1"], 0, "one family"],
    [["10.0.0.0/33"], 0, "0 to 32"],
    [["fd00::/129"], 0, "0 to 128"],
    [["::ffff:10.0.0.0/8"], 0, "96 to 128"],
    [["10.0.0.0/"], 0, "number of bits"],
    [["10.0.0.0/255.0.0.0"], 0, "number of bits"],
    [["10.0.0/8"], 0, '"10.0.0" is not an IP address'],
    [["10.0.0.5-9"], 0, '"9" is not an IP address'],
    [["localhost"], 0, "not an IP address, CIDR or range"],
    [[""], 0, "not an IP address, CIDR or range"],
  ])("%j is refused at item %d", (list, index, words) => {
    const parsed = parseAddressMatcher(list);
    if (!("problem" in parsed)) throw new Error("accepted");
    expect(parsed.index).toBe(index);
    expect(parsed.problem).toContain(words);
  });

  const v4Text = (value: number): string =>
    [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
  const v6Text = (value: bigint): string =>
    Array.from({ length: 8 }, (_, at) =>
      ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16),
    ).join(":");
  const near = (bits: number) => bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });

  test("a CIDR holds exactly the addresses that share its prefix", () => {
    const v4 = { bits: 32, text: (value: bigint) => v4Text(Number(value)) };
    // Outside ::ffff:0:0/96, whose addresses count as IPv4.
    const v6 = { bits: 128, text: (value: bigint) => v6Text(value | (1n << 127n)) };
    assert(
      property(
        constantFrom(v4, v6),
        near(128),
        near(128),
        integer({ min: 0, max: 128 }),
        integer({ min: 0, max: 128 }),
        ({ bits, text }, base, noise, length, shared) => {
          const prefix = length % (bits + 1);
          const top = (value: bigint): bigint => BigInt.asUintN(bits, value);
          // An address that shares the first `shared` bits, so that both answers are common.
          const mask = (1n << BigInt(bits - (shared % (bits + 1)))) - 1n;
          const a = top(base);
          const b = (a & ~mask) | (top(noise) & mask);
          const fixed = bits === 128 ? 1n << 127n : 0n;
          const same =
            (a | fixed) >> BigInt(bits - prefix) === (b | fixed) >> BigInt(bits - prefix);
          expect(matches([`${text(a)}/${prefix}`], text(b))).toBe(same);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("a list holds what any of its items holds, however they overlap", () => {
    const small = integer({ min: 0, max: 60 });
    const ip = (last: number): string => `10.0.0.${last}`;
    const item = oneof(
      small.map(ip),
      array(small, { minLength: 2, maxLength: 2 }).map((ends) => {
        const [from = 0, to = 0] = ends.toSorted((a, b) => a - b);
        return `${ip(from)}-${ip(to)}`;
      }),
      small.map((last) => `${ip(last)}/29`),
    );
    assert(
      property(array(item, { maxLength: 12 }), small, (list, last) => {
        expect(matches(list, ip(last))).toBe(list.some((one) => matches([one], ip(last))));
      }),
      { numRuns: 300 },
    );
  });
});

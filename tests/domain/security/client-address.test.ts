import { expect, test } from "bun:test";
import { parseAddressMatcher } from "../../../src/domain/net/address-matcher.ts";
import { clientAddress } from "../../../src/domain/security/client-address.ts";

function trusting(...items: string[]) {
  const parsed = parseAddressMatcher(items);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed.matcher;
}
const lab = trusting("10.0.0.0/8", "127.0.0.1", "2001:db8::/32");

test.each<[string, string, string | null, string]>([
  ["nobody is believed who is not trusted", "203.0.113.9", "1.2.3.4", "203.0.113.9"],
  ["a trusted proxy says who its client is", "10.0.0.1", "203.0.113.9", "203.0.113.9"],
  [
    "what a client wrote itself stands further left, and is not believed",
    "10.0.0.1",
    "8.8.8.8, 203.0.113.9",
    "203.0.113.9",
  ],
  [
    "trusted hops are passed over from the right",
    "127.0.0.1",
    "203.0.113.9, 10.0.0.7, 10.0.0.8",
    "203.0.113.9",
  ],
  ["where all are trusted, the first one is it", "127.0.0.1", "10.0.0.7, 10.0.0.8", "10.0.0.7"],
  ["without the header the proxy itself is", "10.0.0.1", null, "10.0.0.1"],
  ["an empty header says nothing", "10.0.0.1", " , ", "10.0.0.1"],
  [
    "behind what is not an address nothing is believed",
    "10.0.0.1",
    "203.0.113.9, unknown, 10.0.0.8",
    "10.0.0.8",
  ],
  ["nor where it stands first", "10.0.0.1", "<script>", "10.0.0.1"],
  ["a port goes", "10.0.0.1", "203.0.113.9:4711", "203.0.113.9"],
  ["so do brackets", "10.0.0.1", "[2001:db9::1]:4711", "2001:db9::1"],
  ["IPv6 proxies are known, too", "2001:db8::1", "203.0.113.9", "203.0.113.9"],
])("%s", (_name, peer, forwarded, client) => {
  const headers = forwarded === null ? [] : [["x-forwarded-for", forwarded] as const];
  expect(clientAddress(peer, headers, lab)).toBe(client);
});

test("several header lines are one list", () => {
  const headers = [
    ["x-forwarded-for", "8.8.8.8"],
    ["x-forwarded-for", "203.0.113.9, 10.0.0.7"],
  ] as const;
  expect(clientAddress("10.0.0.1", headers, lab)).toBe("203.0.113.9");
});

test("without TRUSTED_PROXIES the connection's end is the client", () => {
  expect(clientAddress("127.0.0.1", [["x-forwarded-for", "1.2.3.4"]], null)).toBe("127.0.0.1");
});

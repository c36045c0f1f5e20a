import { expect, test } from "bun:test";
import { callOwner } from "../../../src/domain/call/call-owner.ts";
import type { HeaderList } from "../../../src/domain/http/headers.ts";

const owner = (user: string | null, headers: HeaderList, sourceIp = "10.0.0.1") =>
  callOwner({ user, headers, sourceIp });
const bearer = (key: string): HeaderList => [["authorization", `Bearer ${key}`]];
const apiKey = (key: string): HeaderList => [["x-api-key", key]];

test("a call is its token's, else its key's, else its address's", () => {
  expect(owner("alice", bearer("k"))).toBe(owner("alice", [], "10.0.0.2"));
  expect(owner(null, bearer("k"))).toBe(owner(null, apiKey("k"), "10.0.0.2"));
  expect(owner(null, [])).toBe("address 10.0.0.1");
  // The router's own token, which is not a key.
  expect(
    owner(null, [
      ["authorization", "[redacted]"],
      ["x-api-key", ""],
    ]),
  ).toBe("address 10.0.0.1");
});

test("no two of them are the same, and a key is not shown", () => {
  const owners = [
    owner("k", []),
    owner(null, bearer("k")),
    owner(null, bearer("sk-1")),
    owner(null, bearer("sk-2")),
    owner(null, []),
    owner(null, [], "k"),
  ];
  expect(new Set(owners).size).toBe(owners.length);
  expect(owner(null, bearer("sk-secret"))).not.toContain("secret");
});

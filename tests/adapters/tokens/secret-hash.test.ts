// By what routers compare their secrets.
import { expect, test } from "bun:test";
import { secretHash } from "../../../src/adapters/tokens/secret-hash.ts";

test("the same secret in the same group gives the same, another secret or group another", async () => {
  const hashes = await Promise.all([
    secretHash("a-secret-of-thirty-two-characters", "group-1"),
    secretHash("a-secret-of-thirty-two-characters", "group-1"),
    secretHash("another-secret-of-32-characters--", "group-1"),
    secretHash("a-secret-of-thirty-two-characters", "group-2"),
    secretHash(null, "group-1"),
  ]);
  expect(hashes[0]).toEqual(hashes[1]);
  expect(new Set(hashes).size).toBe(4);
  // Too little to find a secret by.
  expect(hashes[0]).toMatch(/^[\da-f]{6}$/);
});

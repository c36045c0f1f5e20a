// Requests that lead round in a circle, alone and within a group.
import { expect, test } from "bun:test";
import { createVia } from "../../../src/domain/http/via.ts";

const group = "11111111-2222-4333-8444-555555555555";
const other = "99999999-2222-4333-8444-555555555555";

function member(process: string, of: string | null = group) {
  const via = createVia(process);
  if (of !== null) via.joined(of);
  return via;
}

test("alone, a router knows what it has sent itself", () => {
  const via = member("aaaa", null);
  expect(via.pseudonym()).toBe("smolrouter-aaaa");
  expect(via.isLoop("1.1 smolrouter-aaaa")).toBe(true);
  expect(via.isLoop("1.1 proxy, 1.1 smolrouter-bbbb")).toBe(false);
  expect(via.isLoop(null)).toBe(false);
});

test("in a group its name says so, and the second hop within the group is one too many", () => {
  const [a, b, c] = ["aaaa", "bbbb", "cccc"].map((process) => member(process));
  expect(a!.pseudonym()).toBe("smolrouter-111111112222.aaaa");
  const first = `1.1 ${a!.pseudonym()}`;
  expect(b!.isLoop(first)).toBe(false);
  expect(a!.isLoop(first)).toBe(true);
  const second = `${first}, 1.1 ${b!.pseudonym()}`;
  expect(c!.isLoop(second)).toBe(true);
});

test("routers of other groups are servers like any other", () => {
  const hops = ["aaaa", "bbbb", "cccc"].map(
    (process) => `1.1 ${member(process, other).pseudonym()}`,
  );
  expect(member("dddd").isLoop(hops.join(", "))).toBe(false);
});

test("what a router sent before it knew its group still leads back to it", () => {
  const via = createVia("aaaa");
  const early = `1.1 ${via.pseudonym()}`;
  via.joined(group);
  expect(via.isLoop(early)).toBe(true);
});

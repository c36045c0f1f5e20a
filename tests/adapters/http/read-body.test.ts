// How slowly a body may come, and what it may take of the memory that all share.
import { expect, test } from "bun:test";
import { readBody, uploadDueMs } from "../../../src/adapters/http/read-body.ts";
import { createBudget } from "../../../src/domain/failover/budget.ts";
import { createHandClock } from "../../lab/hand-clock.ts";

function upload(announced?: number) {
  const clock = createHandClock();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const request = new Request("http://router.test/v1", {
    method: "POST",
    body: readable,
    headers: announced === undefined ? {} : { "content-length": String(announced) },
  });
  const budget = createBudget(1_000_000);
  const others = budget.share();
  const limits = { maxRequestSize: 500_000, share: budget.share() };
  const reading = readBody(request, limits, { ...clock, elapsed: clock.now });
  return { clock, writer, reading, budget, others, share: limits.share };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

test.each([
  ["not announced", undefined],
  ["announced, small", 100],
  ["announced, large", 400_000],
])("a body that never comes gets 408 after 30 s: %s", async (_name, announced) => {
  const { clock, reading, budget, share } = upload(announced);
  await settle();
  clock.pass(uploadDueMs(announced ?? 0) + 1);
  expect(await reading).toMatchObject({ kind: "problem", problem: { kind: "request_timeout" } });
  share[Symbol.dispose]();
  expect(budget.taken()).toBe(0);
});

test("a body that drips gets 408; one that keeps the pace is taken however long it takes", async () => {
  const dripping = upload();
  for (let second = 0; second < 31; second++) {
    await dripping.writer.write(new Uint8Array(10));
    await settle();
    dripping.clock.pass(1_000);
  }
  expect((await dripping.reading).kind).toBe("problem");

  const steady = upload();
  for (let second = 0; second < 20; second++) {
    await steady.writer.write(new Uint8Array(20_000));
    await settle();
    steady.clock.pass(2_000 - (second === 19 ? 1_999 : 0));
    await settle();
  }
  await steady.writer.close();
  expect(await steady.reading).toMatchObject({ kind: "read", bytes: { length: 400_000 } });
  expect(steady.clock.pending()).toBe(0);
});

test("a body takes from the shared memory what has come, not what was announced", async () => {
  const { writer, reading, others } = upload(400_000);
  await writer.write(new Uint8Array(1_000));
  await settle();
  expect(others.take(999_000)).toBe(true);
  expect(others.take(1)).toBe(false);
  writer.abort(new Error("gone")).catch(() => undefined);
  expect((await reading).kind).toBe("gone");
});

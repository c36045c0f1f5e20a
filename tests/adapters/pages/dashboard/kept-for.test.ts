// Answers that are kept for a while.
import { expect, test } from "bun:test";
import { keptFor } from "../../../../src/adapters/pages/dashboard/kept-for.ts";

function counted(fails: readonly number[] = []) {
  const time = { now: 0 };
  const waiting: (() => void)[] = [];
  let asked = 0;
  const ask = keptFor(
    { fresh: 100, usable: 1_000, now: () => time.now, later: (work) => waiting.push(work) },
    () => {
      asked++;
      return fails.includes(asked) ? Promise.reject(new Error("locked")) : Promise.resolve(asked);
    },
  );
  /** What was to be done later. */
  const catchUp = () => {
    for (const work of waiting.splice(0)) work();
  };
  return { time, ask, waiting, catchUp };
}

test("while it is new an answer is given again; those who ask at once share one question", async () => {
  const { time, ask } = counted();
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
  time.now = 99;
  expect(await ask()).toBe(1);
});

test("an old answer is given at once; the new one is asked for once, later", async () => {
  const { time, ask, waiting, catchUp } = counted();
  await ask();
  time.now = 100;
  expect([await ask(), await ask()]).toEqual([1, 1]);
  expect(waiting.length).toBe(1);
  catchUp();
  expect([await ask(), await ask()]).toEqual([1, 2]);
});

test("for one that is too old the new one is waited for", async () => {
  const { time, ask } = counted();
  await ask();
  time.now = 1_000;
  expect(await ask()).toBe(2);
});

test("a failure is reported to who waits, and asked again", async () => {
  const { ask } = counted([1]);
  expect(await ask().catch((error: Error) => error.message)).toBe("locked");
  expect(await ask()).toBe(2);
});

test("a failure behind an answer that will do is not reported, and asked again", async () => {
  const { time, ask, catchUp } = counted([2]);
  await ask();
  time.now = 100;
  expect(await ask()).toBe(1);
  catchUp();
  expect(await ask()).toBe(1);
  await ask();
  catchUp();
  await Promise.resolve();
  expect(await ask()).toBe(3);
});

// What is done while nothing else is to do.
import { expect, test } from "bun:test";
import { whenIdle } from "../../src/app/when-idle.ts";
import { createHandClock } from "../lab/hand-clock.ts";

function waiting() {
  const clock = createHandClock();
  const calls = { count: 0, done: 0 };
  const stop = whenIdle(
    clock,
    () => calls.count,
    1_000,
    () => void calls.done++,
  );
  return { clock, calls, stop };
}

test("it is done once, after a while", () => {
  const { clock, calls } = waiting();
  clock.pass(999);
  expect(calls.done).toBe(0);
  clock.pass(5_000);
  expect(calls.done).toBe(1);
});

test("calls under way put it off", () => {
  const { clock, calls } = waiting();
  calls.count = 2;
  clock.pass(3_500);
  expect(calls.done).toBe(0);
  calls.count = 0;
  clock.pass(500);
  expect(calls.done).toBe(1);
});

test("given up, it is not done, and no timer stays", () => {
  const { clock, calls, stop } = waiting();
  calls.count = 1;
  clock.pass(1_500);
  stop();
  expect(clock.pending()).toBe(0);
  calls.count = 0;
  clock.pass(5_000);
  expect(calls.done).toBe(0);
});

// A clock without waiting: time passes only while everything waits for it.
import { expect, test } from "bun:test";
import { createSimulatedClock } from "../../../src/adapters/clock/simulated-clock.ts";

const after = (clock: ReturnType<typeof createSimulatedClock>, ms: number) =>
  new Promise<number>((resolve) => clock.after(ms, () => resolve(clock.now())));

test("timers run in their order, and none before its time", async () => {
  const clock = createSimulatedClock(1_000);
  const ran: number[] = [];
  for (const ms of [300, 5, 86_400_000]) clock.after(ms, () => void ran.push(clock.elapsed()));
  const stop = clock.after(10, () => void ran.push(-1));
  stop();
  await clock.until(after(clock, 86_400_000));
  expect(ran).toEqual([5, 300, 86_400_000]);
  expect(clock.now()).toBe(1_000 + 86_400_000);
});

test("time stands still for work that does not wait", async () => {
  const clock = createSimulatedClock();
  const work = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    return "done";
  };
  clock.after(1, () => undefined);
  expect(await clock.until(work())).toBe("done");
  expect(clock.elapsed()).toBe(0);
});

test("deadlines are looked at while time passes", async () => {
  const clock = createSimulatedClock(5_000);
  const { promise, resolve } = Promise.withResolvers<number>();
  const deadlines = { check: (elapsed: number) => void (elapsed >= 3_000 && resolve(elapsed)) };
  clock.watch(deadlines);
  expect(await clock.until(promise)).toBe(3_000);
  clock.unwatch(deadlines);
});

test("what never comes is an error in place of a wait without end", async () => {
  const clock = createSimulatedClock();
  const { promise } = Promise.withResolvers<void>();
  expect(clock.until(promise)).rejects.toThrow("never comes");
});

test("a failure of the work is passed on", () => {
  const clock = createSimulatedClock();
  expect(clock.until(Promise.reject(new Error("it failed")))).rejects.toThrow("it failed");
});

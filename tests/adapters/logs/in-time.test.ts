// Waiting with a limit: a value in time, none, and failures in and after it.
import { expect, test } from "bun:test";
import { inTime } from "../../../src/adapters/logs/in-time.ts";
import { createHandClock } from "../../lab/hand-clock.ts";

test("what comes in time is given, and leaves no timer", async () => {
  const clock = createHandClock();
  expect(await inTime(Promise.resolve("here"), 100, clock)).toBe("here");
  expect(clock.pending()).toBe(0);
});

test("what has not come in time is null", async () => {
  const clock = createHandClock();
  const waited = inTime(new Promise(() => {}), 100, clock);
  clock.pass(100);
  expect(await waited).toBeNull();
});

test("what fails in time fails, and leaves no timer", async () => {
  const clock = createHandClock();
  const waited = inTime(Promise.reject(new Error("broken")), 100, clock);
  expect(await waited.catch(String)).toBe("Error: broken");
  expect(clock.pending()).toBe(0);
});

test("what fails later is not heard of", async () => {
  const clock = createHandClock();
  const coming = Promise.withResolvers<never>();
  const waited = inTime(coming.promise, 100, clock);
  clock.pass(100);
  expect(await waited).toBeNull();
  // Nobody else listens to it: were it heard of, this process would end.
  coming.reject(new Error("too late"));
  await new Promise((resolve) => setImmediate(resolve));
});

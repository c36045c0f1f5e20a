// Answers that are kept for a moment.
import { expect, test } from "bun:test";
import { keptFor } from "../../../src/adapters/pages/kept-for.ts";

test("within its time an answer is given again; afterwards it is asked for anew", async () => {
  let [now, asked] = [0, 0];
  const ask = keptFor(
    100,
    () => now,
    () => Promise.resolve(++asked),
  );
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
  now = 99;
  expect(await ask()).toBe(1);
  now = 100;
  expect(await ask()).toBe(2);
});

test("a failure is told to who asked, and asked again", async () => {
  let asked = 0;
  const ask = keptFor(
    100,
    () => 0,
    () => (++asked === 1 ? Promise.reject(new Error("locked")) : Promise.resolve("read")),
  );
  expect(ask()).rejects.toThrow("locked");
  await Promise.resolve();
  await Promise.resolve();
  expect(await ask()).toBe("read");
});

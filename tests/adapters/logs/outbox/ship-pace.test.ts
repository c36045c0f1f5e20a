// How much is sent to a shared store at a time, as it is quick, slow or failing.
import { expect, test } from "bun:test";
import { createShipPace } from "../../../../src/adapters/logs/outbox/ship-pace.ts";

const [kilobyte, megabyte] = [1_024, 1_024 * 1_024];

/** The size that a backlog comes to, in a store that takes so long for each transaction and each megabyte. */
function settledSize(fixedMs: number, msPerMegabyte: number): number {
  const pace = createShipPace(4 * megabyte);
  for (let step = 0; step < 40; step++)
    pace.shipped(pace.size(), fixedMs + (pace.size() / megabyte) * msPerMegabyte);
  return pace.size();
}

test.each([
  ["quick", 5, 20, 4 * megabyte],
  ["ordinary", 0, 200, megabyte],
  ["slow", 0, 10_000, 256 * kilobyte],
  ["far", 2_000, 20, 256 * kilobyte],
])("a backlog goes to a %s store in transactions of its size", (_, fixed, each, expected) => {
  expect(settledSize(fixed, each)).toBe(expected);
});

test("a little that takes long does not make transactions smaller", () => {
  const pace = createShipPace(4 * megabyte);
  const before = pace.size();
  for (let step = 0; step < 20; step++) pace.shipped(10 * kilobyte, 3_000);
  expect(pace.size()).toBe(before);
});

test("a store that fails gets less each time, down to one batch, and more again once it takes that", () => {
  const pace = createShipPace(4 * megabyte);
  for (let step = 0; step < 20; step++) pace.failed();
  expect(pace.size()).toBe(1);
  // However small it is, a batch is sent whole.
  pace.shipped(20 * kilobyte, 4_000);
  expect(pace.size()).toBe(1);
  for (let step = 0; step < 60; step++) pace.shipped(Math.max(pace.size(), 20 * kilobyte), 10);
  expect(pace.size()).toBe(4 * megabyte);
});

// The axis of times: round ticks that have room, whatever lies between them.
import { expect, test } from "bun:test";
import { timeScale } from "../../../../src/adapters/pages/performance/time-scale.ts";

test.each([
  [
    [300, 40_000],
    [1_000, 10_000],
  ],
  [
    [130, 2_300, null],
    [200, 500, 1_000, 2_000],
  ],
  [
    [900_000, 7_200_000],
    [1_200_000, 1_800_000, 3_600_000, 7_200_000],
  ],
  [
    [0, 36_000_000],
    [1, 1_000, 60_000, 3_600_000],
  ],
])("%p", (values, ticks) => {
  expect(timeScale(values, 86)?.ticks).toEqual(ticks);
});

test("larger times lie higher, all of them within the axis", () => {
  const scale = timeScale([5, 400, 90_000], 86);
  const places = [5, 400, 90_000].map((value) => scale?.y(value) ?? Number.NaN);
  expect(places).toEqual(places.toSorted((a, b) => b - a));
  for (const place of places) {
    expect(place).toBeGreaterThanOrEqual(6);
    expect(place).toBeLessThanOrEqual(80);
  }
});

test("a level line lies in the middle, and no value has no axis", () => {
  expect(timeScale([700, 700], 86)?.y(700)).toBe(43);
  expect(timeScale([null], 86)).toBeNull();
});

// Steps of cleaning up that are as long as they may be, whatever the disk.
import { describe, expect, test } from "bun:test";
import { createStepPace } from "../../../../src/adapters/logs/pipeline/step-pace.ts";

/** The sizes of so many steps on a disk that takes so long for each of what they take on. */
function sizes(msEach: number, steps: number): readonly number[] {
  const pace = createStepPace(100, 10);
  return Array.from({ length: steps }, () => {
    const size = pace.size();
    pace.took(size * msEach);
    return size;
  });
}

describe("a step", () => {
  test.each([
    ["quick", 0.01, 100],
    ["ordinary", 0.2, 50],
    ["slow", 2, 5],
    ["hopeless", 1_000, 1],
  ])("takes on what a %s disk manages in its time", (_, msEach, expected) => {
    expect(sizes(msEach, 20).at(-1)).toBe(expected);
  });

  test("begins small, so that the first is not the longest", () => {
    expect(sizes(0.2, 20)[0]).toBe(13);
  });

  test("never takes on nothing, nor more than it ever may", () => {
    const pace = createStepPace(100, 10);
    for (const ms of [0, 0, 0, 0, 0, 0, 1e9, 1e9, 1e9, 1e9, 1e9, 0]) {
      pace.took(ms);
      expect(pace.size()).toBeGreaterThanOrEqual(1);
      expect(pace.size()).toBeLessThanOrEqual(100);
    }
  });
});

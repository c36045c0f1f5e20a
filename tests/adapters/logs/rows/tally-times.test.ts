// Times of many calls added up, in whichever form a store has them.
import { expect, test } from "bun:test";
import { bucketOf, bucketTime } from "../../../../src/adapters/logs/rows/figures.ts";
import { packTimes, TimesSum } from "../../../../src/adapters/logs/rows/tally-times.ts";
import { createRandom } from "../../../lab/random.ts";

/** As `TimesSum`, from every time by itself. */
function nearestTime(times: readonly number[], part: number): number | null {
  const sorted = times.toSorted((a, b) => a - b);
  const time = sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)];
  return time === undefined ? null : bucketTime(bucketOf(time));
}

function timesOf(list: readonly number[]): Map<number, number> {
  const times = new Map<number, number>();
  for (const time of list) times.set(bucketOf(time), (times.get(bucketOf(time)) ?? 0) + 1);
  return times;
}

test("times of many tallies, packed, as maps and of sums, say the time at each part", () => {
  const random = createRandom(8);
  for (let round = 0; round < 50; round++) {
    const lists = Array.from({ length: 6 }, () =>
      Array.from({ length: random.int(0, 40) }, () => random.int(0, 10) ** random.int(0, 9)),
    );
    const [sum, others] = [new TimesSum(), new TimesSum()];
    for (const [place, list] of lists.entries()) {
      const times = timesOf(list);
      (place < 3 ? sum : others).add(place % 2 === 0 ? packTimes(times) : times);
    }
    sum.addSum(others);
    for (const part of [0.01, 0.5, 0.95, 1])
      expect(sum.at(part)).toBe(nearestTime(lists.flat(), part));
  }
});

test("no times, or none that are left, say nothing", () => {
  const sum = new TimesSum();
  sum.add(null);
  expect(sum.at(0.5)).toBeNull();
  sum.add(new Map([[4, 2]]));
  sum.add(new Map([[4, -2]]));
  expect(sum.at(0.5)).toBeNull();
});

// Partitions lie side by side: every time is in one, whatever widths the routers that made them had.
import { expect, test } from "bun:test";
import {
  day,
  missingRanges,
  partitionWidth,
  rangeFor,
  type TimeRange,
} from "../../../../src/adapters/logs/postgres/partition-ranges.ts";
import { createRandom } from "../../../lab/random.ts";

test("the longer rows are kept, the wider a partition is", () => {
  const table: readonly [days: number | null, hours: number][] = [
    [0.5, 6],
    [3.9, 6],
    [4, 24],
    [30, 24],
    [90, 7 * 24],
    [3_650, 28 * 24],
    [null, 28 * 24],
  ];
  for (const [days, hours] of table)
    expect(partitionWidth(days === null ? null : days * day)).toBe(hours * 3_600_000);
});

test("a time gets the width that it lies in, or what neighbours leave of it", () => {
  expect(rangeFor(2.5 * day, day, [])).toEqual({ from: 2 * day, to: 3 * day });
  expect(rangeFor(2.5 * day, day, [{ from: 2 * day, to: 3 * day }])).toBeNull();
  const neighbours = [
    { from: day, to: 2.25 * day },
    { from: 2.75 * day, to: 4 * day },
  ];
  expect(rangeFor(2.5 * day, day, neighbours)).toEqual({ from: 2.25 * day, to: 2.75 * day });
});

test("ranges of random widths and times never overlap and hold every time", () => {
  const random = createRandom(11);
  for (let turn = 0; turn < 200; turn++) {
    let ranges: readonly TimeRange[] = [];
    for (let router = 0; router < 4; router++) {
      const times = Array.from({ length: 6 }, () => random.int(0, 40 * day));
      const width = partitionWidth(random.pick([1, 7, 90, null].map((days) => days && days * day)));
      ranges = [...ranges, ...missingRanges(times, width, ranges)].toSorted(
        (a, b) => a.from - b.from,
      );
      for (const time of times)
        expect(ranges.filter(({ from, to }) => from <= time && time < to)).toHaveLength(1);
    }
    for (const [at, range] of ranges.entries())
      expect(range.to).toBeLessThanOrEqual(ranges[at + 1]?.from ?? Infinity);
  }
});

// What rows come to as figures, and from which parts a period's are added up.
import { describe, expect, test } from "bun:test";
import { type CountedRow, createFigureSums } from "../../../../src/adapters/logs/rows/figures.ts";
import {
  createPeriodFigures,
  periodParts,
} from "../../../../src/adapters/logs/rows/period-figures.ts";
import { noon } from "../../../lab/log-entries.ts";

const minute = 60_000;
const hour = 3_600_000;

const row = (own: Partial<CountedRow> = {}): CountedRow => ({
  timestamp: noon,
  state: "completed",
  duration_ms: 100,
  ttft_ms: null,
  prompt_tokens: 5,
  completion_tokens: null,
  ...own,
});

describe("a period", () => {
  const whole = Number.MAX_SAFE_INTEGER;
  test.each<[string, number | null, [number, number][], [number, number] | null]>([
    [
      "of everything is all hours",
      null,
      [
        [0, 0],
        [0, whole],
      ],
      null,
    ],
    [
      "from a full hour is hours alone",
      noon,
      [
        [noon, noon],
        [noon, whole],
      ],
      [noon, noon],
    ],
    [
      "from within an hour begins with minutes",
      noon + minute,
      [
        [noon + minute, noon + hour],
        [noon + hour, whole],
      ],
      [noon + minute, noon + minute],
    ],
    [
      "from within a minute begins with rows",
      noon + 1,
      [
        [noon + minute, noon + hour],
        [noon + hour, whole],
      ],
      [noon + 1, noon + minute],
    ],
  ])("%s", (_, since, spans, rows) => {
    const parts = periodParts(since);
    expect(parts.spans.map(({ from, to }) => [from, to])).toEqual(spans);
    expect(parts.spans.map(({ span }) => span)).toEqual([minute, hour]);
    expect(parts.rows === null ? null : [parts.rows.from, parts.rows.to]).toEqual(rows);
  });
});

describe("a batch", () => {
  test("changes minute and hour of each row alike", () => {
    const sums = createFigureSums();
    sums.add(row());
    sums.add(row({ timestamp: noon + minute }));
    const requests = sums.changes().filter(({ kind }) => kind === 0);
    expect(requests.map(({ span, start, amount }) => [span, start - noon, amount])).toEqual([
      [minute, 0, 1],
      [minute, minute, 1],
      [hour, 0, 2],
    ]);
  });

  test("that replaces a row by the same changes nothing", () => {
    const sums = createFigureSums();
    sums.subtract(row());
    sums.add(row());
    expect(sums.changes()).toEqual([]);
  });
});

describe("times", () => {
  const statsOf = (rows: readonly CountedRow[]) => {
    const figures = createPeriodFigures();
    for (const one of rows) figures.addRow(one);
    const times = rows.map(({ duration_ms }) => duration_ms ?? 0).toSorted((a, b) => a - b);
    return figures.stats(async (_, index) => times[index] ?? null);
  };
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => row({ duration_ms: index + 1 }));

  test.each<[string, number, number, number, number]>([
    ["of one row are its own", 1, 1, 1, 0],
    ["of two are observed ones, not their mean", 2, 1, 2, 0],
    ["of 5,000 are exact", 5_000, 2_500, 4_750, 0],
    ["of more are within 2 %", 5_001, 2_501, 4_751, 0.02],
  ])("%s", async (_, count, median, p95, error) => {
    const stats = await statsOf(many(count));
    const off = (found: number | null, wanted: number) => Math.abs((found ?? 0) / wanted - 1);
    expect(off(stats.duration_ms_median, median)).toBeLessThanOrEqual(error);
    expect(off(stats.duration_ms_p95, p95)).toBeLessThanOrEqual(error);
  });

  test("are those of completed calls, errors those that failed", async () => {
    const stats = await statsOf([row({ state: "failed" }), row({ state: "inflight" })]);
    expect(stats).toMatchObject({
      requests: 2,
      errors: 1,
      error_rate: 0.5,
      duration_ms_median: null,
      prompt_tokens: 10,
    });
  });
});

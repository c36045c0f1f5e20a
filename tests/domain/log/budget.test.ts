import { describe, expect, test } from "bun:test";
import { budgetUse, monthAt } from "../../../src/domain/log/budget.ts";

const iso = (ms: number): string => new Date(ms).toISOString();

describe("the month that it is", () => {
  const cases = [
    ["UTC", "2026-03-12T16:00:00Z", "2026-03-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"],
    // It begins in winter time and ends in summer time.
    [
      "Europe/Berlin",
      "2026-03-31T21:59:59Z",
      "2026-02-28T23:00:00.000Z",
      "2026-03-31T22:00:00.000Z",
    ],
    [
      "Europe/Berlin",
      "2026-03-31T22:00:00Z",
      "2026-03-31T22:00:00.000Z",
      "2026-04-30T22:00:00.000Z",
    ],
    [
      "America/Los_Angeles",
      "2026-01-01T07:59:00Z",
      "2025-12-01T08:00:00.000Z",
      "2026-01-01T08:00:00.000Z",
    ],
    // Half an hour off: from the whole hour before.
    [
      "Asia/Kolkata",
      "2026-03-12T16:00:00Z",
      "2026-02-28T18:00:00.000Z",
      "2026-03-31T18:00:00.000Z",
    ],
    ["UTC", "2026-12-31T23:59:59Z", "2026-12-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"],
  ] as const;
  test.each(cases)("in %s at %s", (zone, now, since, until) => {
    const month = monthAt(Date.parse(now), zone);
    expect([iso(month.since), iso(month.until)]).toEqual([since, until]);
  });
});

describe("what is spent of a budget", () => {
  const since = Date.parse("2026-04-01T00:00:00Z");
  const until = Date.parse("2026-05-01T00:00:00Z");
  const tenth = Date.parse("2026-04-11T00:00:00Z");
  const month = { since, until, unpriced: 0, isPart: false };

  test.each([
    [12.4, 0.248, "within"],
    [40, 0.8, "within"],
    [40.01, 0.8002, "near"],
    [50, 1, "near"],
    [50.01, 1.0002, "over"],
  ] as const)("$%p of $50", (cost, share, level) => {
    const use = budgetUse({ ...month, cost }, 50, tenth);
    expect(use.share).toBeCloseTo(share, 6);
    expect(use.level).toBe(level);
  });

  test("the month's end is projected from the second day on, where all of the month is known", () => {
    const projected = (cost: number | null, at: number, isPart = false) =>
      budgetUse({ ...month, cost, isPart }, 50, at).projected;
    expect(projected(10, tenth)).toBeCloseTo(30, 6);
    expect(projected(10, since + 86_399_999)).toBeNull();
    expect(projected(10, until)).toBeNull();
    expect(projected(10, tenth, true)).toBeNull();
    expect(projected(0, tenth)).toBeNull();
    expect(projected(null, tenth)).toBeNull();
  });
});

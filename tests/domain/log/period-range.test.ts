// Periods and the bars of their charts, in zones with and without summer time.
import { expect, test } from "bun:test";
import {
  barsOf,
  isZone,
  lastRange,
  offsetAt,
  toUtc,
} from "../../../src/domain/log/period-range.ts";

const at = (iso: string) => Date.parse(iso);
const now = at("2026-03-12T16:42:30.000Z");
const hour = 3_600_000;
const day = 24 * hour;

test("a period begins at a whole minute, a long one at a whole hour", () => {
  expect(lastRange(hour, now)).toEqual({ since: at("2026-03-12T15:42:00Z"), until: null });
  expect(lastRange(7 * day, now)).toEqual({ since: at("2026-03-05T16:00:00Z"), until: null });
});

test("the first bar begins with the period, the others at round times", () => {
  const bars = barsOf(lastRange(day, now), now, "UTC");
  expect(bars[0]).toBe(at("2026-03-11T16:42:00Z"));
  expect(bars[1]).toBe(at("2026-03-11T17:00:00Z"));
  expect(bars.at(-1)).toBe(at("2026-03-12T16:30:00Z"));
  expect(bars.length).toBe(49);
});

test("a day of a month's chart is one of the reader's zone, an hour shorter where summer time begins", () => {
  const later = at("2026-04-02T10:00:00Z");
  const bars = barsOf(lastRange(30 * day, later), later, "Europe/Berlin");
  const lengths = bars.slice(1).map((begin, place) => (bars[place + 2] ?? begin) - begin);
  expect(bars[1]).toBe(at("2026-03-03T23:00:00Z"));
  expect(lengths.filter((length) => length === 23 * hour).length).toBe(1);
  expect(bars).toContain(at("2026-03-28T23:00:00Z"));
  expect(bars).toContain(at("2026-03-29T22:00:00Z"));
});

test("the day on which summer time ends has 25 hours", () => {
  const later = at("2026-11-10T10:00:00Z");
  const bars = barsOf(lastRange(30 * day, later), later, "America/New_York");
  const place = bars.indexOf(at("2026-11-01T04:00:00Z"));
  expect((bars[place + 1] ?? 0) - (bars[place] ?? 0)).toBe(25 * hour);
});

test.each([1, 90, 3_600, 86_400, 400_000, 40_000_000, 400_000_000])(
  "bars of %i s ascend, lie within, are whole units and few",
  (seconds) => {
    for (const zone of ["UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"]) {
      const since = Math.floor((now - seconds * 1000) / 60_000) * 60_000;
      const bars = barsOf({ since, until: null }, now, zone);
      const unit = now - since > 2 * day ? hour : 60_000;
      expect(bars.length).toBeLessThanOrEqual(63);
      for (const [place, begin] of bars.entries()) {
        expect(begin % unit).toBe(0);
        expect(begin).toBeLessThan(now);
        if (place > 0) expect(begin).toBeGreaterThan(bars[place - 1] ?? 0);
      }
    }
  },
);

test("zones are known by name; others, and what is no name, are not", () => {
  expect(["UTC", "Asia/Kathmandu", "Etc/GMT+3"].map(isZone)).toEqual([true, true, true]);
  expect(["", "Mars/Base", "../etc", "a".repeat(99)].map(isZone)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test("what a clock shows is turned into UTC and back", () => {
  expect(offsetAt(now, "Asia/Kathmandu")).toBe(5.75 * hour);
  expect(toUtc(at("2026-07-01T12:00:00Z"), "Europe/Berlin")).toBe(at("2026-07-01T10:00:00Z"));
});

// From which tallies the bars of a chart are added up, or taken away.
import { expect, test } from "bun:test";
import { tallyParts } from "../../../../src/adapters/logs/rows/tally-parts.ts";
import { dayMs, hourMs, minuteMs } from "../../../lab/periods.ts";

const day = Date.UTC(2026, 2, 10);
const hour = (number: number) => day + number * hourMs;
const quarter = 15 * minuteMs;

/** As `+span from-to`, in hours of the day. */
function partsOf(from: number, to: number, rowsFrom = 0): readonly string[] {
  const names = new Map([
    [dayMs, "day"],
    [hourMs, "hour"],
    [quarter, "quarter"],
    [minuteMs, "minute"],
  ]);
  const at = (time: number) => (time - day) / hourMs;
  return tallyParts({ since: from, until: to }, [from], rowsFrom).bars.map(
    ({ span, sign, ...range }) =>
      `${sign === 1 ? "+" : "-"}${names.get(span)} ${at(range.from)}-${at(range.to)}`,
  );
}

test.each([
  ["a day of UTC", hour(0), hour(24), ["+day 0-24"]],
  ["a day an hour before it", hour(-1), hour(23), ["+hour -1-0", "+day 0-24", "-hour 23-24"]],
  ["a day eight hours after it", hour(8), hour(32), ["+day 0-24", "-hour 0-8", "+hour 24-32"]],
  ["half a day and half of the next", hour(12), hour(36), ["+hour 12-24", "+hour 24-36"]],
  ["more than half of a day", hour(0), hour(13), ["+day 0-24", "-hour 13-24"]],
  ["hours of one day", hour(1), hour(23), ["+hour 1-23"]],
  [
    "three quarters of an hour from UTC",
    hour(-5.75),
    hour(18.25),
    ["+quarter -5.75--5", "+hour -5-0", "+day 0-24", "-quarter 18.25-19", "-hour 19-24"],
  ],
  // What was shorter than an hour may be gone before.
  ["a beginning within an hour", hour(8.5), hour(24), ["+quarter 8.5-9", "+hour 9-24"]],
])("%s", (_, from, to, parts) => {
  expect(partsOf(from, to)).toEqual(parts);
});

test("where rows are gone, days are made up of hours and days alone", () => {
  expect(partsOf(hour(-1), hour(23), hour(48))).toEqual(["+hour -1-0", "+day 0-24", "-hour 23-24"]);
});

test("a last bar without an end takes nothing away", () => {
  const { bars } = tallyParts({ since: hour(1) }, [hour(1)], 0);
  expect(bars.map(({ span, sign }) => [span, sign])).toEqual([
    [dayMs, 1],
    [hourMs, -1],
    [dayMs, 1],
  ]);
});

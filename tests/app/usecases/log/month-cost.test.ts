import { expect, test } from "bun:test";
import { createMonthCost } from "../../../../src/app/usecases/log/month-cost.ts";
import { periodOfCalls } from "../../../../src/adapters/logs/rows/period-of-calls.ts";
import type { PeriodQuestion } from "../../../../src/ports/periods.ts";

const start = Date.parse("2026-03-12T16:00:00Z");
const figures = { ...periodOfCalls([], { filter: {} }).figures, cost: 12.4, unpriced: 3 };

test("a month is asked for once in five seconds, however many pages show it and in whichever zone", async () => {
  let now = start;
  const asked: PeriodQuestion[] = [];
  const monthCost = createMonthCost(
    {
      period(question) {
        asked.push(question);
        return Promise.resolve({ figures });
      },
    },
    { now: () => now },
  );
  const berlin = await monthCost("Europe/Berlin");
  expect(berlin).toEqual({
    since: Date.parse("2026-02-28T23:00:00Z"),
    until: Date.parse("2026-03-31T22:00:00Z"),
    cost: 12.4,
    unpriced: 3,
    isPart: false,
  });
  now += 4_999;
  await Promise.all([monthCost("Europe/Paris"), monthCost("Europe/Berlin")]);
  expect(asked).toEqual([{ filter: { since: berlin.since } }]);
  await monthCost("UTC");
  expect(asked.length).toBe(2);
  now += 1;
  await monthCost("Europe/Berlin");
  expect(asked.length).toBe(3);
});

test("a failure is not kept, and what was read in part says so", async () => {
  let fails = true;
  const monthCost = createMonthCost(
    {
      period: () =>
        fails
          ? Promise.reject(new Error("away"))
          : Promise.resolve({ figures, cut: { calls: 5_000 } }),
    },
    { now: () => start },
  );
  expect(await monthCost("UTC").catch(String)).toBe("Error: away");
  fails = false;
  expect((await monthCost("UTC")).isPart).toBe(true);
});

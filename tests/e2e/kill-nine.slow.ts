// `kill -9` at any moment costs no more than the last 100 ms. (bench/kill-nine.ts does it a thousand times.)
// Runs alone: it measures milliseconds.
import { expect, test } from "bun:test";
import { killRepeatedly } from "../lab/kill-nine.ts";

test("after every kill the database is whole, and has every row owed, once", async () => {
  const report = await killRepeatedly(15);
  expect(report.owed).toBeGreaterThan(100);
  expect({ lost: report.lost, damage: report.damage }).toEqual({ lost: [], damage: [] });
});

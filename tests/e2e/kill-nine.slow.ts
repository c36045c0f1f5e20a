// `kill -9` at any moment costs no more than the last rows. (bench/kill-nine.ts does it a thousand
// times, and holds the log to 100 ms, which a busy machine cannot keep.)
import { expect, test } from "bun:test";
import { killRepeatedly } from "../lab/kill-nine.ts";

test("after every kill the database is whole, and has every row owed, once", async () => {
  const report = await killRepeatedly(10, { graceMs: 2_000, clients: 2 });
  expect(report.owed).toBeGreaterThan(20);
  expect({ lost: report.lost, damage: report.damage }).toEqual({ lost: [], damage: [] });
});

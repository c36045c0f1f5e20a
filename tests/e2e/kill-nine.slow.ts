// `kill -9` at any moment costs no row that the log has shown. (bench/kill-nine.ts does it a thousand
// times, and holds the log to the last 100 ms, which a busy machine cannot keep.)
import { expect, test } from "bun:test";
import { killRepeatedly } from "../lab/kill-nine.ts";
import { isWhole } from "../lab/sweep.ts";

test("after every kill the database is whole, and has every row owed, once", async () => {
  const report = await killRepeatedly(isWhole ? 50 : 5, { graceMs: null, clients: 2 });
  expect(report.owed).toBeGreaterThan(10);
  expect({ lost: report.lost, damage: report.damage }).toEqual({ lost: [], damage: [] });
});

// Figures of many rows, which are read from sums and histograms: sums exact, times within 2 %.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openDatabase } from "../../../../src/adapters/logs/sqlite/database.ts";
import { captured, idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { sqliteStoreOn } from "../../../lab/log-place.ts";
import { queryDatabase } from "../../../lab/query-database.ts";
import { createRandom } from "../../../lab/random.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const count = 12_000;
/** Rows lie so far apart; all together they span more than three hours. */
const gapMs = 1_003;

test("of any period, its edges included, and after rows have gone", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    const { database } = await openDatabase(path, noon);
    const store = sqliteStoreOn(database);
    const random = createRandom(3);
    const calls = Array.from({ length: count }, (_, number) => {
      const timestamp = noon + number * gapMs;
      const durationMs = Math.round(1.001 ** random.int(0, 9_000));
      const state = random.chance(0.1) ? ("failed" as const) : ("completed" as const);
      const ttftMs = random.chance(0.5) ? durationMs / 3 : null;
      const promptTokens = random.int(0, 900);
      const own = { id: idAt(timestamp), timestamp, durationMs, ttftMs, state };
      return { ...own, promptTokens, write: logWrite(own, {}, { promptTokens }) };
    });
    for (let from = 0; from < count; from += 1_000)
      await store.write(calls.slice(from, from + 1_000).map(({ write }) => write));

    async function check(since: number | null): Promise<void> {
      const period = calls.filter(({ timestamp }) => timestamp >= Math.max(since ?? 0, removedTo));
      const done = period.filter(({ state }) => state === "completed");
      const at = (values: readonly (number | null)[], part: number) => {
        const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
        return sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN;
      };
      const reported = await store.stats(since);
      expect(reported).toMatchObject({
        requests: period.length,
        errors: period.length - done.length,
        prompt_tokens: period.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
      });
      const durations = done.map(({ durationMs }) => durationMs);
      const times = [
        [reported.duration_ms_median, at(durations, 0.5)],
        [reported.duration_ms_p95, at(durations, 0.95)],
        [
          reported.ttft_ms_median,
          at(
            done.map(({ ttftMs }) => ttftMs),
            0.5,
          ),
        ],
      ] as const;
      // Half a ms more, as they are given in whole ones.
      for (const [shown, exact] of times)
        expect(Math.abs((shown ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * 0.02 + 0.5);
      // So few are given exactly.
      if (done.length <= 5_000) expect(reported.duration_ms_p95).toBe(times[1][1]);
    }

    let removedTo = 0;
    const periods = [
      null,
      noon,
      noon + 1,
      noon + 59_999,
      noon + 60_000,
      noon + 754_321,
      noon + 3_600_000,
      noon + 7_199_999,
      noon + 9_000_000,
      noon + count * gapMs,
    ];
    for (const since of periods) if (since !== periods.at(-1)) await check(since);
    expect((await store.stats(periods.at(-1) ?? null)).requests).toBe(0);
    removedTo = noon + 1_500_000;
    while (await store.removeOlder(removedTo, null, 500));
    for (const since of [null, noon, noon + 1_234_567, noon + 5_000_000]) await check(since);
    while (await store.removeOlder(noon + count * gapMs, null, 2_000));
    // Nothing is left behind that would have to be read for ever.
    expect(queryDatabase<object>(path, "select * from figures")).toEqual([]);
    await store.write([logWrite({}, { request: captured("x") })]);
    expect((await store.stats(null)).requests).toBe(1);
    database.close();
  }));

// Calls that are read row by row: how many, in which steps, and what is said where there are more.
import { expect, test } from "bun:test";
import { newestCalls, newestPoints } from "../../../../src/adapters/logs/rows/newest-calls.ts";
import { mostCalls, periodOfNewest } from "../../../../src/adapters/logs/rows/period-of-calls.ts";
import { storedRow } from "../../../../src/adapters/logs/rows/stored-row.ts";
import type { LogFilter } from "../../../../src/ports/browse.ts";
import { logWrite, noon, startedEntry } from "../../../lab/log-entries.ts";

const row = storedRow(logWrite({ timestamp: noon }));
const running = storedRow({ ...logWrite(), entry: startedEntry({ timestamp: noon }) });

/** As many rows as there are, in the steps they are asked for. */
function reader(all: number, given = row) {
  const asked: LogFilter[] = [];
  let left = all;
  const read = (filter: LogFilter) => {
    asked.push(filter);
    const rows = Math.min(left, filter.limit);
    left -= rows;
    return Array.from({ length: rows }, () => given);
  };
  return { read, asked };
}

test.each([
  [0, 1, undefined],
  [499, 1, undefined],
  [500, 2, undefined],
  [mostCalls, 11, undefined],
  [mostCalls + 1, 11, { calls: mostCalls }],
  [mostCalls + 900, 11, { calls: mostCalls }],
])("of %d calls, read in %d steps, figures are cut at %p", async (all, steps, cut) => {
  const { read, asked } = reader(all);
  const question = { filter: { q: "words" } };
  const period = periodOfNewest(await newestCalls(question.filter, read), question);
  expect(asked).toHaveLength(steps);
  expect(asked[0]).toEqual({ q: "words", limit: 500 });
  for (const one of asked.slice(1)) expect(one).toMatchObject({ q: "words", before: row.id });
  expect(period.figures.requests).toBe(Math.min(all, mostCalls));
  expect(period.cut).toEqual(cut);
});

test("points are of those that have ended, no more than are asked for", async () => {
  const filter = { since: noon, limit: 3, q: "words" };
  expect(await newestPoints(filter, reader(9).read)).toHaveLength(3);
  expect(await newestPoints(filter, reader(9, running).read)).toEqual([]);
});

// Periods and counts from tallies, with what these do not know: calls in flight, and those at the edges
// of a period within a minute.
import type { Database } from "bun:sqlite";
import type { CallCount, CallFilter, Period, PeriodQuestion } from "../../../ports/periods.ts";
import { createPeriodSum, type PeriodSum } from "../rows/period-of-tallies.ts";
import { noSums, sumColumns, type TallySums } from "../rows/tally.ts";
import { type BarRange, endless, type TallyRange, tallyParts } from "../rows/tally-parts.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { cellsOf } from "./cell-rows.ts";
import { rowsFrom, senseBelow } from "./log-state.ts";
import { talliedRows } from "./tallied-rows.ts";
import type { TallyRow } from "./tally-rows.ts";

/** As LogReader says, of a filter that tallies know; within a transaction. */
export function tallyPeriod(db: Database, question: PeriodQuestion): Period {
  const { filter, bars } = question;
  const sum = createPeriodSum(question);
  const parts = tallyParts(filter, bars, rowsFrom(db));
  addWhole(db, sum, parts.whole);
  addBars(db, sum, parts.bars);
  addRows(db, sum, filter, parts.rows);
  const period = sum.period();
  return hasUntallied(db, filter) ? { ...period, cut: { calls: period.figures.requests } } : period;
}

/** Likewise: of rows that are there. */
export function tallyCount(db: Database, filter: CallFilter): CallCount {
  const shown = { ...filter, since: Math.max(filter.since ?? 0, rowsFrom(db)) };
  const sum = createPeriodSum({ filter: shown });
  const parts = tallyParts(shown, undefined, 0);
  addRequests(db, sum, parts.whole);
  addRows(db, sum, shown, parts.rows);
  return {
    calls: sum.period().figures.requests,
    isExact: sum.isExact() && !hasUntallied(db, shown),
  };
}

/** Ranges as rows of `given`, and the tallies of each, read off their key. */
const inRanges = `from json_each(?) as given cross join tallies on span = given.value ->> 'span'
  and start >= given.value ->> 'from' and start < given.value ->> 'to'`;

const wholeSql = `select cell, ${[...sumColumns, "durations", "ttfts"].join(", ")} ${inRanges}`;
// Added up here: SQLite would sort them to group them, which takes longer.
const barsSql = `select given.value ->> 'bar' as bar, given.value ->> 'sign' as sign, cell, ${sumColumns.join(", ")} ${inRanges}`;
/** Not `sum`, which throws where servers have reported more tokens than a whole number holds. */
const requestsSql = `select cell, total(requests) as requests ${inRanges} group by cell`;

function addWhole(db: Database, sum: PeriodSum, ranges: readonly TallyRange[]): void {
  const rows = runSql<TallyRow>(db, wholeSql, [JSON.stringify(ranges)]);
  for (const { row, cell } of withCells(db, sum, rows)) sum.addWhole(cell, row);
}

function addRequests(db: Database, sum: PeriodSum, ranges: readonly TallyRange[]): void {
  type Row = Pick<TallySums, "requests"> & { readonly cell: number };
  const rows = runSql<Row>(db, requestsSql, [JSON.stringify(ranges)]);
  for (const { row, cell } of withCells(db, sum, rows))
    sum.addWhole(cell, { ...noSums(), requests: row.requests, durations: null, ttfts: null });
}

function addBars(db: Database, sum: PeriodSum, ranges: readonly BarRange[]): void {
  if (ranges.length === 0) return;
  type Row = TallySums & Pick<BarRange, "bar" | "sign"> & { readonly cell: number };
  const rows = runSql<Row>(db, barsSql, [JSON.stringify(ranges)]);
  for (const { row, cell } of withCells(db, sum, rows)) sum.addBar(row.bar, cell, row, row.sign);
}

/** Those whose cells are concerned. */
function* withCells<Row extends { readonly cell: number }>(
  db: Database,
  sum: PeriodSum,
  rows: readonly Row[],
) {
  const cells = cellsOf(
    db,
    rows.map(({ cell }) => cell),
  );
  for (const row of rows) {
    const cell = cells.get(row.cell);
    if (cell !== undefined && sum.concerns(cell)) yield { row, cell };
  }
}

/** Those that have ended at the edges, as far as they are tallied, and those in flight. */
function addRows(
  db: Database,
  sum: PeriodSum,
  { since = 0, until = endless }: Pick<CallFilter, "since" | "until">,
  edges: readonly { readonly from: number; readonly to: number }[],
): void {
  const below = senseBelow(db) ?? 0;
  const within = "timestamp >= ? and timestamp < ?";
  for (const { from, to } of edges)
    for (const call of talliedRows(db, `${within} and state <> 'inflight' and +seq >= ?`, [
      from,
      to,
      below,
    ]))
      sum.addCall(call);
  const inFlight = `state = 'inflight' and state <> 'completed' and +timestamp >= ? and +timestamp < ?`;
  for (const call of talliedRows(db, inFlight, [since, until])) sum.addCall(call);
}

/** Whether rows of that time are still to be tallied: the newest are first. */
function hasUntallied(db: Database, { since = 0 }: Pick<CallFilter, "since">): boolean {
  const below = senseBelow(db);
  if (below === null) return false;
  const sql =
    "select max(timestamp) >= ? as is_any from (select timestamp from requests where seq < ? order by seq desc limit 1)";
  const [row] = runSql<{ is_any: number | null }>(db, sql, [since, below]);
  return row?.is_any === 1;
}

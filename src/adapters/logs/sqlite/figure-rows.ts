// The statements of figures: kept in the transaction that writes the rows, so that those of a million
// rows are read from a few thousand numbers.
import type { Database } from "bun:sqlite";
import type { PeriodStats } from "../../../ports/browse.ts";
import type { CountedRow, FigureChange } from "../rows/figures.ts";
import { createPeriodFigures, periodParts } from "../rows/period-figures.ts";
import { type Insertion, insertRows } from "./insert-rows.ts";
import { runSql } from "../sqlite-file/run-sql.ts";

const additions: Insertion = {
  into: "figures",
  columns: ["span", "start", "kind", "bucket", "amount"],
  onConflict:
    "on conflict (span, start, kind, bucket) do update set amount = amount + excluded.amount",
};
const clearSql = `delete from figures
  where span = ? and start = ? and kind = ? and bucket = ? and amount = 0`;

/** Applies a batch's changes; once, at the end of its transaction. */
export function writeFigures(db: Database, changes: readonly FigureChange[]): void {
  insertRows(
    db,
    additions,
    changes.map(({ span, start, kind, bucket, amount }) => [span, start, kind, bucket, amount]),
  );
  for (const { span, start, kind, bucket, amount } of changes)
    if (amount < 0) runSql(db, clearSql, [span, start, kind, bucket]);
}

const sumSql = `select kind, bucket, sum(amount) as amount from figures
  where span = ? and start >= ? and start < ? group by kind, bucket`;
const rowsSql = `select timestamp, state, duration_ms, ttft_ms, prompt_tokens, completion_tokens
  from requests where timestamp >= ? and timestamp < ?`;

/** @param since epoch ms; null: of all rows */
export async function periodStats(db: Database, since: number | null): Promise<PeriodStats> {
  const figures = createPeriodFigures();
  const { spans, rows } = periodParts(since);
  for (const { span, from, to } of spans)
    for (const sum of runSql<FigureChange>(db, sumSql, [span, from, to]))
      figures.add(sum.kind, sum.bucket, sum.amount);
  if (rows !== null)
    for (const row of runSql<CountedRow>(db, rowsSql, [rows.from, rows.to])) figures.addRow(row);
  return figures.stats(async (column, index) => {
    const [row] = runSql<{ time: number }>(
      db,
      `select ${column} as time from requests
        where timestamp >= ? and state = 'completed' and ${column} is not null
        order by ${column} limit 1 offset ?`,
      [since ?? 0, index],
    );
    return row?.time ?? null;
  });
}

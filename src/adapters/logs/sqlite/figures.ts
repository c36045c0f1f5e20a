// Sums and histograms of the rows by minute and hour, kept in the transaction that writes the rows,
// so that the figures of a million rows are read from a few thousand numbers.
import type { Kysely } from "kysely";
import { type Insertion, insertRows } from "./insert-rows.ts";
import { runSql } from "./run-sql.ts";
import type { LogTables, RequestsTable } from "./tables.ts";

export const minuteMs = 60_000;
export const hourMs = 3_600_000;

/** Kinds of figures, as stored. */
export const figure = {
  requests: 0,
  errors: 1,
  promptTokens: 2,
  completionTokens: 3,
  duration: 4,
  ttft: 5,
} as const;

/** Each bucket of a histogram is so much longer than the one before: a time is told within 2 %. */
const growth = 1.04;
const logGrowth = Math.log(growth);
/** Times below 1 ms. */
const lowestBucket = -1;

/** @param time ms */
function bucketOf(time: number): number {
  return time < 1 ? lowestBucket : Math.round(Math.log(time) / logGrowth);
}

/** The time in the middle of a bucket, in whole ms. */
export function bucketTime(bucket: number): number {
  return bucket === lowestBucket ? 0 : Math.round(growth ** bucket);
}

/** What of a row counts. */
export type CountedRow = Pick<
  RequestsTable,
  "timestamp" | "state" | "duration_ms" | "ttft_ms" | "prompt_tokens" | "completion_tokens"
>;

export type Count = (kind: number, bucket: number, amount: number) => void;

/** Tells what a row adds to the figures. Times are those of completed calls only. */
export function countRow(row: CountedRow, count: Count): void {
  count(figure.requests, 0, 1);
  if (row.state === "failed") count(figure.errors, 0, 1);
  if (row.prompt_tokens) count(figure.promptTokens, 0, row.prompt_tokens);
  if (row.completion_tokens) count(figure.completionTokens, 0, row.completion_tokens);
  if (row.state !== "completed") return;
  if (row.duration_ms !== null) count(figure.duration, bucketOf(row.duration_ms), 1);
  if (row.ttft_ms !== null) count(figure.ttft, bucketOf(row.ttft_ms), 1);
}

export interface FigureChanges {
  add(row: CountedRow): void;
  subtract(row: CountedRow): void;
  /** Applies the changes; once, at the end of the transaction. */
  write(transaction: Kysely<LogTables>): Promise<void>;
}

const additions: Insertion = {
  into: "figures",
  columns: ["span", "start", "kind", "bucket", "amount"],
  onConflict:
    "on conflict (span, start, kind, bucket) do update set amount = amount + excluded.amount",
};
const clearSql = `delete from figures
  where span = ? and start = ? and kind = ? and bucket = ? and amount = 0`;

type Key = readonly [span: number, start: number, kind: number, bucket: number];

export function createFigureChanges(): FigureChanges {
  const changes = new Map<string, { readonly key: Key; amount: number }>();

  function change(row: CountedRow, sign: 1 | -1): void {
    for (const span of [minuteMs, hourMs]) {
      const start = Math.floor(row.timestamp / span) * span;
      countRow(row, (kind, bucket, amount) => {
        const name = `${span} ${start} ${kind} ${bucket}`;
        const known = changes.get(name);
        if (known !== undefined) known.amount += sign * amount;
        else changes.set(name, { key: [span, start, kind, bucket], amount: sign * amount });
      });
    }
  }

  return {
    add: (row) => {
      change(row, 1);
    },
    subtract: (row) => {
      change(row, -1);
    },
    async write(transaction) {
      const changed = [...changes.values()].filter(({ amount }) => amount !== 0);
      await insertRows(
        transaction,
        additions,
        changed.map(({ key, amount }) => [...key, amount]),
      );
      for (const { key, amount } of changed)
        if (amount < 0) await runSql(transaction, clearSql, key);
    },
  };
}

// The statements that keep tallies (rows/tally.ts), in the transaction that writes the rows they count.
import type { Database } from "bun:sqlite";
import {
  addTally,
  dayMs,
  lastingSpans,
  sumColumns,
  type TallyChange,
  tallyDaysKept,
  tallySpans,
  type TallySums,
  type TallyTotal,
} from "../rows/tally.ts";
import { packTimes, unpackTimes } from "../rows/tally-times.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { type CellBook, cellTable, removeUnusedCells, withCells } from "./cell-rows.ts";
import { type Insertion, insertRows } from "./insert-rows.ts";
import { rowsFrom } from "./log-state.ts";

/** A tally as it lies in its table. */
export interface TallyRow extends TallySums {
  readonly cell: number;
  readonly durations: Uint8Array | null;
  readonly ttfts: Uint8Array | null;
}

export const tallyTables = [
  cellTable,
  `create table tallies (
    span integer not null, start integer not null, cell integer not null,
    ${sumColumns.map((column) => `${column} integer not null`).join(", ")},
    durations blob, ttfts blob, primary key (span, start, cell)) without rowid`,
];

const valueColumns = [...sumColumns, "durations", "ttfts"] as const;
const columns = ["span", "start", "cell", ...valueColumns];

const insertion: Insertion = {
  into: "tallies",
  columns,
  onConflict: `on conflict (span, start, cell) do update set ${valueColumns
    .map((column) => `${column} = excluded.${column}`)
    .join(", ")}`,
};

const earlierSql = `select tallies.* from json_each(?) as given cross join tallies
  on span = given.value ->> 0 and start = given.value ->> 1 and cell = given.value ->> 2`;

type Placed = TallyTotal & Pick<TallyChange, "span" | "start"> & { readonly cell: number };

/** Applies a batch's changes; once, at the end of its transaction. */
export function writeTallies(db: Database, book: CellBook, changes: readonly TallyChange[]): void {
  if (changes.length === 0) return;
  const numbers = book.numbersOf(db, changes);
  const placed = new Map<string, Placed>();
  for (const [at, change] of changes.entries()) {
    const cell = numbers[at] ?? 0;
    const { span, start } = change;
    const place = `${span} ${start} ${cell}`;
    const there = placed.get(place);
    // Several cells may have been folded into one.
    if (there !== undefined) addTally(there, change);
    else
      placed.set(place, {
        ...sumsOf(change),
        span,
        start,
        cell,
        durations: new Map(change.durations),
        ttfts: new Map(change.ttfts),
      });
  }
  const places = [...placed.values()].map(({ span, start, cell }) => [span, start, cell]);
  type Earlier = TallyRow & Pick<TallyChange, "span" | "start">;
  for (const row of runSql<Earlier>(db, earlierSql, [JSON.stringify(places)])) {
    const change = placed.get(`${row.span} ${row.start} ${row.cell}`);
    if (change !== undefined) addTally(change, tallyOf(row));
  }
  const kept = [...placed.values()].filter(({ requests }) => requests > 0);
  insertRows(db, insertion, kept.map(valuesOf));
  for (const { span, start, cell, requests } of placed.values())
    if (requests <= 0)
      runSql(db, "delete from tallies where span = ? and start = ? and cell = ?", [
        span,
        start,
        cell,
      ]);
}

function tallyOf(row: TallyRow): TallyTotal {
  return {
    ...sumsOf(row),
    durations: unpackTimes(row.durations),
    ttfts: unpackTimes(row.ttfts),
  };
}

function sumsOf(sums: TallySums): Omit<TallyTotal, "durations" | "ttfts"> {
  const { requests, prompt_tokens, completion_tokens, cached_tokens, cost, priced, unpriced } =
    sums;
  return { requests, prompt_tokens, completion_tokens, cached_tokens, cost, priced, unpriced };
}

/** As large as SQLite's whole numbers, nearly: servers may report any number of tokens, and none may spoil a batch. */
const largest = 9e18;

function valuesOf(placed: Placed): readonly unknown[] {
  const sums = sumColumns.map((column) => Math.max(-largest, Math.min(largest, placed[column])));
  const { span, start, cell, durations, ttfts } = placed;
  return [span, start, cell, ...sums, packTimes(durations), packTimes(ttfts)];
}

const shortSpans = tallySpans.filter((span) => !lastingSpans.includes(span));

/**
 * Removes some of the tallies that have outlived their use: short spans of before the rows that are
 * there, lasting ones once they are older than both these and `tallyDaysKept`.
 * @param limit of each span
 * @returns whether there are more
 */
export function removeOlderTallies(db: Database, book: CellBook, limit: number): boolean {
  const from = rowsFrom(db);
  // By what was logged, not by the clock: one that goes wrong for a moment must not cost a year's figures.
  const [newest] = runSql<{ start: number | null }>(
    db,
    "select max(start) as start from tallies where span = ?",
    [dayMs],
  );
  const lasting = Math.min(from, (newest?.start ?? 0) - tallyDaysKept * dayMs);
  return withCells(db, book, () => {
    const removed = [
      // One that began before is not read: of its time whole hours are; see rows/tally-parts.ts.
      ...shortSpans.map((span) => removeSpan(db, span, from, limit)),
      ...lastingSpans.map((span) => removeSpan(db, span, lasting - span, limit)),
      removeUnusedCells(db, Math.floor(lasting / dayMs) - 1, limit),
    ];
    if (removed.at(-1) !== 0) book.forget();
    return removed.some((rows) => rows === limit);
  });
}

/** @returns how many it removed */
function removeSpan(db: Database, span: number, before: number, limit: number): number {
  return runSql(
    db,
    `delete from tallies where (span, start, cell) in (
      select span, start, cell from tallies where span = ? and start < ? limit ?) returning 1`,
    [span, before, limit],
  ).length;
}

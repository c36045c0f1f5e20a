// The newest rows of a filter that seeks no words: reads them by the index that leads there soonest.
import type { Database } from "bun:sqlite";
import type { LogFilter } from "../../../ports/browse.ts";
import { newestFirst } from "../rows/newest-first.ts";
import { rowColumns } from "../rows/stored-row.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { newestKeys } from "./crossed-keys.ts";
import { conditionsOf, type Lead, leadOf } from "./lead.ts";
import {
  type Condition,
  inRange,
  keysInRange,
  newestStatement,
  ofKeys,
  ofTerm,
  type Range,
  type Statement,
} from "./list-statement.ts";

/** Keys that are looked for at a time where none of the first had a row that passes. */
const blindStep = 1_000;

export const storedColumns = rowColumns.join(", ");

/**
 * The newest rows that a filter lets through, at most `limit`.
 * @param columns to be read, the id among them
 * @param besides what else is checked on each row
 */
export function newestRows<Row extends { readonly id: string }>(
  db: Database,
  columns: string,
  filter: Omit<LogFilter, "limit">,
  limit: number,
  besides: readonly Statement[] = [],
): readonly Row[] {
  return newestOf<Row>(db, columns, conditionsOf(db, filter), filter, limit, besides);
}

/** Likewise, of conditions. */
export function newestOf<Row extends { readonly id: string }>(
  db: Database,
  columns: string,
  conditions: readonly Condition[],
  filter: Range,
  limit: number,
  besides: readonly Statement[] = [],
): readonly Row[] {
  const lead = leadOf(db, conditions, filter);
  const { crossing } = lead;
  if (!crossing.isWorth) return rowsOfLead<Row>(db, columns, filter, limit, lead, besides);
  const checks = [...conditions.map(({ check }) => check), ...inRange(filter), ...besides];
  return inSteps(
    limit,
    (below, step) => newestKeys(db, crossing, keysInRange(filter, "seq", below), step),
    (keys, left) => rowsAt<Row>(db, columns, keys, checks, left),
  );
}

/**
 * How many keys to look for next: twice as many as are likely to do, and more each time.
 * @param step how many were looked for last
 * @param seen keys so far
 * @param found rows of these that pass
 * @param limit rows that are wanted
 */
export function nextStep(step: number, seen: number, found: number, limit: number): number {
  const likely = found === 0 ? blindStep : Math.ceil((2 * (limit - found) * seen) / found);
  return seen === step ? likely : Math.max(likely, step * 2);
}

/**
 * Rows by keys that were found first. What is checked on rows lets nearly all of them through; where it does not, the
 * steps grow.
 * @param keysBelow gives some of them, the newest first, below one of them or from the first on
 * @param read gives their rows that pass
 */
export function inSteps<Row>(
  limit: number,
  keysBelow: (below: number | null, step: number) => readonly number[],
  read: (keys: readonly number[], left: number) => readonly Row[],
): readonly Row[] {
  const found: Row[] = [];
  let below: number | null = null;
  let seen = 0;
  for (let step = limit; ; step = nextStep(step, seen, found.length, limit)) {
    const keys = keysBelow(below, step);
    seen += keys.length;
    found.push(...read(keys, limit - found.length));
    const last = keys.at(-1);
    if (last === undefined || keys.length < step || found.length === limit) return found;
    below = last;
  }
}

/** The newest rows of some keys. @param checks what is asked of them besides */
export function rowsAt<Row>(
  db: Database,
  columns: string,
  keys: readonly number[],
  checks: readonly Statement[],
  limit: number,
): readonly Row[] {
  if (keys.length === 0) return [];
  const { text, parameters } = newestStatement(columns, [ofKeys(keys), ...checks], limit);
  return runSql<Row>(db, text, parameters);
}

/** The newest rows that a lead leads to. @param besides what else is checked on each */
export function rowsOfLead<Row extends { readonly id: string }>(
  db: Database,
  columns: string,
  filter: Range,
  limit: number,
  { terms, checks }: Lead,
  besides: readonly Statement[],
): readonly Row[] {
  const all = [...inRange(filter), ...checks, ...besides];
  const read = (own: readonly Statement[]) => {
    const { text, parameters } = newestStatement(columns, [...own, ...all], limit);
    return runSql<Row>(db, text, parameters);
  };
  if (terms === null) return read([]);
  const lists = terms.map((term) => read(ofTerm(term)));
  // Tens of thousands may be asked for, and those of one statement are in order.
  return lists.length === 1 ? (lists[0] ?? []) : newestFirst(...lists).slice(0, limit);
}

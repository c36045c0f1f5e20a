// A list by duration, tokens or cost, the largest first: along the index of that column where the filter
// lets many rows through, put in order where it lets few.
import type { Database } from "bun:sqlite";
import type { LogFilter, LogSort } from "../../../ports/browse.ts";
import type { StoredRow } from "../rows/stored-row.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { alongColumn, type Column, type ColumnPart, sharedValue } from "./column-walk.ts";
import { type Crossing, newestKeys } from "./crossed-keys.ts";
import { conditionsOf, type Lead, leadOf } from "./lead.ts";
import { newestOf, nextStep, storedColumns } from "./list-query.ts";
import {
  type Condition,
  inRange,
  keysInRange,
  ofKeys,
  type Statement,
  type Times,
  whole,
} from "./list-statement.ts";
import { inIndex } from "./search-index.ts";
import { soughtIn } from "./search-terms.ts";
import { soughtPlaces } from "./sought-places.ts";
import { maxOrdered, type Order, orderedPlaces, type Place, placeOf } from "./value-order.ts";

export type ValueSort = Exclude<LogSort, "time">;

const columns: Readonly<Record<ValueSort, Column>> = {
  duration: { name: "duration_ms", index: "requests_duration" },
  tokens: { name: "total_tokens", index: "requests_tokens" },
  cost: { name: "cost", index: "requests_cost" },
};

/**
 * @param sort which column
 * @param search table of the search's index
 * @throws SearchDamage where that cannot be used
 */
export function sortedRows(
  db: Database,
  filter: LogFilter,
  sort: ValueSort,
  limit: number,
  search: string | null,
): readonly StoredRow[] {
  const column = columns[sort];
  const { before, q, ...own } = filter;
  const after = before === undefined ? null : placeOf(db, column.name, before);
  // A row that has gone: nobody knows what came behind it.
  if (before !== undefined && after === null) return [];
  const conditions = conditionsOf(db, own);
  const lead = leadOf(db, conditions, own, true);
  if (lead.rows === 0) return [];
  const order: Order = { column: column.name, after, limit };
  const largest = (most: number) =>
    largestOf(db, column, { ...order, limit: most }, before, conditions, lead, own);
  if (q === undefined) return largest(limit);
  const source = soughtIn(db, q, search);
  if (source === null) return [];
  const first = (most: number) =>
    largest(most).map((row) => ({ seq: row.seq, value: row[column.name] }));
  const places = () =>
    soughtPlaces(db, order, { conditions, lead, times: own, source, search, first });
  return rowsAt(db, source.isIndex ? inIndex(places) : places());
}

type KeyedRow = StoredRow & { readonly seq: number };

/** The first rows of a list that seeks no words. */
function largestOf(
  db: Database,
  column: Column,
  order: Order,
  before: string | undefined,
  conditions: readonly Condition[],
  lead: Lead,
  times: Times,
): readonly KeyedRow[] {
  const few = fewPlaces(db, order, conditions, lead, times);
  return few === null
    ? largestRows(db, column, order, before, conditions, lead, times)
    : rowsAt(db, few);
}

/** Of a filter that lets few rows through: they are read and put in order; null: it may let many. */
function fewPlaces(
  db: Database,
  order: Order,
  conditions: readonly Condition[],
  lead: Lead,
  times: Times,
): readonly Place[] | null {
  if (lead.rows !== null && lead.rows < maxOrdered)
    return orderedPlaces(db, order, lead, [...lead.checks, ...inRange(times)]);
  const keys = fewKeys(db, lead.crossing, times);
  return keys === null
    ? null
    : orderedPlaces(db, order, { terms: null }, [
        ofKeys(keys),
        ...conditions.map(({ check }) => check),
        ...inRange(times),
      ]);
}

function fewKeys(db: Database, crossing: Crossing, times: Times): readonly number[] | null {
  const keys = crossing.isWorth
    ? newestKeys(db, crossing, keysInRange(times), maxOrdered)
    : keysOfTime(db, times, maxOrdered);
  return keys === null || keys.length === maxOrdered ? null : keys;
}

/** null: the filter names no time. */
function keysOfTime(
  db: Database,
  { since, until }: Times,
  limit: number,
): readonly number[] | null {
  if (since === undefined && until === undefined) return null;
  const { text, parameters } = whole([
    ...(since === undefined ? [] : [{ text: "timestamp >= ?", parameters: [since] }]),
    ...(until === undefined ? [] : [{ text: "timestamp < ?", parameters: [until] }]),
  ]);
  const sql = `select seq from requests indexed by requests_timestamp where ${text} limit ?`;
  return runSql<{ seq: number }>(db, sql, [...parameters, limit]).map(({ seq }) => seq);
}

/**
 * What many rows may have in common, as calls that cost nothing do, is one part, read like any other list by time; so
 * are the rows without a value. All else lies along the column's index.
 */
function largestRows(
  db: Database,
  column: Column,
  { after, limit }: Order,
  before: string | undefined,
  conditions: readonly Condition[],
  lead: Lead,
  times: Times,
): readonly KeyedRow[] {
  const found: KeyedRow[] = [];
  const along = (own: string, from: Place | null) => {
    const order: Order = { column: column.name, after: from, limit: limit - found.length };
    found.push(...walkedRows(db, order, { column, test: own }, conditions, lead, times));
  };
  const sharing = (test: string, isWithin: boolean) => {
    const range = isWithin && before !== undefined ? { ...times, before } : times;
    const left = limit - found.length;
    const all = [...conditions, sharedValue({ column, test })];
    found.push(...newestOf<KeyedRow>(db, `seq, ${storedColumns}`, all, range, left));
  };
  const value = after === null ? Number.POSITIVE_INFINITY : (after.value ?? Number.NaN);
  if (value > 0) along("> 0", after);
  if (found.length < limit && value >= 0) sharing("= 0", value === 0);
  if (found.length < limit && !Number.isNaN(value)) along("< 0", value < 0 ? after : null);
  if (found.length < limit) sharing("is null", Number.isNaN(value));
  return found;
}

function walkedRows(
  db: Database,
  order: Order,
  part: ColumnPart,
  conditions: readonly Condition[],
  lead: Lead,
  times: Times,
): readonly KeyedRow[] {
  const { column, limit } = order;
  const found: KeyedRow[] = [];
  const placesBehind = alongColumn(db, part, lead, times);
  const checks = [...conditions.map(({ check }) => check), ...inRange(times)];
  let { after } = order;
  let seen = 0;
  for (let step = limit; ; step = nextStep(step, seen, found.length, limit)) {
    const places = placesBehind({ column, after, limit: step });
    seen += places.length;
    found.push(...rowsAt(db, places, checks).slice(0, limit - found.length));
    const last = places.at(-1);
    if (last === undefined || places.length < step || found.length === limit) return found;
    after = last;
  }
}

/** The rows at these places, in their order. @param checks what is asked of them besides */
function rowsAt(
  db: Database,
  places: readonly Place[],
  checks: readonly Statement[] = [],
): readonly KeyedRow[] {
  if (places.length === 0) return [];
  const { text, parameters } = whole([ofKeys(places.map(({ seq }) => seq)), ...checks]);
  const sql = `select seq, ${storedColumns} from requests where ${text}`;
  const found = runSql<KeyedRow>(db, sql, parameters);
  const bySeq = new Map(found.map((row) => [row.seq, row]));
  return places.flatMap(({ seq }) => bySeq.get(seq) ?? []);
}

// The newest rows of a filter: reads them by the index that leads there soonest.
import type { Database } from "bun:sqlite";
import type { LogFilter } from "../../../ports/browse.ts";
import { newestFirst } from "../rows/newest-first.ts";
import { rowColumns, type StoredRow } from "../rows/stored-row.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { newestKeys } from "./crossed-keys.ts";
import { checksOfKeys, conditionsOf, type Lead, leadOf } from "./lead.ts";
import {
  type Condition,
  everyRow,
  inTime,
  keysInTime,
  newestStatement,
  ofKeys,
  ofTerm,
  olderThan,
  type RowSource,
  type Statement,
  whole,
} from "./list-statement.ts";
import { maxCompared, withWords } from "./search-check.ts";
import { inIndex } from "./search-index.ts";
import { soughtIn } from "./search-terms.ts";
import { twinReach } from "./search-twins.ts";
import { seqOf } from "./seq.ts";

interface Keyed {
  readonly id: string;
  readonly seq: number;
}

type Range = Pick<LogFilter, "since" | "until" | "before">;

/** Keys that are looked for at a time, after the first time. */
const minStep = 1_000;

export const storedColumns = rowColumns.join(", ");

/**
 * The newest rows that a filter lets through, at most `limit`.
 * @param search table of the search's index
 * @throws SearchDamage where that cannot be used
 */
export function filteredRows(
  db: Database,
  filter: LogFilter,
  limit: number,
  search: string | null,
): readonly StoredRow[] {
  if (filter.q === undefined) return newestRows<StoredRow>(db, storedColumns, filter, limit);
  const source = soughtIn(db, filter.q, search);
  if (source === null) return [];
  const conditions = conditionsOf(db, filter);
  const checks = conditions.map(({ check }) => check);
  if (search === null || !source.isIndex) return rowsOf(db, filter, limit, checks, source);
  const lead = leadOf(db, conditions, filter, true);
  if (lead.rows === 0) return [];
  if (lead.rows !== null && lead.rows <= maxCompared && hasTwins(db))
    return comparedRows(db, filter, limit, search, source, lead, lead.rows);
  const rows = inIndex(() => indexedRows(db, filter, limit, checks, source, lead));
  return newestFirst(rows, twinRows(db, filter, limit, checks, search, source, lead, rows)).slice(
    0,
    limit,
  );
}

/** Of few rows those that have the words, be it by another's entry. */
function comparedRows(
  db: Database,
  filter: LogFilter,
  limit: number,
  search: string,
  source: RowSource,
  lead: Lead,
  most: number,
): readonly StoredRow[] {
  const some = rowsOfLead<Keyed>(db, "id, seq", filter, most, lead, []);
  const seqs = some.map(({ seq }) => seq);
  const having = inIndex(() => withWords(db, search, source, seqs, limit));
  if (having.size === 0) return [];
  const { text, parameters } = ofKeys([...having]);
  return rowsOfLead(db, storedColumns, filter, limit, lead, [{ text: `+${text}`, parameters }]);
}

/** Rows with entries of their own. What indexes say of them is asked before they are read. */
function indexedRows(
  db: Database,
  filter: LogFilter,
  limit: number,
  checks: readonly Statement[],
  source: RowSource,
  lead: Lead,
): readonly StoredRow[] {
  const { table, key, condition } = source;
  const own = checksOfKeys(lead, filter, key);
  if (own.length === 0) return rowsOf(db, filter, limit, checks, source);
  const fixed = [...(condition === null ? [] : [condition]), ...keysInTime(filter, key), ...own];
  return inSteps(
    limit,
    olderThan(filter.before, key),
    key,
    (older, step) => {
      const where = whole([...fixed, ...older]);
      const text = `select ${key} as seq from ${table} where ${where.text} order by ${key} desc limit ?`;
      return runSql<{ seq: number }>(db, text, [...where.parameters, step]).map(({ seq }) => seq);
    },
    (keys, left) =>
      rowsAt<StoredRow>(db, storedColumns, keys, [...checks, ...inTime(filter)], left),
  );
}

/**
 * As `filteredRows`, for a filter that seeks no words.
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
  const checks = [...conditions.map(({ check }) => check), ...inTime(filter), ...besides];
  return inSteps(
    limit,
    olderThan(filter.before),
    "seq",
    (older, step) => newestKeys(db, crossing, [...keysInTime(filter), ...older], step),
    (keys, left) => rowsAt<Row>(db, columns, keys, checks, left),
  );
}

/**
 * Rows by keys that were found first. What is checked on rows lets nearly all of them through; where it does not, the
 * steps grow.
 * @param older below which the keys begin
 * @param key as these are bounded by
 */
function inSteps<Row>(
  limit: number,
  older: readonly Statement[],
  key: string,
  keysBelow: (older: readonly Statement[], step: number) => readonly number[],
  read: (keys: readonly number[], left: number) => readonly Row[],
): readonly Row[] {
  const found: Row[] = [];
  let below = older;
  for (let step = limit; ; step = Math.max(minStep, step * 4)) {
    const keys = keysBelow(below, step);
    found.push(...read(keys, limit - found.length));
    const last = keys.at(-1);
    if (last === undefined || keys.length < step || found.length === limit) return found;
    below = [{ text: `${key} < ?`, parameters: [last] }];
  }
}

function rowsAt<Row>(
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

function rowsOfLead<Row extends { readonly id: string }>(
  db: Database,
  columns: string,
  filter: Range,
  limit: number,
  { terms, checks }: Lead,
  besides: readonly Statement[],
): readonly Row[] {
  const all = [...inTime(filter), ...olderThan(filter.before), ...checks, ...besides];
  const read = (own: readonly Statement[]) => {
    const { text, parameters } = newestStatement(columns, [...own, ...all], limit);
    return runSql<Row>(db, text, parameters);
  };
  if (terms === null) return read([]);
  const lists = terms.map((term) => read(ofTerm(term)));
  // Tens of thousands may be asked for, and those of one statement are in order.
  return lists.length === 1 ? (lists[0] ?? []) : newestFirst(...lists).slice(0, limit);
}

function rowsOf(
  db: Database,
  filter: LogFilter,
  limit: number,
  checks: readonly Statement[],
  { from, key, condition }: RowSource,
): readonly StoredRow[] {
  const where = whole([
    ...(condition === null ? [] : [condition]),
    ...olderThan(filter.before, key),
    ...inTime(filter, key),
    ...checks,
  ]);
  const text = `select ${storedColumns} from ${from} where ${where.text} order by ${key} desc limit ?`;
  return runSql<StoredRow>(db, text, [...where.parameters, limit]);
}

/** Entries whose other rows are read together, after those of the first page. */
const ownersAtATime = 500;

const anyTwinSql = "select 1 from requests where twin_of is not null limit 1";

/** Whether rows share the index's entries of others. */
export function hasTwins(db: Database): boolean {
  return runSql(db, anyTwinSql).length > 0;
}

/**
 * Rows that share the index's entries of others; with what was found, the newest `limit` are among them.
 * @param found the newest rows with entries of their own
 */
function twinRows(
  db: Database,
  filter: LogFilter,
  limit: number,
  checks: readonly Statement[],
  search: string,
  { condition }: RowSource,
  lead: Lead,
  found: readonly StoredRow[],
): readonly StoredRow[] {
  if (condition === null || !hasTwins(db)) return [];
  const last = found.length < limit ? undefined : found.at(-1);
  const owners = inIndex(() =>
    runSql<{ seq: number }>(
      db,
      `select rowid as seq from ${search} where ${condition.text} and rowid between ? and ?
        and exists (select 1 from requests where twin_of = ${search}.rowid) order by rowid desc`,
      [
        ...condition.parameters,
        last === undefined ? 0 : seqOf(last.id) - twinReach,
        filter.before === undefined ? Number.MAX_SAFE_INTEGER : seqOf(filter.before) + twinReach,
      ],
    ),
  );
  const own = checksOfKeys(lead, filter, "requests.seq");
  const twins: StoredRow[] = [];
  for (let from = 0, step = limit; from < owners.length; from += step, step = ownersAtATime) {
    const some = owners.slice(from, from + step).map(({ seq }) => seq);
    const newest = (some[0] ?? 0) + twinReach;
    if (twins.filter(({ id }) => seqOf(id) > newest).length >= limit) break;
    const condition = {
      text: "twin_of in (select value from json_each(?))",
      parameters: [JSON.stringify(some)],
    };
    twins.push(...rowsOf(db, filter, limit, [...own, ...checks], { ...everyRow, condition }));
  }
  return twins;
}

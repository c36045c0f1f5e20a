// The newest rows of a filter: reads them by the index that leads there soonest.
import type { Database } from "bun:sqlite";
import type { LogFilter } from "../../../ports/browse.ts";
import { newestFirst } from "../rows/newest-first.ts";
import { rowColumns, type StoredRow } from "../rows/stored-row.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { newestKeys } from "./crossed-keys.ts";
import { conditionsOf, type Lead, leadOf } from "./lead.ts";
import {
  type Condition,
  everyRow,
  inTime,
  keysInTime,
  newestStatement,
  ofTerm,
  olderThan,
  type RowSource,
  soughtRows,
  type Statement,
  whole,
} from "./list-statement.ts";
import { maxCompared, withWords } from "./search-check.ts";
import { inIndex, matchExpression } from "./search-index.ts";
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
  const source = soughtRows(filter.q, search);
  if (source === null) return [];
  const conditions = conditionsOf(db, filter);
  if (search !== null && source.isIndex) {
    const lead = leadOf(db, conditions, filter, true);
    const { rows } = lead;
    if (rows !== null && rows <= maxCompared) {
      const some = rowsOfLead<Keyed>(db, "id, seq", filter, rows, lead, []);
      const seqs = some.map(({ seq }) => seq);
      const having = inIndex(() => withWords(db, search, source, seqs));
      const text = "+seq in (select value from json_each(?))";
      const parameters = [JSON.stringify([...having])];
      return having.size === 0
        ? []
        : rowsOfLead(db, storedColumns, filter, limit, lead, [{ text, parameters }]);
    }
  }
  const checks = conditions.map(({ check }) => check);
  const read = () => rowsOf(db, filter, limit, checks, source);
  if (search === null || !source.isIndex) return read();
  const rows = inIndex(read);
  return newestFirst(rows, twinRows(db, filter, limit, checks, search, rows)).slice(0, limit);
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
  const found: Row[] = [];
  let older = olderThan(filter.before);
  // What is checked on rows lets nearly all of them through; where it does not, the steps grow.
  for (let step = limit; ; step = Math.max(minStep, step * 4)) {
    const keys = newestKeys(db, crossing, [...keysInTime(filter), ...older], step);
    found.push(...rowsAt<Row>(db, columns, keys, checks, limit - found.length));
    const last = keys.at(-1);
    if (last === undefined || keys.length < step || found.length === limit) return found;
    older = [{ text: "seq < ?", parameters: [last] }];
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
  const among = {
    text: "seq in (select value from json_each(?))",
    parameters: [JSON.stringify(keys)],
  };
  const { text, parameters } = newestStatement(columns, [among, ...checks], limit);
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
  found: readonly StoredRow[],
): readonly StoredRow[] {
  const match = matchExpression(filter.q ?? "");
  if (match === null || !hasTwins(db)) return [];
  const last = found.length < limit ? undefined : found.at(-1);
  const owners = inIndex(() =>
    runSql<{ seq: number }>(
      db,
      `select rowid as seq from ${search} where ${search} match ? and rowid between ? and ?
        and exists (select 1 from requests where twin_of = ${search}.rowid) order by rowid desc`,
      [
        match,
        last === undefined ? 0 : seqOf(last.id) - twinReach,
        filter.before === undefined ? Number.MAX_SAFE_INTEGER : seqOf(filter.before) + twinReach,
      ],
    ),
  );
  const twins: StoredRow[] = [];
  for (const { seq } of owners) {
    const newer = twins.filter(({ id }) => seqOf(id) > seq + twinReach);
    if (newer.length >= limit) break;
    const condition = { text: "twin_of = ?", parameters: [seq] };
    twins.push(...rowsOf(db, filter, limit, checks, { ...everyRow, condition }));
  }
  return twins;
}

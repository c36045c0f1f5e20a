// The newest rows of any filter: of one that seeks words, by the index of these.
import type { Database } from "bun:sqlite";
import type { LogFilter } from "../../../ports/browse.ts";
import { newestFirst } from "../rows/newest-first.ts";
import type { StoredRow } from "../rows/stored-row.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { newestKeys } from "./crossed-keys.ts";
import { checksOfKeys, conditionsOf, type Lead, leadOf } from "./lead.ts";
import { inSteps, newestRows, rowsAt, rowsOfLead, storedColumns } from "./list-query.ts";
import {
  everyRow,
  inRange,
  keysInRange,
  type RowSource,
  type Statement,
  whole,
} from "./list-statement.ts";
import { hasTwins, maxCompared, withWords } from "./search-check.ts";
import { inIndex } from "./search-index.ts";
import { soughtIn } from "./search-terms.ts";
import { twinReach } from "./search-twins.ts";
import { seqOf } from "./seq.ts";

interface Keyed {
  readonly id: string;
  readonly seq: number;
}

/** A list of rows with words. */
interface Search {
  readonly filter: LogFilter;
  readonly limit: number;
  /** Table of the index. */
  readonly table: string;
  readonly source: RowSource;
  readonly lead: Lead;
  /** What is checked on each row. */
  readonly checks: readonly Statement[];
}

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
  const own: Search = { filter, limit, table: search, source, lead, checks };
  const shared = hasTwins(db);
  const few = fewKeys(db, own, shared);
  if (few !== null) return comparedRows(db, own, few);
  const rows = inIndex(() => indexedRows(db, own));
  return newestFirst(rows, shared ? twinRows(db, own, rows) : []).slice(0, limit);
}

/**
 * Keys of few rows that the filter lets through, among which the words are sought; null: there are not so few.
 * @param shared whether rows may be found by another's entry
 */
function fewKeys(
  db: Database,
  { filter, lead, checks }: Search,
  shared: boolean,
): readonly number[] | null {
  const keyOf = ({ seq }: Keyed) => seq;
  if (lead.rows !== null && lead.rows <= maxCompared)
    return shared ? rowsOfLead<Keyed>(db, "id, seq", filter, lead.rows, lead, []).map(keyOf) : null;
  if (!lead.crossing.isWorth) return null;
  const keys = newestKeys(db, lead.crossing, keysInRange(filter), maxCompared);
  return keys.length === maxCompared
    ? null
    : rowsAt<Keyed>(db, "id, seq", keys, [...checks, ...inRange(filter)], keys.length).map(keyOf);
}

/** Of few rows those that have the words, be it by another's entry. */
function comparedRows(
  db: Database,
  { limit, table, source }: Search,
  keys: readonly number[],
): readonly StoredRow[] {
  const having = inIndex(() => withWords(db, table, source, keys, limit));
  return rowsAt<StoredRow>(db, storedColumns, [...having], [], limit);
}

/** Rows with entries of their own. What indexes say of them is asked before they are read. */
function indexedRows(
  db: Database,
  { filter, limit, source, lead, checks }: Search,
): readonly StoredRow[] {
  const { table, key, condition } = source;
  const own = checksOfKeys(lead, filter, key);
  if (own.length === 0) return rowsOf(db, filter, limit, checks, source);
  const fixed = [...(condition === null ? [] : [condition]), ...own];
  return inSteps(
    limit,
    (below, step) => {
      const where = whole([...fixed, ...keysInRange(filter, key, below)]);
      const text = `select ${key} as seq from ${table} where ${where.text} order by ${key} desc limit ?`;
      return runSql<{ seq: number }>(db, text, [...where.parameters, step]).map(({ seq }) => seq);
    },
    (keys, left) =>
      rowsAt<StoredRow>(db, storedColumns, keys, [...checks, ...inRange(filter)], left),
  );
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
    ...inRange(filter, key),
    ...checks,
  ]);
  const text = `select ${storedColumns} from ${from} where ${where.text} order by ${key} desc limit ?`;
  return runSql<StoredRow>(db, text, [...where.parameters, limit]);
}

/** Entries whose other rows are read together, after those of the first page. */
const ownersAtATime = 500;

/**
 * Rows that share the index's entries of others; with what was found, the newest `limit` are among them.
 * @param found the newest rows with entries of their own
 */
function twinRows(
  db: Database,
  { filter, limit, table, source: { condition }, lead, checks }: Search,
  found: readonly StoredRow[],
): readonly StoredRow[] {
  if (condition === null) return [];
  const last = found.length < limit ? undefined : found.at(-1);
  const owners = inIndex(() =>
    runSql<{ seq: number }>(
      db,
      `select rowid as seq from ${table} where ${condition.text} and rowid between ? and ?
        and exists (select 1 from requests where twin_of = ${table}.rowid) order by rowid desc`,
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
    const theirs = {
      text: "twin_of in (select value from json_each(?))",
      parameters: [JSON.stringify(some)],
    };
    const all = [...own, ...checks];
    twins.push(...rowsOf(db, filter, limit, all, { ...everyRow, condition: theirs }));
  }
  return twins;
}

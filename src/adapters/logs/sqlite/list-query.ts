// The rows of a list: reads what a filter lets through, by the index that leads there soonest.
import type { Database } from "bun:sqlite";
import type { LogFilter } from "../../../ports/browse.ts";
import {
  type Condition,
  everyRow,
  filterConditions,
  leadOf,
  listStatement,
  type ModelColumn,
  soughtRows,
} from "./list-statement.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { inIndex, matchExpression } from "./search-index.ts";
import { twinReach } from "./search-twins.ts";
import { seqOf } from "./seq.ts";
import type { StoredRow } from "../rows/stored-row.ts";

/**
 * The newest rows that a filter lets through, at most `limit`.
 * @param modelColumn which of the two the filter's model is compared with: one at a time, so that
 *   its index gives the rows in order
 * @param search table of the search's index
 * @throws SearchDamage where that cannot be used
 */
export function filteredRows(
  db: Database,
  filter: LogFilter,
  limit: number,
  modelColumn: ModelColumn,
  search: string | null,
): readonly StoredRow[] {
  const conditions = filterConditions(filter, modelColumn);
  const found = filter.q === undefined ? everyRow : soughtRows(filter.q, search);
  if (found === null) return [];
  const lead = found.isIndex ? null : leading(db, conditions);
  const { text, parameters } = listStatement(filter, limit, conditions, lead, found);
  const read = () => runSql<StoredRow>(db, text, parameters);
  if (search === null || !found.isIndex) return read();
  const rows = inIndex(read);
  return [...rows, ...twinRows(db, filter, limit, conditions, search, rows)];
}

const anyTwinSql = "select 1 from requests where twin_of is not null limit 1";

/**
 * Rows that share the index's entries of others; with what was found, the newest `limit` are among them.
 * @param found the newest rows with entries of their own
 */
function twinRows(
  db: Database,
  filter: LogFilter,
  limit: number,
  conditions: readonly Condition[],
  search: string,
  found: readonly StoredRow[],
): readonly StoredRow[] {
  const match = matchExpression(filter.q ?? "");
  if (match === null || runSql(db, anyTwinSql).length === 0) return [];
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
    const source = { ...everyRow, condition };
    const { text, parameters } = listStatement(filter, limit, conditions, null, source);
    twins.push(...runSql<StoredRow>(db, text, parameters));
  }
  return twins;
}

/** Enough to distinguish a filter that lets few rows through from one that lets many. */
const maxCounted = 20_000;

function leading(db: Database, conditions: readonly Condition[]): Condition | null {
  const leads = conditions.filter(({ indexed }) => indexed !== null);
  if (leads.length < 2) return leads[0] ?? null;
  const rows = leads.map(({ column, test, indexed, parameters }) => {
    const [counted] = runSql<{ rows: number }>(
      db,
      `select count(*) as rows from (select 1 from requests
        where ${column} ${test} and ${indexed} limit ${maxCounted})`,
      parameters,
    );
    return counted?.rows ?? maxCounted;
  });
  return leadOf(leads, rows);
}

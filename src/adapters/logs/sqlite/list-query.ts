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
import { runSql } from "./run-sql.ts";
import { inIndex } from "./search-index.ts";
import type { StoredRow } from "./sqlite-rows.ts";

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
  return found.isIndex ? inIndex(read) : read();
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

// What of the calls is asked for, in PostgreSQL's terms, and the statement that reads them.
import type { StoredRow } from "../rows/stored-row.ts";
import { type Condition, createValues, type IdRange, whole } from "./call-conditions.ts";
import { type ReadColumns, readColumnsOfR, storedRow } from "./call-columns.ts";
import type { Run } from "./client.ts";

/** A filter, taken apart. */
export interface CallFilter {
  readonly range: IdRange;
  /** All of them hold. */
  readonly conditions: readonly Condition[];
  /** One of them holds; empty: none is asked for. */
  readonly models: readonly Condition[];
  readonly limit: number;
}

/**
 * The newest of those rows of a table named `r`.
 * @param from with what it is joined to
 */
export async function readCalls(
  run: Run,
  from: string,
  conditions: readonly Condition[],
  limit: number,
): Promise<readonly StoredRow[]> {
  const values = createValues();
  const rows = await run<ReadColumns>(
    `select ${readColumnsOfR} from ${from} where ${whole(conditions, values)}
      order by r.id desc limit ${values.add(limit, "integer")}`,
    values.all,
  );
  return rows.map(storedRow);
}

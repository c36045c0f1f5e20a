// What of the calls is asked for, in PostgreSQL's terms, and the statement that reads them.
import type { StoredRow } from "../rows/stored-row.ts";
import { type Condition, whole } from "./call-conditions.ts";
import { type ReadColumns, readColumnsOfR, storedRow } from "./call-columns.ts";
import type { Run } from "./client.ts";
import { createValues } from "./statement-values.ts";

/**
 * The newest of those rows of a table named `r`.
 * @param from with what it is joined to
 * @param order in which the first `limit` rows are the newest
 */
export async function readCalls(
  run: Run,
  from: string,
  conditions: readonly Condition[],
  limit: number,
  order = "r.id desc",
): Promise<readonly StoredRow[]> {
  const values = createValues();
  const rows = await run<ReadColumns>(
    `select ${readColumnsOfR} from ${from} where ${whole(conditions, values)}
      order by ${order} limit ${values.add(limit, "integer")}`,
    values.all,
  );
  return rows.map(storedRow);
}

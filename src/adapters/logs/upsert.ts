// Writing a row whether or not it is there, for a stream of rows of one table.
import { sql } from "kysely";
import type { Kysely } from "kysely";
import { runSql } from "./run-sql.ts";
import type { LogTables } from "./tables.ts";

/**
 * A function that inserts a row, or replaces the one of the same key. kysely builds the statement
 * once, for the first row: building it takes ten times as long as running it.
 * @param key the table's primary key; every row must have the same columns
 */
export function createUpsert<Table extends keyof LogTables>(
  db: Kysely<LogTables>,
  table: Table,
  key: keyof LogTables[Table] & string,
): (transaction: Kysely<LogTables>, row: LogTables[Table]) => Promise<void> {
  let statement: { readonly sql: string; readonly columns: readonly string[] } | null = null;

  function build(row: LogTables[Table]): { sql: string; columns: readonly string[] } {
    const columns = Object.keys(row);
    const changed = columns.filter((column) => column !== key);
    // Rows pass through here as names and values; their types are checked by the caller's side.
    const untyped = db as unknown as Kysely<Record<string, Record<string, unknown>>>;
    const built = untyped
      .insertInto<string>(table)
      .values({ ...row })
      .onConflict((conflict) =>
        conflict
          .column(key)
          .doUpdateSet(
            Object.fromEntries(changed.map((column) => [column, sql.ref(`excluded.${column}`)])),
          ),
      )
      .compile();
    return { sql: built.sql, columns };
  }

  return async (transaction, row) => {
    statement ??= build(row);
    const parameters = statement.columns.map((column) => row[column as keyof LogTables[Table]]);
    await runSql(transaction, statement.sql, parameters);
  };
}

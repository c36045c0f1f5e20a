// Statements that are written out: kysely takes ten times as long to build one as SQLite to run it.
import { CompiledQuery } from "kysely";
import type { Kysely } from "kysely";
import type { LogTables } from "./tables.ts";

/** What kysely wants to know of a statement beside its parameters, made once for each. */
const known = new Map<string, CompiledQuery>();

/** Runs a statement; its rows, where it has any, are what the caller says they are. */
export async function runSql<Row = never>(
  db: Kysely<LogTables>,
  text: string,
  parameters: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const compiled = known.get(text) ?? CompiledQuery.raw(text);
  known.set(text, compiled);
  return (await db.executeQuery<Row>({ ...compiled, parameters })).rows;
}

/**
 * Does the work in one transaction. kysely's own would tell, in place of what went wrong, that there
 * is nothing to roll back: SQLite has done so itself where the disk is full.
 * @param kind `immediate` takes the lock for writing at once
 */
export function inTransaction<Result>(
  db: Kysely<LogTables>,
  kind: "immediate" | "deferred",
  work: (transaction: Kysely<LogTables>) => Promise<Result>,
): Promise<Result> {
  return db.connection().execute(async (connection) => {
    await runSql(connection, `begin ${kind}`);
    try {
      const result = await work(connection);
      await runSql(connection, "commit");
      return result;
    } catch (error) {
      await runSql(connection, "rollback").catch(() => undefined);
      throw error;
    }
  });
}

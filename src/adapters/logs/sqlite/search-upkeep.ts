// When SQLite's full-text index merges its parts (sqlite.org/fts5.html §6.9 and on). By itself it does so
// within any write, and counts what it writes: where nearly all rows of the parts are gone, as
// retention leaves them, it reads ten times as much, and holds the lock for so long.
import type { Kysely } from "kysely";
import { inTransaction, runSql } from "./run-sql.ts";
import type { LogTables } from "./tables.ts";

/** FTS5's own default: so many parts of a size are merged into one. */
const mergedParts = 4;
/** And so many of 100 rows removed make a part worth merging. */
const removedShare = 10;

type Setting = "automerge" | "deletemerge" | "merge";

function set(
  transaction: Kysely<LogTables>,
  table: string,
  name: Setting,
  value: number,
): Promise<unknown> {
  return runSql(transaction, `insert into ${table} (${table}, rank) values (?, ?)`, [name, value]);
}

/**
 * Does the work, which removes rows from the index, without a merge. What was removed is from then
 * on merged by `mergeSearch` only, not by those who write rows.
 */
export async function withoutMerging(
  transaction: Kysely<LogTables>,
  table: string,
  work: () => Promise<unknown>,
): Promise<void> {
  await set(transaction, table, "automerge", 0);
  await set(transaction, table, "deletemerge", 0);
  await work();
  // Before it takes a setting in, the index writes what it holds back.
  await set(transaction, table, "automerge", mergedParts);
}

/**
 * Merges parts that are many, or hold many removed rows.
 * @param pages of the index to be written
 * @returns whether there is more
 */
export function mergeSearch(db: Kysely<LogTables>, table: string, pages: number): Promise<boolean> {
  return inTransaction(db, "immediate", async (transaction) => {
    const changes = async () =>
      (await runSql<{ n: number }>(transaction, "select total_changes() as n"))[0]?.n ?? 0;
    await set(transaction, table, "deletemerge", removedShare);
    const before = await changes();
    await set(transaction, table, "merge", pages);
    // The command itself counts as one.
    const isMore = (await changes()) - before > 1;
    await set(transaction, table, "deletemerge", 0);
    return isMore;
  });
}

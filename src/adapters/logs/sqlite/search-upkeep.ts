// When SQLite's full-text index merges its parts (sqlite.org/fts5.html §6.9 and on). By itself it does so
// within any write, and counts what it writes: where nearly all rows of the parts are gone, as
// retention leaves them, it reads ten times as much, and holds the lock for so long.
import type { Database } from "bun:sqlite";
import { inTransaction, runSql } from "../sqlite-file/run-sql.ts";

/** FTS5's own default: so many parts of a size are merged into one. */
const mergedParts = 4;
/** And so many of 100 rows removed make a part worth merging. */
const removedShare = 10;

type Setting = "automerge" | "deletemerge" | "merge";

function set(db: Database, table: string, name: Setting, value: number): void {
  runSql(db, `insert into ${table} (${table}, rank) values (?, ?)`, [name, value]);
}

/**
 * Does the work, which removes rows from the index, without a merge. What was removed is from then
 * on merged by `mergeSearch` only, not by those who write rows.
 */
export function withoutMerging(db: Database, table: string, work: () => unknown): void {
  set(db, table, "automerge", 0);
  set(db, table, "deletemerge", 0);
  work();
  // Before it takes a setting in, the index writes what it holds back.
  set(db, table, "automerge", mergedParts);
}

/**
 * Merges parts that are many, or hold many removed rows.
 * @param pages of the index to be written
 * @returns whether there is more
 */
export function mergeSearch(db: Database, table: string, pages: number): boolean {
  return inTransaction(db, "immediate", () => {
    const changes = () => runSql<{ n: number }>(db, "select total_changes() as n")[0]?.n ?? 0;
    set(db, table, "deletemerge", removedShare);
    const before = changes();
    set(db, table, "merge", pages);
    // The command itself counts as one.
    const isMore = changes() - before > 1;
    set(db, table, "deletemerge", 0);
    return isMore;
  });
}

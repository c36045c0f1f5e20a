// What a log database knows of itself: which one it is, and what is still to be done with it.
import type { Kysely } from "kysely";
import { inTransaction, runSql } from "./run-sql.ts";
import type { LogTables, StateTable } from "./tables.ts";

/** The database whose blobs these are: no other one's are touched with them. */
export interface BlobOwner {
  /** Unique to it; digits and letters. */
  readonly id: string;
  /** Some of its blobs may still lie among others', as earlier versions kept them. */
  readonly hasSharedBlobs: boolean;
  /** The id of the database that this one is a copy of, and whose blobs it may need; null: of none. */
  readonly copyOf: string | null;
}

/** Whether all blobs of an owner lie where they are to stay. */
export function isSettled({ hasSharedBlobs, copyOf }: BlobOwner): boolean {
  return !hasSharedBlobs && copyOf === null;
}

export interface DatabaseState {
  /** Whose blobs the database's are. */
  readonly owner: BlobOwner;
  /** Table of the search's index; null: the log works without one. */
  readonly search: string | null;
  /** Rows with a smaller key are not in the index yet; null: all are. */
  readonly searchBelow: number | null;
}

/** Names in the table. */
const names = {
  id: "id",
  sharedBlobs: "shared_blobs",
  copyOf: "copy_of",
  file: "file",
  search: "search_table",
  searchBelow: "search_below",
} as const;

const usualSearch = "search";

export async function readState(db: Kysely<LogTables>): Promise<DatabaseState> {
  const rows = await runSql<StateTable>(db, "select name, value from state");
  const state = new Map(rows.map(({ name, value }) => [name, value]));
  const search = String(state.get(names.search) ?? usualSearch);
  const below = state.get(names.searchBelow);
  return {
    owner: {
      id: String(state.get(names.id) ?? ""),
      hasSharedBlobs: state.has(names.sharedBlobs),
      copyOf: state.has(names.copyOf) ? String(state.get(names.copyOf)) : null,
    },
    search: /^search(?:_\d+)?$/.test(search) ? search : null,
    searchBelow: below === undefined ? null : Number(below),
  };
}

/** Which file a database is in: where, and the number its file system gave it. */
export interface FileMark {
  readonly path: string;
  readonly inode: string;
}

/**
 * Gives the database its id: its own, unless it is a copy of one that still stands where it was when
 * the copy was made. Two with one id would remove each other's blobs.
 * @param file the one it is in; null: in memory
 * @param inodeAt of the file at a path; null: there is none
 */
export async function settleId(
  db: Kysely<LogTables>,
  file: FileMark | null,
  inodeAt: (path: string) => string | null,
): Promise<void> {
  const fresh = "lower(hex(randomblob(16)))";
  // For one whose state was lost in a repair.
  await runSql(db, `insert or ignore into state values (?, ${fresh})`, [names.id]);
  if (file === null) return;
  const [row] = await runSql<StateTable>(db, "select name, value from state where name = ?", [
    names.file,
  ]);
  const mark = `${file.inode} ${file.path}`;
  if (row?.value === mark) return;
  const [, inode = null, path = ""] = /^(\S+) (.*)$/s.exec(String(row?.value ?? "")) ?? [];
  await inTransaction(db, "immediate", async (transaction) => {
    if (path !== file.path && inode !== null && inodeAt(path) === inode) {
      const id = "select ?, value from state where name = ?";
      await runSql(transaction, `insert or replace into state ${id}`, [names.copyOf, names.id]);
      await runSql(transaction, `update state set value = ${fresh} where name = ?`, [names.id]);
    }
    await set(transaction, names.file, mark);
  });
}

/** None of the database's blobs lies elsewhere any longer. */
export function blobsAreOwn(db: Kysely<LogTables>): Promise<unknown> {
  return runSql(db, "delete from state where name in (?, ?)", [names.sharedBlobs, names.copyOf]);
}

/** @param table null: there is none */
export async function searchIsIn(
  transaction: Kysely<LogTables>,
  table: string | null,
): Promise<void> {
  await set(transaction, names.search, table ?? "none");
}

/** @param below as in DatabaseState */
export async function searchHolds(
  transaction: Kysely<LogTables>,
  below: number | null,
): Promise<void> {
  if (below !== null) await set(transaction, names.searchBelow, below);
  else await runSql(transaction, "delete from state where name = ?", [names.searchBelow]);
}

function set(db: Kysely<LogTables>, name: string, value: string | number): Promise<unknown> {
  return runSql(
    db,
    "insert into state values (?, ?) on conflict (name) do update set value = excluded.value",
    [name, value],
  );
}

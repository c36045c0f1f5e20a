// What a log database knows of itself: which one it is, and what is still to be done with it.
import type { Database } from "bun:sqlite";
import { inTransaction, runSql } from "../sqlite-file/run-sql.ts";

/** A row of what the database knows of itself. */
interface StateRow {
  readonly name: string;
  readonly value: string | number;
}

/** The database whose blobs these are: no other one's are touched with them. */
export interface BlobOwner {
  /** Unique to it; digits and letters. */
  readonly id: string;
  /** The id of the database that this one is a copy of, and whose blobs it may need; null: of none. */
  readonly copyOf: string | null;
}

/** Whether all blobs of an owner lie where they are to stay. */
export function isSettled({ copyOf }: BlobOwner): boolean {
  return copyOf === null;
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
  copyOf: "copy_of",
  file: "file",
  search: "search_table",
  searchBelow: "search_below",
  bodiesBefore: "bodies_before",
  rowsFrom: "rows_from",
  senseBelow: "sense_below",
} as const;

const usualSearch = "search";

export function readState(db: Database): DatabaseState {
  const rows = runSql<StateRow>(db, "select name, value from state");
  const state = new Map(rows.map(({ name, value }) => [name, value]));
  const search = String(state.get(names.search) ?? usualSearch);
  const below = state.get(names.searchBelow);
  return {
    owner: {
      id: String(state.get(names.id) ?? ""),
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
export function settleId(
  db: Database,
  file: FileMark | null,
  inodeAt: (path: string) => string | null,
): void {
  const fresh = "lower(hex(randomblob(16)))";
  // For one whose state was lost in a repair.
  runSql(db, `insert or ignore into state values (?, ${fresh})`, [names.id]);
  if (file === null) return;
  const [row] = runSql<StateRow>(db, "select name, value from state where name = ?", [names.file]);
  const mark = `${file.inode} ${file.path}`;
  if (row?.value === mark) return;
  const [, inode = null, path = ""] = /^(\S+) (.*)$/s.exec(String(row?.value ?? "")) ?? [];
  inTransaction(db, "immediate", () => {
    if (path !== file.path && inode !== null && inodeAt(path) === inode) {
      const id = "select ?, value from state where name = ?";
      runSql(db, `insert or replace into state ${id}`, [names.copyOf, names.id]);
      runSql(db, `update state set value = ${fresh} where name = ?`, [names.id]);
    }
    set(db, names.file, mark);
  });
}

/** None of the database's blobs lies elsewhere any longer. */
export function blobsAreOwn(db: Database): void {
  runSql(db, "delete from state where name = ?", [names.copyOf]);
}

/** @param table null: there is none */
export function searchIsIn(db: Database, table: string | null): void {
  set(db, names.search, table ?? "none");
}

/** @param below as in DatabaseState */
export function searchHolds(db: Database, below: number | null): void {
  if (below !== null) set(db, names.searchBelow, below);
  else runSql(db, "delete from state where name = ?", [names.searchBelow]);
}

function set(db: Database, name: string, value: string | number): void {
  runSql(
    db,
    "insert into state values (?, ?) on conflict (name) do update set value = excluded.value",
    [name, value],
  );
}

/** Bodies of rows before an epoch ms count as removed, though others' may share their segments. */
export function bodiesGoneBefore(db: Database, before: number): void {
  set(db, names.bodiesBefore, before);
}

/** Epoch ms; 0 where none are removed before their rows. */
export function bodiesBefore(db: Database): number {
  return numberAt(db, names.bodiesBefore) ?? 0;
}

/** The rows of before an epoch ms have gone, but for those of its last ms that may be about to. */
export function rowsGoneBefore(db: Database, before: number): void {
  if (before > rowsFrom(db)) set(db, names.rowsFrom, before);
}

/** Epoch ms from which all rows are there; 0 where none has been removed. */
export function rowsFrom(db: Database): number {
  return numberAt(db, names.rowsFrom) ?? 0;
}

/**
 * Rows with a smaller key are in no tally and no thread's sums, and may be an older version's that nothing was made of yet;
 * null: there are none.
 */
export function senseBelow(db: Database): number | null {
  return numberAt(db, names.senseBelow);
}

function numberAt(db: Database, name: string): number | null {
  const [row] = runSql<StateRow>(db, "select name, value from state where name = ?", [name]);
  return row === undefined ? null : Number(row.value);
}

/** @param below as `senseBelow` gives it from now on */
export function sensedDownTo(db: Database, below: number | null): void {
  if (below !== null) set(db, names.senseBelow, below);
  else runSql(db, "delete from state where name = ?", [names.senseBelow]);
}

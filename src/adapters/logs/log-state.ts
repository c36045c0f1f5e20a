// What a log database knows of itself: which one it is, and what is still to be done with it.
import type { Kysely } from "kysely";
import type { BlobOwner } from "./log-place.ts";
import { runSql } from "./run-sql.ts";
import type { LogTables, StateTable } from "./tables.ts";

export interface LogState {
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
  search: "search_table",
  searchBelow: "search_below",
} as const;

const usualSearch = "search";

export async function readState(db: Kysely<LogTables>): Promise<LogState> {
  const rows = await runSql<StateTable>(db, "select name, value from state");
  const state = new Map(rows.map(({ name, value }) => [name, value]));
  const search = String(state.get(names.search) ?? usualSearch);
  const below = state.get(names.searchBelow);
  return {
    owner: { id: String(state.get(names.id) ?? ""), hasSharedBlobs: state.has(names.sharedBlobs) },
    search: /^search(?:_\d+)?$/.test(search) ? search : null,
    searchBelow: below === undefined ? null : Number(below),
  };
}

/** For one whose state was lost in a repair. */
export async function giveId(db: Kysely<LogTables>): Promise<void> {
  await runSql(db, "insert or ignore into state values (?, lower(hex(randomblob(16))))", [
    names.id,
  ]);
}

/** None of the database's blobs lies among others' any longer. */
export function blobsAreOwn(db: Kysely<LogTables>): Promise<unknown> {
  return runSql(db, "delete from state where name = ?", [names.sharedBlobs]);
}

/** @param table null: there is none */
export async function searchIsIn(
  transaction: Kysely<LogTables>,
  table: string | null,
): Promise<void> {
  await set(transaction, names.search, table ?? "none");
}

/** @param below as in LogState */
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

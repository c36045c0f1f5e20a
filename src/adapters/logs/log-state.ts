// What a log database knows of itself: which one it is, and what is still to be done with it.
import type { Kysely } from "kysely";
import type { BlobOwner } from "./log-place.ts";
import { runSql } from "./run-sql.ts";
import type { LogTables, StateTable } from "./tables.ts";

/** Whose blobs a database's are. */
export async function blobOwner(db: Kysely<LogTables>): Promise<BlobOwner> {
  const rows = await runSql<StateTable>(db, "select name, value from state");
  const state = new Map(rows.map(({ name, value }) => [name, value]));
  return { id: String(state.get("id") ?? ""), hasSharedBlobs: state.has("shared_blobs") };
}

/** For one whose state was lost in a repair. */
export async function giveId(db: Kysely<LogTables>): Promise<void> {
  await runSql(db, "insert or ignore into state values ('id', lower(hex(randomblob(16))))");
}

/** None of the database's blobs lies among others' any longer. */
export async function blobsAreOwn(db: Kysely<LogTables>): Promise<void> {
  await runSql(db, "delete from state where name = 'shared_blobs'");
}

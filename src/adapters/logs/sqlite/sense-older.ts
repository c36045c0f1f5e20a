// Rows of an older version get what new ones have (who asked, with which program, in which thread, at what
// cost) and are counted in tallies and threads, newest first; the log is written and read meanwhile.
import type { Database } from "bun:sqlite";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { SenseOf } from "../pipeline/log-engine.ts";
import { recordedCall } from "../rows/copied-call.ts";
import {
  apiRow,
  askedIn,
  rowColumns,
  sensedColumns,
  sensedRow,
  type StoredRow,
} from "../rows/stored-row.ts";
import { createTallyBatch } from "../rows/tally.ts";
import { createThreadSums } from "../rows/thread-sums.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { type CellBook, withCells } from "./cell-rows.ts";
import { sensedDownTo, senseBelow } from "./log-state.ts";
import { bodiesOfRow } from "./sqlite-reader.ts";
import { countedRows } from "./tallied-rows.ts";
import { writeTallies } from "./tally-rows.ts";
import { writeThreads } from "./thread-rows.ts";

type OlderRow = StoredRow & { readonly seq: number; readonly bodies: string | null };

const seqsSql = "select seq from requests where seq < ? order by seq desc limit ?";
/** Most rows of a file may have been understood already, and only be uncounted. */
const olderSql = `select seq, ${rowColumns.join(", ")}, bodies
  from requests where seq >= ? and seq < ? and who is null order by seq desc`;

/** One that was removed or written since is left as it is. */
const sensedSql = `update requests set ${sensedColumns.map((column) => `${column} = ?`).join(", ")}
  where seq = ? and id = ? and who is null`;

export interface OlderRows {
  readonly db: Database;
  readonly blobs: Pick<BlobStore, "get">;
  readonly cells: CellBook;
}

/**
 * Understands the newest of the rows that nothing was made of yet and counts them, at most `limit`. A stop
 * costs the step at most: how far it has come is written along with the rows.
 * @param senseOf what is to be made of a call
 * @returns whether there are more
 */
export async function senseOlder(
  { db, blobs, cells }: OlderRows,
  senseOf: SenseOf,
  limit: number,
): Promise<boolean> {
  const below = senseBelow(db);
  if (below === null) return false;
  const seqs = runSql<{ seq: number }>(db, seqsSql, [below, limit]);
  const last = seqs.length < limit ? null : (seqs.at(-1)?.seq ?? null);
  const sensed: (readonly [seq: number, row: StoredRow])[] = [];
  // One after the other: the bodies of all of them may be large.
  for (const row of runSql<OlderRow>(db, olderSql, [last ?? 0, below])) {
    const { bodies } = await bodiesOfRow(db, blobs, row);
    sensed.push([row.seq, sensedRow(row, await senseOf(recordedCall(apiRow(row), bodies)))]);
  }
  withCells(db, cells, () => {
    for (const [seq, row] of sensed)
      runSql(db, sensedSql, [...sensedColumns.map((column) => row[column]), seq, row.id]);
    const [tallies, threads] = [createTallyBatch(), createThreadSums()];
    for (const call of countedRows(db, "seq >= ? and seq < ?", [last ?? 0, below])) {
      tallies.add(call);
      if (call.thread_id !== null) threads.add(call, askedIn(call.detail));
    }
    writeTallies(db, cells, tallies.changes());
    writeThreads(db, threads.changes());
    sensedDownTo(db, last);
  });
  return last !== null;
}

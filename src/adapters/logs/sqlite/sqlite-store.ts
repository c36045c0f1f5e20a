// The log's write side in SQLite: batches in transactions, and what age and size remove.
import type { Database } from "bun:sqlite";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { LogReader } from "../../../ports/log-reader.ts";
import type { CopiedAnswer } from "../../../ports/log-copy.ts";
import { createAnswerBook } from "./answer-book.ts";
import { writeAnswers } from "./answer-rows.ts";
import { createCellBook, withCells } from "./cell-rows.ts";
import { ownerKey } from "../rows/answer-keys.ts";
import { createSegmentWriter } from "../bodies/segment-writer.ts";
import { createTallyBatch, type TalliedCall } from "../rows/tally.ts";
import { createThreadSums, type ThreadedRow } from "../rows/thread-sums.ts";
import { contentsOf, onceEach } from "../rows/once-each.ts";
import type { LogWrite, SenseOf, WriteResult } from "../pipeline/log-engine.ts";
import { createRetention, type SqliteRetention } from "./retention.ts";
import { inTransaction, runSql } from "../sqlite-file/run-sql.ts";
import { interruptedWhy } from "../rows/stored-row.ts";
import { senseBelow } from "./log-state.ts";
import { createSearchIndex, type SearchIndex } from "./search-index.ts";
import { indexOlder } from "./search-repair.ts";
import { senseOlder } from "./sense-older.ts";
import { createSqliteReader } from "./sqlite-reader.ts";
import { type RemovedSegments, segmentTable } from "./segment-rows.ts";
import { countedColumns } from "./tallied-rows.ts";
import { writeTallies } from "./tally-rows.ts";
import { writeThreads } from "./thread-rows.ts";
import { writeBatch } from "./write-batch.ts";

export interface SqliteStoreOptions {
  /** Brought up to date by `openDatabase`. */
  readonly db: Database;
  readonly blobs: BlobStore;
  /** Bytes; larger bodies go to the blob store. */
  readonly inlineLimit: number;
  /** Table of the search's index; null: there is none. */
  readonly search: string | null;
}

export interface SqliteStore extends LogReader, SqliteRetention {
  /** Writes answers that were kept elsewhere. */
  keepAnswers(kept: readonly CopiedAnswer[]): void;
  /** @returns whether the owner had such an answer */
  removeAnswer(owner: string, id: string): boolean;
  /** Writes the batch in one transaction: all of it or, when it throws, nothing. */
  write(batch: readonly LogWrite[]): Promise<WriteResult>;
  /** Marks rows that are `inflight` as `interrupted`; returns how many. */
  interruptLeftovers(now: number): Promise<number>;
  /** As `write`, for rows that the index does not take: no search finds them. */
  writeUnsearched(batch: readonly LogWrite[]): Promise<WriteResult>;
  /**
   * Puts the newest of the rows that are not in the search's index into it, at most `limit`.
   * @returns whether there are more
   */
  indexOlder(limit: number): Promise<boolean>;
  /** See LogUpkeep. */
  senseOlder(limit: number, senseOf: SenseOf): Promise<boolean>;
}

/** Sets a row's `completed_at` and `error_message`, its two parameters. */
const setEnd = "detail = json_set(detail, '$[0]', ?, '$[1]', ?)";

/** What touches the search's index throws SearchDamage where that is to blame. */
export function createSqliteStore(options: SqliteStoreOptions): SqliteStore {
  const { db, blobs } = options;
  const search = createSearchIndex(options.search);
  const segments = createSegmentWriter(segmentTable(db), blobs, options.inlineLimit);
  const answers = createAnswerBook(db);
  const cells = createCellBook();

  async function dropBlobs(removed: RemovedSegments): Promise<void> {
    segments.removed(removed);
    // A blob that cannot be removed now is swept later.
    for (const name of removed.names) await blobs.remove(name).catch(() => undefined);
  }

  async function write(writes: readonly LogWrite[], index: SearchIndex): Promise<WriteResult> {
    const batch = onceEach(writes);
    const kept = await segments.begin(batch.map(contentsOf));
    try {
      const grown = inTransaction(db, "immediate", () =>
        writeBatch(db, { index, cells }, batch, kept),
      );
      answers.grew(grown);
    } catch (error) {
      await kept.abandoned();
      index.forget();
      cells.forget();
      throw error;
    }
    kept.committed();
    return { lostBodies: kept.lost.bodies, message: kept.lost.message };
  }

  return {
    ...createSqliteReader(db, blobs, options.search),
    ...createRetention({ db, blobs, segments, answers, cells, search, dropBlobs }),

    write: (writes) => write(writes, search),
    writeUnsearched: (writes) => write(writes, createSearchIndex(null)),
    indexOlder: (limit) => indexOlder(db, blobs, search, limit),
    senseOlder: (limit, senseOf) => senseOlder({ db, blobs, cells }, senseOf, limit),

    keepAnswers(kept) {
      answers.grew(inTransaction(db, "immediate", () => writeAnswers(db, kept)));
    },
    removeAnswer: (owner, id) =>
      answers.remove("owner = ? and id = ?", [ownerKey(owner), id], 1) > 0,

    async interruptLeftovers(now) {
      return withCells(db, cells, () => {
        const ended = runSql<TalliedCall & ThreadedRow & { readonly seq: number }>(
          db,
          `update requests set state = 'interrupted', ${setEnd}
            where state = 'inflight' and state <> 'completed' returning seq, ${countedColumns}`,
          [now, interruptedWhy],
        );
        const [tallies, threads] = [createTallyBatch(), createThreadSums()];
        const below = senseBelow(db) ?? 0;
        for (const row of ended) {
          if (row.seq < below) continue;
          tallies.add(row);
          // What it asked is not known before it ends.
          threads.add(row, null);
        }
        writeTallies(db, cells, tallies.changes());
        writeThreads(db, threads.changes());
        return ended.length;
      });
    },
  };
}

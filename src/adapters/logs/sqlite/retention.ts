// What age and size take from the log, in steps so small that writes hardly notice.
import type { Database } from "bun:sqlite";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { LogUpkeep } from "../pipeline/log-engine.ts";
import { createFigureSums } from "../rows/figures.ts";
import type { CountedRow } from "../rows/figures.ts";
import type { SegmentWriter } from "../bodies/segment-writer.ts";
import type { CellBook } from "./cell-rows.ts";
import { bodiesGoneBefore, rowsFrom, rowsGoneBefore } from "./log-state.ts";
import { removeOlderTallies } from "./tally-rows.ts";
import type { AnswerBook } from "./answer-book.ts";
import { oldestOutside, removeSegments, type RemovedSegments } from "./segment-rows.ts";
import { writeFigures } from "./figure-rows.ts";
import { inTransaction, runSql } from "../sqlite-file/run-sql.ts";
import type { SearchIndex } from "./search-index.ts";
import { removeOlderThreads } from "./thread-rows.ts";
import { createStepPace } from "../pipeline/step-pace.ts";

/** What age and size remove, a small step at a time, so that writes get in between. */
export interface SqliteRetention extends Pick<LogUpkeep, "removeOlder" | "removeOlderAnswers"> {
  /**
   * Removes at most `limit` bodies or kept answers where these and the bodies in the blob store take
   * more than `maxBytes` together: the oldest of answers and of successes first, then the oldest of errors.
   * @returns whether there are more to remove
   */
  removeExcess(maxBytes: number, limit: number): Promise<boolean>;
  /**
   * Gives up some of the room that removed rows still take.
   * @returns whether there is more
   */
  compact(): Promise<boolean>;
  /**
   * Brings one part of the blob store and the rows in line, which a stop at the wrong moment, or
   * someone else's hand, may have parted: blobs that no row needs go.
   * @param firstDigits two hex digits
   */
  sweep(firstDigits: string): Promise<void>;
}

export interface RetentionParts {
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly segments: Pick<SegmentWriter, "outsideBytes" | "removed">;
  readonly answers: AnswerBook;
  readonly cells: CellBook;
  readonly search: SearchIndex;
  /** Removes from the blob store what a transaction removed. */
  readonly dropBlobs: (removed: RemovedSegments) => Promise<void>;
}

/** Pages of the search's index written at a time. */
const pagesPerMerge = 32;
/** ms: a write behind such a step hardly notices. */
const mergeMs = 10;

export function createRetention({
  db,
  blobs,
  segments,
  answers,
  cells,
  search,
  dropBlobs,
}: RetentionParts): SqliteRetention {
  const merging = createStepPace(pagesPerMerge, mergeMs);

  async function remove(where: string, parameter: number, limit: number): Promise<number> {
    const removed = inTransaction(db, "immediate", () =>
      removeSegments(db, where, parameter, limit),
    );
    await dropBlobs(removed);
    return removed.ids.length;
  }

  function resize(id: number, from: number, to: number): void {
    runSql(db, "update segments set stored = ? where id = ?", [to, id]);
    segments.removed({ ids: [], bytes: from - to });
  }

  return {
    async removeOlder(rowsBefore, bodiesBefore, limit) {
      const rows =
        rowsBefore === null
          ? 0
          : inTransaction(db, "immediate", () => rowsStep(db, search, rowsBefore, limit));
      if (bodiesBefore !== null) bodiesGoneBefore(db, bodiesBefore);
      const before = Math.max(rowsBefore ?? 0, bodiesBefore ?? 0);
      const bodies = await remove("needed_until < ?", before, limit);
      const isMore = rows === limit || bodies === limit;
      // Where no row has ever gone, nothing has outlived its rows.
      if (rowsBefore === null || rowsFrom(db) === 0) return isMore;
      const threads = removeOlderThreads(db, rowsBefore, limit);
      return removeOlderTallies(db, cells, limit) || threads === limit || isMore;
    },

    async removeExcess(maxBytes, limit) {
      const excess = () =>
        Math.max(segments.outsideBytes(), blobs.takenBytes?.() ?? 0) + answers.bytes() > maxBytes;
      if (!excess()) return false;
      const answer = answers.oldest();
      for (const failed of [0, 1]) {
        const segment = oldestOutside(db, failed);
        if (answer !== null && (segment === null || answer <= segment)) break;
        if (segment === null) continue;
        await remove("name is not null and failed = ?", failed, limit);
        return excess();
      }
      // One by one: each is a conversation that somebody may continue.
      return answers.remove("true", [], 1) > 0 && excess();
    },

    async removeOlderAnswers(before, limit) {
      return answers.remove("created_at < ?", [before], limit) === limit;
    },

    async compact() {
      const startedAt = performance.now();
      const isMore = search.merge(db, merging.size());
      merging.took(performance.now() - startedAt);
      return isMore;
    },

    async sweep(firstDigits) {
      const there = new Set(await blobs.list(firstDigits));
      const rows = runSql<{ id: number; name: string; stored: number }>(
        db,
        "select id, name, stored from segments where name >= ? and name < ?",
        [firstDigits, `${firstDigits}g`],
      );
      const needed = new Set<string>();
      for (const { id, name, stored } of rows) {
        const isThere = there.has(name) || (await blobs.has(name));
        if (isThere) needed.add(name);
        // One that has gone takes no room. It keeps its name: its folder may only be away for a while.
        if (!isThere && stored > 0) resize(id, stored, 0);
        if (isThere && stored === 0) resize(id, 0, (await blobs.get(name))?.length ?? 0);
      }
      for (const name of there) if (!needed.has(name)) await blobs.remove(name);
    },
  };
}

/** @returns how many rows it removed */
function rowsStep(db: Database, search: SearchIndex, before: number, limit: number): number {
  const rows = runSql<CountedRow & { readonly seq: number; readonly twin_of: number | null }>(
    db,
    `select seq, twin_of, timestamp, state, duration_ms, ttft_ms, prompt_tokens, completion_tokens
      from requests where timestamp < ? order by timestamp limit ?`,
    [before, limit],
  );
  const last = rows.at(-1);
  if (last === undefined) return 0;
  // What is still there is counted until its turn comes, and a clock that goes wrong costs later rows nothing.
  rowsGoneBefore(db, last.timestamp + 1);
  const figures = createFigureSums();
  for (const row of rows) figures.subtract(row);
  const seqs = rows.map(({ seq }) => seq);
  runSql(db, "delete from requests where seq in (select value from json_each(?))", [
    JSON.stringify(seqs),
  ]);
  const owners = rows.flatMap(({ twin_of: owner }) => owner ?? []);
  search.remove(db, unneededEntries(db, [...new Set([...seqs, ...owners])]));
  writeFigures(db, figures.changes());
  return rows.length;
}

/** Of these keys, those by whose entry of the search's index no row is found any longer. */
function unneededEntries(db: Database, seqs: readonly number[]): readonly number[] {
  const gone = runSql<{ seq: number }>(
    db,
    `select value as seq from json_each(?) where not exists
      (select 1 from requests where seq = value union all select 1 from requests where twin_of = value)`,
    [JSON.stringify(seqs)],
  );
  return gone.map(({ seq }) => seq);
}

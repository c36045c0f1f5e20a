// What age and size take from the log, in steps so small that writes hardly notice.
import type { Database } from "bun:sqlite";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { LogUpkeep } from "../pipeline/log-engine.ts";
import { createFigureSums } from "../rows/figures.ts";
import type { CountedRow } from "../rows/figures.ts";
import { releasePayloads } from "./payload-release.ts";
import type { Released } from "./payload-release.ts";
import { hex } from "./payload-rows.ts";
import type { PayloadWriter } from "../bodies/payload-writer.ts";
import { writeFigures } from "./figure-rows.ts";
import { inTransaction, runSql } from "./run-sql.ts";
import type { SearchIndex } from "./search-index.ts";
import { createStepPace } from "../pipeline/step-pace.ts";
import type { BodiesTable } from "./tables.ts";

/** What age and size remove, a small step at a time, so that writes get in between. */
export interface SqliteRetention extends Pick<LogUpkeep, "removeOlder"> {
  /**
   * Removes at most `limit` bodies where those in the blob store take more than `maxBytes`
   * together: the oldest of successes first, then the oldest of errors.
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
  readonly payloads: Pick<PayloadWriter, "outsideBytes" | "removed">;
  readonly search: SearchIndex;
  /** Removes from the blob store what a transaction released. */
  readonly dropBlobs: (released: Released) => Promise<void>;
}

interface Step {
  readonly count: number;
  readonly released: Released;
}

const nothing: Step = { count: 0, released: { ids: [], names: [], bytes: 0 } };

/** Pages of the search's index written at a time. */
const pagesPerMerge = 32;
/** ms: a write behind such a step hardly notices. */
const mergeMs = 10;

export function createRetention({
  db,
  blobs,
  payloads,
  search,
  dropBlobs,
}: RetentionParts): SqliteRetention {
  const merging = createStepPace(pagesPerMerge, mergeMs);

  async function removeBodies(
    where: string,
    order: string,
    parameter: number,
    limit: number,
  ): Promise<number> {
    const step = inTransaction(db, "immediate", () =>
      bodiesStep(db, where, order, parameter, limit),
    );
    await dropBlobs(step.released);
    return step.count;
  }

  async function resize(id: number, from: number, to: number): Promise<void> {
    runSql(db, "update payloads set stored = ? where id = ?", [to, id]);
    payloads.removed({ ids: [], bytes: from - to });
  }

  return {
    async removeOlder(rowsBefore, bodiesBefore, limit) {
      const rows = inTransaction(db, "immediate", () => {
        return rowsBefore === null ? nothing : rowsStep(db, search, rowsBefore, limit);
      });
      await dropBlobs(rows.released);
      const bodies =
        bodiesBefore === null
          ? 0
          : await removeBodies("timestamp < ?", "timestamp", bodiesBefore, limit);
      return rows.count === limit || bodies === limit;
    },

    async removeExcess(maxBytes, limit) {
      if ((await payloads.outsideBytes()) <= maxBytes) return false;
      for (const failed of [0, 1]) {
        const removed = await removeBodies("outside = 1 and failed = ?", "seq", failed, limit);
        if (removed > 0) return (await payloads.outsideBytes()) > maxBytes;
      }
      return false;
    },

    async compact() {
      const startedAt = performance.now();
      const isMore = search.merge(db, merging.size());
      merging.took(performance.now() - startedAt);
      return isMore;
    },

    async sweep(firstDigits) {
      const there = new Set(await blobs.list(firstDigits));
      const rows = runSql<{ id: number; hash: Uint8Array; stored: number }>(
        db,
        "select id, hash, stored from payloads where data is null and hash >= ? and hash < ?",
        hashRange(firstDigits),
      );
      const needed = new Set<string>();
      for (const { id, hash, stored } of rows) {
        const name = hex(hash);
        const isThere = there.has(name) || (await blobs.has(name));
        if (isThere) needed.add(name);
        // One that has gone takes no room. It keeps its name: its folder may only be away for a while.
        if (!isThere && stored > 0) await resize(id, stored, 0);
        if (isThere && stored === 0) await resize(id, 0, (await blobs.get(name))?.length ?? 0);
      }
      for (const name of there) if (!needed.has(name)) await blobs.remove(name);
    },
  };
}

/** All hashes that begin with two hex digits, as a blob's range: SQLite orders blobs by their bytes. */
function hashRange(firstDigits: string): readonly [Uint8Array, Uint8Array] {
  const first = Number.parseInt(firstDigits, 16);
  return [
    new Uint8Array([first]),
    first === 255 ? new Uint8Array(17).fill(255) : new Uint8Array([first + 1]),
  ];
}

function rowsStep(db: Database, search: SearchIndex, before: number, limit: number): Step {
  const rows = runSql<CountedRow & { readonly seq: number }>(
    db,
    `select seq, timestamp, state, duration_ms, ttft_ms, prompt_tokens, completion_tokens
      from requests where timestamp < ? order by timestamp limit ?`,
    [before, limit],
  );
  if (rows.length === 0) return nothing;
  const figures = createFigureSums();
  for (const row of rows) figures.subtract(row);
  const seqs = [JSON.stringify(rows.map((row) => row.seq))];
  const among = "in (select value from json_each(?))";
  const bodies = runSql<Pick<BodiesTable, "payload">>(
    db,
    `delete from bodies where seq ${among} returning payload`,
    seqs,
  );
  search.remove(
    db,
    rows.map((row) => row.seq),
  );
  runSql(db, `delete from requests where seq ${among}`, seqs);
  writeFigures(db, figures.changes());
  const payloads = bodies.map(({ payload }) => payload);
  return { count: rows.length, released: releasePayloads(db, payloads) };
}

function bodiesStep(
  db: Database,
  where: string,
  order: string,
  parameter: number,
  limit: number,
): Step {
  const bodies = runSql<Pick<BodiesTable, "payload">>(
    db,
    `delete from bodies where (seq, kind) in
      (select seq, kind from bodies where ${where} order by ${order} limit ?) returning payload`,
    [parameter, limit],
  );
  const payloads = bodies.map(({ payload }) => payload);
  return { count: bodies.length, released: releasePayloads(db, payloads) };
}

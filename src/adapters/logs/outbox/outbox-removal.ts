// What an outbox gives up for want of room, and objects that S3 has not taken for too long: bodies apart
// from rows, whole batches at a time.
import type { Database } from "bun:sqlite";
import { runSql } from "../sqlite-file/run-sql.ts";
import {
  type BatchSizes,
  bodiesOf,
  count,
  type OutboxTotals,
  sizeColumns,
} from "./outbox-totals.ts";
import type { BatchKind } from "./pack-writes.ts";
import { endsIn } from "./shipment-codec.ts";
import type { Removable } from "./spool-room.ts";

export interface LossCount {
  /** Ids of calls that have ended. */
  readonly ends: string[];
  bodies: number;
}

/** Each within a transaction; the losses are added to those given, and taken off the totals. */
export interface OutboxRemoval {
  /**
   * The newest first, until there is so much room more.
   * @param after number of the last batch that must stay, as it may have been sent
   */
  remove(what: Removable, bytes: number, after: number, losses: LossCount): void;
  /** @returns bytes */
  giveUpObject(key: string, losses: LossCount): number;
}

/** Batches looked at together. */
const atOnce = 20;

interface ObjectSizes {
  readonly batch: number;
  readonly kind: BatchKind;
  readonly size: number;
  readonly body_count: number;
}

export function createOutboxRemoval(db: Database, totals: OutboxTotals): OutboxRemoval {
  const { bytes: waiting } = totals;

  function giveUpObject(key: string, losses: LossCount): number {
    let bytes = 0;
    for (const part of runSql<ObjectSizes>(
      db,
      "delete from objects where key = ? returning batch, kind, size, body_count",
      [key],
    )) {
      bytes += part.size;
      waiting[bodiesOf[part.kind]] -= part.size;
      losses.bodies += part.body_count;
      // They are not lost once more with what else the batch has of them.
      runSql(db, "update batches set body_count = max(0, body_count - ?) where seq = ?", [
        part.body_count,
        part.batch,
      ]);
    }
    return bytes;
  }

  /** A batch's objects for S3 go with its bodies. @returns bytes */
  function removeObjectsOf(seq: number, kind: BatchKind): number {
    const gone = runSql<{ size: number }>(
      db,
      "delete from objects where batch = ? returning size",
      [seq],
    );
    const bytes = gone.reduce((sum, { size }) => sum + size, 0);
    waiting[bodiesOf[kind]] -= bytes;
    return bytes;
  }

  function remove(what: Removable, bytes: number, after: number, losses: LossCount): void {
    const kind = what === "failureBodies" ? "failures" : what === "starts" ? "starts" : "successes";
    const onlyBodies = what === "successBodies" || what === "failureBodies";
    const which = onlyBodies ? "and bodies_size > 0" : "";
    let freed = 0;
    while (onlyBodies && freed < bytes) {
      const [newest] = runSql<{ key: string }>(
        db,
        "select key from objects where kind = ? order by key desc limit 1",
        [kind],
      );
      if (newest === undefined) break;
      freed += giveUpObject(newest.key, losses);
    }
    while (freed < bytes) {
      const found = runSql<BatchSizes>(
        db,
        `select ${sizeColumns} from batches where seq > ? and kind = ? ${which}
          order by seq desc limit ?`,
        [after, kind, atOnce],
      );
      if (found.length === 0) return;
      for (const batch of found) {
        if (freed >= bytes) break;
        freed += removeObjectsOf(batch.seq, batch.kind);
        freed += batch.bodies_size;
        if (onlyBodies) {
          losses.bodies += batch.body_count;
          runSql(
            db,
            "update batches set bodies = null, bodies_size = 0, body_count = 0 where seq = ?",
            [batch.seq],
          );
          waiting[bodiesOf[batch.kind]] -= batch.bodies_size;
        } else {
          freed += batch.data_size;
          losses.ends.push(...deleteBatch(batch));
        }
      }
    }
  }

  /** @returns ids of its calls */
  function deleteBatch(batch: BatchSizes): readonly string[] {
    const [gone] = runSql<{ data: Uint8Array }>(
      db,
      "delete from batches where seq = ? returning data",
      [batch.seq],
    );
    count(waiting, batch, -1);
    totals.rows -= batch.rows;
    return gone === undefined || batch.rows === 0 ? [] : endsIn(gone.data);
  }

  return { remove, giveUpObject };
}

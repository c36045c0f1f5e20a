// What waits in this router for a store that others share: batches of calls by rising numbers, objects
// for S3. Bounded: see spool-room.ts.
import type { Database } from "bun:sqlite";
import { inTransaction, runSql } from "../sqlite-file/run-sql.ts";
import { createOutboxRemoval, type LossCount } from "./outbox-removal.ts";
import {
  batchOverhead,
  type BatchSizes,
  bodiesOf,
  comingOf,
  count,
  noSums,
  type OutboxTotals,
  sizeColumns,
} from "./outbox-totals.ts";
import type { BatchKind, PackedBatch } from "./pack-writes.ts";
import type { PackedShipment } from "./shipment-codec.ts";
import { endsIn } from "./shipment-codec.ts";
import { bytesOf, type FlushPart, makeRoom, type Waiting } from "./spool-room.ts";

/** A batch that waits. */
export interface WaitingBatch extends PackedShipment {
  readonly seq: number;
  readonly rows: number;
}

export interface Losses {
  /** Ids of calls that have ended and whose rows are given up. */
  readonly ends: readonly string[];
  /** Of rows that stay. */
  readonly bodies: number;
}

export interface OutboxFigures {
  /** Ends of calls. */
  readonly rows: number;
  readonly bytes: number;
  /** Epoch ms; null: nothing waits. */
  readonly oldestAt: number | null;
}

/** What throws is SQLite's own error; then nothing has happened. */
export interface Outbox {
  /**
   * Stores a flush, and drops what does not fit.
   * @param now epoch ms
   */
  put(batches: readonly PackedBatch[], now: number): Losses;
  /** Batches behind `after`, the oldest first: as many as come to `maxBytes`, one at least; none where none waits. */
  next(after: number, maxBytes: number): readonly WaitingBatch[];
  /** Number of the oldest batch; null: none waits. */
  oldest(): number | null;
  /** They may be sent from now on: none of them is given up. @param seq of the last one */
  offered(seq: number): void;
  /** Those up to this number are in the store. */
  arrived(seq: number): void;
  /** Of the newest batch; 0: none has ever been. */
  newest(): number;
  /** Gives all that waits numbers above one that the store has already: the file is an older one than the store knows. */
  renumber(above: number): void;
  bytes(): number;
  /** Of objects that wait, the oldest first. */
  objectKeys(limit: number): readonly string[];
  /** As far as it is here. */
  object(key: string): Uint8Array;
  /** A part of such an object, by where it begins; null: it is not here. */
  objectPart(key: string, at: number): Uint8Array | null;
  /** It is in S3. */
  objectArrived(key: string): void;
  /** Objects of before an epoch ms are given up. */
  removeObjects(before: number): Losses;
  figures(): OutboxFigures;
  /** Gives some of the room that the file no longer needs back to the disk; returns whether there is more. */
  shrink(): boolean;
}

/** Looked at together where they are sent. */
const mostTogether = 500;
const pagesPerShrink = 512;

/** @param maxBytes of all that waits; what may have been sent already is never given up for it */
export function createOutbox(db: Database, maxBytes: number): Outbox {
  const [self] = runSql<{ offered: number }>(db, "select offered from self");
  let offeredUpTo = self?.offered ?? 0;
  const totals: OutboxTotals = { rows: 0, bytes: noSums() };
  const waiting = totals.bytes;
  /** Of it, what may have been sent. */
  let offered = noSums();
  for (const batch of runSql<BatchSizes>(db, `select ${sizeColumns} from batches`)) {
    count(waiting, batch, 1);
    totals.rows += batch.rows;
    if (batch.seq <= offeredUpTo) count(offered, batch, 1);
  }
  for (const { kind, size } of runSql<{ kind: BatchKind; size: number }>(
    db,
    "select kind, sum(size) as size from objects group by kind",
  ))
    waiting[bodiesOf[kind]] += size;
  const removal = createOutboxRemoval(db, totals);

  const total = () => bytesOf(waiting);

  function removable(): Waiting {
    const left = (name: FlushPart) => Math.max(0, waiting[name] - offered[name]);
    return {
      all: total(),
      starts: left("starts"),
      successBodies: left("successBodies"),
      successes: left("successes"),
      failureBodies: left("failureBodies"),
    };
  }

  function insert(batch: PackedBatch, withBodies: boolean, now: number): void {
    const bodies = withBodies ? batch.bodies : null;
    const bodyCount = withBodies ? batch.bodyCount : 0;
    const dataSize = batch.data.length + batchOverhead;
    const bodiesSize = bodies?.length ?? 0;
    const [added] = runSql<{ seq: number }>(
      db,
      `insert into batches
        (kind, rows, starts, body_count, written_at, data_size, bodies_size, data, bodies)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning seq`,
      [
        batch.kind,
        batch.rows,
        batch.starts,
        bodyCount,
        now,
        dataSize,
        bodiesSize,
        batch.data,
        bodies,
      ],
    );
    waiting[batch.kind] += dataSize;
    waiting[bodiesOf[batch.kind]] += bodiesSize;
    totals.rows += batch.rows;
    if (!withBodies) return;
    for (const { key, at, data, bodyCount: inIt } of batch.objects) {
      runSql(db, "insert into objects values (?, ?, ?, ?, ?, ?, ?, ?)", [
        key,
        at,
        added?.seq ?? 0,
        batch.kind,
        inIt,
        now,
        data.length,
        data,
      ]);
      waiting[bodiesOf[batch.kind]] += data.length;
    }
  }

  /** As it was, where the transaction fails. */
  function whole<T>(work: () => T): T {
    const before = { rows: totals.rows, waiting: { ...waiting } };
    try {
      return inTransaction(db, "immediate", work);
    } catch (error) {
      totals.rows = before.rows;
      Object.assign(waiting, before.waiting);
      throw error;
    }
  }

  function put(batches: readonly PackedBatch[], now: number): Losses {
    const coming = comingOf(batches);
    const losses: LossCount = { ends: [], bodies: 0 };
    const isRoomy = total() + bytesOf(coming) <= maxBytes;
    return whole(() => {
      const room = isRoomy ? null : makeRoom(removable(), coming, maxBytes);
      for (const { what, bytes } of room?.remove ?? [])
        removal.remove(what, bytes, offeredUpTo, losses);
      for (const batch of batches) {
        if (room?.leaveOut.has(batch.kind) === true) {
          if (batch.rows > 0) losses.ends.push(...endsIn(batch.data));
          continue;
        }
        const withBodies = room?.leaveOut.has(bodiesOf[batch.kind]) !== true;
        if (!withBodies) losses.bodies += batch.bodyCount;
        insert(batch, withBodies, now);
      }
      return losses;
    });
  }

  function arrived(seq: number): void {
    whole(() => {
      const gone = runSql<BatchSizes>(
        db,
        `delete from batches where seq <= ? returning ${sizeColumns}`,
        [seq],
      );
      for (const batch of gone) {
        count(waiting, batch, -1);
        totals.rows -= batch.rows;
      }
    });
    if (seq >= offeredUpTo) offered = noSums();
  }

  return {
    put,
    next(after, most) {
      const chosen: { readonly seq: number }[] = [];
      let bytes = 0;
      for (const batch of runSql<BatchSizes>(
        db,
        `select ${sizeColumns} from batches where seq > ? order by seq limit ?`,
        [after, mostTogether],
      )) {
        bytes += batch.data_size + batch.bodies_size;
        if (chosen.length > 0 && bytes > most) break;
        chosen.push(batch);
      }
      const last = chosen.at(-1);
      if (last === undefined) return [];
      return runSql<WaitingBatch>(
        db,
        "select seq, rows, data, bodies from batches where seq > ? and seq <= ? order by seq",
        [after, last.seq],
      );
    },
    oldest: () =>
      runSql<{ seq: number }>(db, "select seq from batches order by seq limit 1")[0]?.seq ?? null,
    offered(seq) {
      runSql(db, "update self set offered = ?", [seq]);
      offeredUpTo = seq;
      offered = noSums();
      for (const batch of runSql<BatchSizes>(
        db,
        `select ${sizeColumns} from batches where seq <= ?`,
        [seq],
      ))
        count(offered, batch, 1);
    },
    arrived,
    newest: () =>
      runSql<{ seq: number }>(db, "select seq from sqlite_sequence where name = 'batches'")[0]
        ?.seq ?? 0,
    renumber(above) {
      whole(() => {
        // The newest first, so that no number is there twice meanwhile.
        const sequences = runSql<{ seq: number }>(db, "select seq from batches order by seq desc");
        for (const { seq } of sequences)
          runSql(db, "update batches set seq = ? where seq = ?", [seq + above, seq]);
        runSql(db, "update objects set batch = batch + ?", [above]);
        runSql(db, "update self set offered = offered + ?", [above]);
        const newest = (sequences[0]?.seq ?? 0) + above;
        runSql(db, "delete from sqlite_sequence where name = 'batches'");
        runSql(db, "insert into sqlite_sequence (name, seq) values ('batches', ?)", [newest]);
      });
      offeredUpTo += above;
    },
    bytes: total,
    objectKeys: (limit) =>
      runSql<{ key: string }>(db, "select distinct key from objects order by key limit ?", [
        limit,
      ]).map(({ key }) => key),
    object: (key) => joined(db, key),
    objectPart: (key, at) =>
      runSql<{ data: Uint8Array }>(db, "select data from objects where key = ? and at = ?", [
        key,
        at,
      ])[0]?.data ?? null,
    objectArrived(key) {
      whole(() => {
        for (const { kind, size } of runSql<{ kind: BatchKind; size: number }>(
          db,
          "delete from objects where key = ? returning kind, size",
          [key],
        ))
          waiting[bodiesOf[kind]] -= size;
      });
    },
    removeObjects: (before) =>
      whole(() => {
        const losses: LossCount = { ends: [], bodies: 0 };
        for (const { key } of runSql<{ key: string }>(
          db,
          "select key from objects group by key having max(written_at) < ?",
          [before],
        ))
          removal.giveUpObject(key, losses);
        return losses;
      }),
    figures() {
      const [oldest] = runSql<{ at: number | null }>(
        db,
        `select min(at) as at from (
          select written_at as at from (select written_at from batches order by seq limit 1)
          union all
          select written_at from (select written_at from objects order by key, at limit 1))`,
      );
      return { rows: totals.rows, bytes: total(), oldestAt: oldest?.at ?? null };
    },
    shrink() {
      const before = freePages(db);
      runSql(db, `PRAGMA incremental_vacuum(${pagesPerShrink})`);
      const left = freePages(db);
      return left > 0 && left < before;
    },
  };
}

function freePages(db: Database): number {
  return runSql<{ freelist_count: number }>(db, "PRAGMA freelist_count")[0]?.freelist_count ?? 0;
}

/** Parts that were given up leave a gap: the others stay where rows say they are. */
function joined(db: Database, key: string): Uint8Array {
  const parts = runSql<{ at: number; data: Uint8Array }>(
    db,
    "select at, data from objects where key = ? order by at",
    [key],
  );
  const last = parts.at(-1);
  const bytes = new Uint8Array(last === undefined ? 0 : last.at + last.data.length);
  for (const { at, data } of parts) bytes.set(data, at);
  return bytes;
}

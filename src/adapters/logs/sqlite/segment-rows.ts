// Segments of bodies in SQLite: what of them is small apart from their bytes, as SQLite writes a row
// anew, whole, where a column of it changes.
import type { Database } from "bun:sqlite";
import { zstdDecompressSync } from "bun";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { PackedSegments } from "../bodies/pack-segments.ts";
import type { SegmentTable } from "../bodies/segment-writer.ts";
import type { StoredPiece } from "../bodies/segment.ts";
import { type Insertion, insertRows } from "./insert-rows.ts";
import { runSql } from "../sqlite-file/run-sql.ts";

/** To be made with the log's other tables. */
export const segmentTables = [
  `create table segments (
    id integer primary key, failed integer not null, needed_until integer not null,
    stored integer not null, packed integer not null, name text)`,
  "create table segment_data (id integer primary key, data blob not null)",
  "create index segments_needed_until on segments (needed_until)",
  "create unique index segments_name on segments (name) where name is not null",
];

const segmentInsertion: Insertion = {
  into: "segments",
  columns: ["id", "failed", "needed_until", "stored", "packed", "name"],
};
const dataInsertion: Insertion = { into: "segment_data", columns: ["id", "data"] };

/** Writes a batch's segments, and until when those of earlier ones are needed now. */
export function writeSegments(
  db: Database,
  { segments, neededUntil }: Pick<PackedSegments, "segments" | "neededUntil">,
): void {
  const added = new Set(segments.map(({ id }) => id));
  insertRows(
    db,
    segmentInsertion,
    segments.map(({ id, failed, name, data, packed }) => {
      const until = neededUntil.get(id) ?? 0;
      return [id, Number(failed), until, data.length, Number(packed), name];
    }),
  );
  insertRows(
    db,
    dataInsertion,
    segments.filter(({ name }) => name === null).map(({ id, data }) => [id, data]),
  );
  const longer = [...neededUntil].filter(([id]) => !added.has(id));
  if (longer.length === 0) return;
  runSql(
    db,
    `update segments set needed_until = max(needed_until, longer.value ->> 1)
      from json_each(?) as longer where segments.id = longer.value ->> 0`,
    [JSON.stringify(longer)],
  );
}

/** The table as packing reads it. */
export function segmentTable(db: Database): SegmentTable {
  return {
    highestId: () =>
      runSql<{ id: number | null }>(db, "select max(id) as id from segments")[0]?.id ?? 0,
    bytesOutside: () =>
      runSql<{ bytes: number }>(
        db,
        "select coalesce(sum(stored), 0) as bytes from segments where name is not null",
      )[0]?.bytes ?? 0,
    name: (id) =>
      runSql<{ name: string | null }>(db, "select name from segments where id = ?", [id])[0]?.name,
  };
}

/** Until when, in epoch ms, the segment in the blob store was needed that has not been needed for longest; null: there is none. */
export function oldestOutside(db: Database, failed: number): number | null {
  const [found] = runSql<{ until: number | null }>(
    db,
    "select min(needed_until) as until from segments where name is not null and failed = ?",
    [failed],
  );
  return found?.until ?? null;
}

/** What the blob store has to remove once the transaction is through. */
export interface RemovedSegments {
  readonly ids: readonly number[];
  readonly names: readonly string[];
  /** In the blob store. */
  readonly bytes: number;
}

/**
 * Removes at most `limit` segments, beginning with those whose last use is the longest ago.
 * @param where of their columns, with one parameter
 */
export function removeSegments(
  db: Database,
  where: string,
  parameter: number,
  limit: number,
): RemovedSegments {
  const gone = runSql<{ id: number; name: string | null; stored: number }>(
    db,
    `delete from segments where id in
      (select id from segments where ${where} order by needed_until limit ?)
      returning id, name, stored`,
    [parameter, limit],
  );
  const ids = gone.map(({ id }) => id);
  runSql(db, "delete from segment_data where id in (select value from json_each(?))", [
    JSON.stringify(ids),
  ]);
  const outside = gone.filter(({ name }) => name !== null);
  return {
    ids,
    names: outside.flatMap(({ name }) => name ?? []),
    bytes: outside.reduce((sum, { stored }) => sum + stored, 0),
  };
}

/** `gone`: retention has removed a segment that it needs; `lost`: the blob store has not got one. */
export type UnpackedBody = Uint8Array | "gone" | "lost";

const segmentsSql = `select s.id, s.packed, s.name, d.data from json_each(?) as wanted
  join segments s on s.id = wanted.value left join segment_data d on d.id = s.id`;

interface SegmentRow {
  readonly id: number;
  readonly packed: number;
  readonly name: string | null;
  readonly data: Uint8Array | null;
}

/** Reads bodies of one row, or of several: each segment is read and unpacked once for all of them. */
export function createBodyReader(
  db: Database,
  blobs: Pick<BlobStore, "get">,
): (pieces: readonly StoredPiece[]) => Promise<UnpackedBody> {
  const unpacked = new Map<number, Promise<Uint8Array | null>>();

  async function unpack({ packed, name, data }: SegmentRow): Promise<Uint8Array | null> {
    const stored = data ?? (name === null ? null : await blobs.get(name));
    return stored !== null && packed === 1 ? zstdDecompressSync(stored) : stored;
  }

  return async (pieces) => {
    const wanted = new Set(pieces.map(({ segment }) => segment).filter((id) => !unpacked.has(id)));
    if (wanted.size > 0) {
      const rows = runSql<SegmentRow>(db, segmentsSql, [JSON.stringify([...wanted])]);
      if (rows.length < wanted.size) return "gone";
      // All at once: each may come from another machine.
      for (const row of rows) unpacked.set(row.id, unpack(row));
    }
    const found = await Promise.all(
      pieces.map(async ({ segment }) => (await unpacked.get(segment)) ?? null),
    );
    const parts: Uint8Array[] = [];
    for (const [place, { at, length }] of pieces.entries()) {
      const segment = found[place] ?? null;
      if (segment === null) return "lost";
      parts.push(segment.subarray(at, at + length));
    }
    return Buffer.concat(parts);
  };
}

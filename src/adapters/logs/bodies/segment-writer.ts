// Bodies on their way into the log, with what is remembered of the last batches to make them small.
import type { BlobStore } from "../../../ports/blob-store.ts";
import { type PackedSegments, packSegments } from "./pack-segments.ts";
import { createRecentTurns } from "./recent-turns.ts";
import type { TurnContents } from "./segment.ts";

/** A table of segments as packing reads it, outside of any transaction. */
export interface SegmentTable {
  /** 0 where there is none. */
  highestId(): number;
  /** Bytes in the blob store. */
  bytesOutside(): number;
  /** Its name in the blob store, null where it lies in a row; absent: it has gone. */
  name(id: number): string | null | undefined;
}

/** The segments of one transaction, to be written with it. */
export interface SegmentBatch extends PackedSegments {
  /** After the commit. */
  committed(): void;
  /** After a transaction that failed; takes back what only it needed. */
  abandoned(): Promise<void>;
}

export interface SegmentWriter {
  begin(turns: readonly TurnContents[]): Promise<SegmentBatch>;
  /** Bytes in the blob store. */
  outsideBytes(): number;
  /** Must be called when segments have been removed. @param removed their ids, and their bytes in the blob store */
  removed(removed: { readonly ids: readonly number[]; readonly bytes: number }): void;
}

/** @param inlineLimit bytes; of a larger body what is new goes to the blob store */
export function createSegmentWriter(
  table: SegmentTable,
  blobs: BlobStore,
  inlineLimit: number,
): SegmentWriter {
  const recent = createRecentTurns();
  let nextId: number | null = null;
  let outsideBytes: number | null = null;

  async function isThere(id: number): Promise<boolean> {
    const name = table.name(id);
    return name !== undefined && (name === null || (await blobs.has(name)));
  }

  return {
    async begin(turns) {
      nextId ??= table.highestId() + 1;
      outsideBytes ??= table.bytesOutside();
      const batch = await packSegments(turns, { recent, blobs, inlineLimit, nextId, isThere });
      const outside = batch.segments.filter(({ name }) => name !== null);
      return {
        ...batch,
        committed() {
          nextId = batch.nextId;
          if (outsideBytes !== null) for (const { data } of outside) outsideBytes += data.length;
        },
        async abandoned() {
          nextId = null;
          recent.clear();
          // What is left over is swept later.
          for (const { name } of outside)
            if (name !== null) await blobs.remove(name).catch(() => undefined);
        },
      };
    },
    outsideBytes: () => (outsideBytes ??= table.bytesOutside()),
    removed({ ids, bytes }) {
      if (ids.length > 0) recent.forget(new Set(ids));
      if (outsideBytes !== null) outsideBytes -= bytes;
    },
  };
}

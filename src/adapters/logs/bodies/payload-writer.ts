// Contents of bodies on their way into the log: each stored once, packed, small ones in the store's
// own rows, larger ones in the blob store. What it remembers of the last batches makes that cheap.
import type { BlobStore } from "../../../ports/blob-store.ts";
import { type PackedBatch, packContents } from "./payload-batch.ts";
import type { Content, PayloadTable } from "./payload.ts";
import { createRecentBodies } from "./recent-bodies.ts";
import { createRecentNames, maxNames, type RecentNames } from "./recent-names.ts";

/** The contents of one transaction, to be written with it. */
export interface PayloadBatch extends PackedBatch {
  /** After the commit. */
  committed(): void;
  /** After a transaction that failed; takes back what only it needed. */
  abandoned(): Promise<void>;
}

export interface PayloadWriter {
  /** Sees to it that the contents are stored once the transaction is through. */
  begin(contents: readonly Content[]): Promise<PayloadBatch>;
  /** Bytes in the blob store. */
  outsideBytes(): Promise<number>;
  /** To be told of payloads that were removed, and of the bytes these had in the blob store. */
  removed(removed: { readonly ids: readonly number[]; readonly bytes: number }): void;
}

/** @param inlineLimit bytes; larger bodies go to the blob store, unless they are little but a difference */
export function createPayloadWriter(
  table: PayloadTable,
  blobs: BlobStore,
  inlineLimit: number,
): PayloadWriter {
  const bodies = createRecentBodies();
  let names: RecentNames | null = null;
  let nextId: number | null = null;
  let outsideBytes: number | null = null;

  return {
    async begin(contents) {
      const from = nextId ?? (await table.highestId()) + 1;
      outsideBytes ??= await table.bytesOutside();
      names ??= createRecentNames(await table.newestInRows(maxNames));
      const parts = { table, blobs, inlineLimit, bodies, names, nextId: from };
      const batch = await packContents(contents, parts);
      const { added, blobless } = batch.changes;
      const inBlobs = added.filter(({ data }) => data === null);
      return {
        ...batch,
        committed() {
          nextId = batch.nextId;
          if (blobless.length > 0) outsideBytes = null;
          else if (outsideBytes !== null) for (const { stored } of inBlobs) outsideBytes += stored;
        },
        async abandoned() {
          nextId = null;
          bodies.clear();
          // What is left over is swept later.
          for (const { name } of inBlobs) await blobs.remove(name).catch(() => undefined);
        },
      };
    },
    async outsideBytes() {
      outsideBytes ??= await table.bytesOutside();
      return outsideBytes;
    },
    removed({ ids, bytes }) {
      if (ids.length > 0) bodies.forget((body) => ids.includes(body.id));
      if (outsideBytes !== null) outsideBytes -= bytes;
    },
  };
}

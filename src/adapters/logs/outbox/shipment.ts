// What a batch of calls comes to once it is read and packed: as it waits in the outbox, and as it is
// shipped to the store that several routers share.
import type { StoredRow } from "../rows/stored-row.ts";

/** A call that has ended. */
export interface ShippedCall {
  readonly row: StoredRow;
  /** Where its bodies lie, as `writtenBodies` says it; segments by their place in `segments`. null: it has none. */
  readonly bodies: string | null;
  /** Ids of the segments that its bodies lie in, UUIDv7s. */
  readonly segments: readonly string[];
  /** What it is found by, in order, an empty word between two texts; see `wordsOf`. */
  readonly words: readonly string[];
}

/** A segment of bodies: its bytes are here, or a part of an object in S3. */
export interface ShippedSegment {
  /** UUIDv7 of when it was packed: the day it goes with. */
  readonly id: string;
  readonly packed: boolean;
  readonly data: Uint8Array | null;
  /** Where there are no bytes: key of the object, without the prefix, and the place in it in bytes. */
  readonly object: { readonly key: string; readonly at: number; readonly length: number } | null;
}

/** An answer that later requests may refer to. Keys are digests, 32 hex digits. */
export interface ShippedAnswer {
  readonly owner: string;
  readonly id: string;
  readonly callId: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Keys of its items in order, the first `inputs` of them what was asked. */
  readonly items: readonly string[];
  readonly inputs: number;
  readonly upstream: string | null;
  readonly isStored: boolean;
  readonly head: string;
}

/** An item of such an answer, stored once for each owner. */
export interface ShippedItem {
  readonly key: string;
  readonly owner: string;
  readonly id: string;
  readonly upstream: string | null;
  readonly isStored: boolean;
  readonly packed: boolean;
  readonly data: Uint8Array;
}

/** What one transaction of the store takes, exactly once. */
export interface Shipment {
  /** Of the outbox: each router's grow, and none is used twice. */
  readonly seq: number;
  readonly ends: readonly ShippedCall[];
  /** Calls that have begun, and had not ended when this was written. */
  readonly starts: readonly StoredRow[];
  readonly segments: readonly ShippedSegment[];
  readonly answers: readonly ShippedAnswer[];
  /** Of these answers, those that this router has not shipped before, or not today. */
  readonly items: readonly ShippedItem[];
}

// Where the log lies: its database, and what lies beside it.
import type { BlobStore } from "../../../ports/blob-store.ts";

export interface BlobPlace {
  readonly type: "filesystem" | "memory";
  /** Folder, where these are files. */
  readonly path: string;
  /** Bytes; larger bodies go there. */
  readonly inlineLimit: number;
  /** Bytes of all blobs together. */
  readonly maxTotalSize: number;
}

export interface LogPlace {
  /** Of the SQLite file. */
  readonly path: string;
  readonly blobs: BlobPlace;
  /** ms for which a batch is tried while the database is locked, full or out of reach; 10,000 where unset. */
  readonly patienceMs?: number;
}

/** The database whose blobs these are: no other one's are touched with them. */
export interface BlobOwner {
  /** Unique to it; digits and letters. */
  readonly id: string;
  /** Some of its blobs may still lie among others', as earlier versions kept them. */
  readonly hasSharedBlobs: boolean;
  /** The id of the database that this one is a copy of, and whose blobs it may need; null: of none. */
  readonly copyOf: string | null;
}

/** Opens the blob store of a database that lies there. */
export type OpenBlobs = (place: BlobPlace, owner: BlobOwner) => BlobStore;

/** Whether all blobs of an owner lie where they are to stay. */
export function isSettled({ hasSharedBlobs, copyOf }: BlobOwner): boolean {
  return !hasSharedBlobs && copyOf === null;
}

// Where the log lies: its database, and what lies beside it.
import type { S3Settings } from "../../../domain/config/settings.ts";

export interface BlobPlace {
  readonly type: "filesystem" | "memory" | "s3";
  /** Folder, where these are files. */
  readonly path: string;
  /** The bucket, where they go to S3. */
  readonly s3?: S3Settings | null;
  /** Bytes that may wait here for S3; 1 GiB where unset. */
  readonly spoolMaxSize?: number;
  /** Bytes; larger bodies go there. */
  readonly inlineLimit: number;
  /** Bytes of all blobs together. */
  readonly maxTotalSize: number;
}

/** A database that several routers share. */
export interface SharedPlace {
  /** `postgres://…`; may hold a password. */
  readonly url: string;
  /** By which others call this router. */
  readonly instanceName: string;
  /** Of this program. */
  readonly version: string;
  /** Bytes that may wait here for it. */
  readonly spoolMaxSize: number;
  /** ms; null keeps rows for ever. Decides how wide partitions are. */
  readonly maxLogAgeMs: number | null;
}

export interface LogPlace {
  /** Of the SQLite file: the log, or what waits for the shared database. */
  readonly path: string;
  readonly blobs: BlobPlace;
  /** Absent: the log is this router's own. */
  readonly shared?: SharedPlace;
  /** ms for which a batch is tried while the database is locked, full or out of reach; 10,000 where unset. */
  readonly patienceMs?: number;
}

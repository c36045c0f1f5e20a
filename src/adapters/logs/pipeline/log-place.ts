// Where the log lies: its database, and what lies beside it.

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

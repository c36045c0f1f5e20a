// What waits in a router for a store that others share, and how far away that is.

/** A way out of the spool. */
export interface LaneReport {
  /** What was sent last has arrived, or nothing was to be sent yet. */
  readonly isUp: boolean;
  /** Epoch ms since which nothing arrives; null: it does. */
  readonly downSince: number | null;
  /** Why, with what to do about it where that is known; holds no secret. null: it is up. */
  readonly why: string | null;
  /**
   * The other side itself has refused this router for how it is set up, as with a wrong password:
   * what to put right. null: it has not.
   */
  readonly refused: string | null;
  /** Whether anything has ever arrived, or the other side was ready to take it. */
  readonly wasUp: boolean;
}

export interface SpoolReport {
  /** Ends of calls that wait. */
  readonly rows: number;
  /** Of all that waits. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** Epoch ms at which the oldest was written; null: nothing waits. */
  readonly oldestAt: number | null;
  /** Of its file; null: it is in memory, and ends with the process. */
  readonly path: string | null;
  readonly database: LaneReport;
  /** null: there is no S3. */
  readonly objects: LaneReport | null;
  /** Since start. */
  readonly lost: {
    /** Rows that are nowhere as the spool was full. */
    readonly rows: number;
    /** Bodies of rows that are kept. */
    readonly bodies: number;
    /** Rows that the store refused for what is in them. */
    readonly refused: number;
  };
  /** For the program's log, each once. */
  readonly said: readonly { readonly isTrouble: boolean; readonly message: string }[];
}

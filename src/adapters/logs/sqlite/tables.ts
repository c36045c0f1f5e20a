// Rows of the log's other tables. Times are epoch ms, flags 0 or 1.

/** Which body of a request; `CapturedBodies` has a field for each. */
export type CapturedKind = "request" | "response" | "delivered";

/** Beside the rows, so that lists and figures never read bodies. */
export interface BodiesTable {
  readonly seq: number;
  readonly kind: CapturedKind;
  /** Of the row, so that bodies can go before it. */
  readonly timestamp: number;
  /** The request failed: its bodies outlive those of successes. */
  readonly failed: number;
  /** null: it could not be stored. */
  readonly payload: number | null;
  /** It cannot be read without the blob store. */
  readonly outside: number;
  readonly truncated: number;
}

/** Contents of bodies, each once however many requests have it. */
export interface PayloadsTable {
  readonly id: number;
  /** Unique; see `payloadKey`. In hex, the name of what lies in the blob store. */
  readonly hash: Uint8Array;
  /** Bytes as stored. */
  readonly stored: number;
  /** zstd. */
  readonly packed: number;
  /** The payload it was packed with as dictionary: all but what differs from it is left out. */
  readonly base: number | null;
  /** The end of that chain; itself where there is no base. */
  readonly root: number;
  /** null: in the blob store. */
  readonly data: Uint8Array | null;
  /** Bodies and payloads that need it. */
  readonly refs: number;
}

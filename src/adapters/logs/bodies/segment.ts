// What bodies become when they are stored: pieces of segments, each of which holds what a batch of
// bodies adds to those before it, compressed in one go.

/** Where a run of a body's bytes lies. */
export interface StoredPiece {
  readonly segment: number;
  /** In the segment as it was before it was compressed. */
  readonly at: number;
  readonly length: number;
}

export interface Segment {
  readonly id: number;
  /** Of failed calls only: their bodies outlive those of successes. */
  readonly failed: boolean;
  /** Where it lies in the blob store; null: in the store's own rows. */
  readonly name: string | null;
  /** As stored. */
  readonly data: Uint8Array;
  readonly packed: boolean;
}

/** In the order in which they are packed. */
export const capturedKinds = ["request", "response", "delivered"] as const;

export type CapturedKind = (typeof capturedKinds)[number];

/** A call's bodies on their way in. */
export interface TurnContents {
  readonly failed: boolean;
  /** Epoch ms; segments stay until no row of that time or before needs them. */
  readonly timestamp: number;
  readonly bodies: Readonly<Record<CapturedKind, Uint8Array | null>>;
}

/** Where a call's bodies lie; absent: there is none; null: it could not be stored. */
export type TurnPieces = Readonly<Partial<Record<CapturedKind, readonly StoredPiece[] | null>>>;

// What waits in an outbox, counted by what may be given up apart.
import type { BatchKind, PackedBatch } from "./pack-writes.ts";
import type { Coming, FlushPart } from "./spool-room.ts";

/** Bytes by part. */
export type Sums = Record<FlushPart, number>;

export interface OutboxTotals {
  /** Ends of calls. */
  rows: number;
  readonly bytes: Sums;
}

/** Where bodies of a kind of batch are counted. */
export const bodiesOf = {
  starts: "successBodies",
  successes: "successBodies",
  failures: "failureBodies",
} as const satisfies Record<BatchKind, FlushPart>;

/** Bytes that a batch costs beside its contents. */
export const batchOverhead = 128;

/** A batch as the table `batches` has it, without what it holds. */
export interface BatchSizes {
  readonly seq: number;
  readonly kind: BatchKind;
  readonly rows: number;
  readonly data_size: number;
  readonly bodies_size: number;
  readonly body_count: number;
}

/** Columns of the same. */
export const sizeColumns = "seq, kind, rows, data_size, bodies_size, body_count";

export function noSums(): Sums {
  return { starts: 0, successes: 0, successBodies: 0, failures: 0, failureBodies: 0 };
}

/** Adds a batch, without its objects for S3, or takes it away. */
export function count(
  sums: Sums,
  { kind, data_size, bodies_size }: Omit<BatchSizes, "seq">,
  sign: 1 | -1,
): void {
  sums[kind] += sign * data_size;
  sums[bodiesOf[kind]] += sign * bodies_size;
}

/** What batches are going to take. */
export function comingOf(batches: readonly PackedBatch[]): Coming {
  const sums = noSums();
  for (const { kind, data, bodies, objects } of batches) {
    sums[kind] += data.length + batchOverhead;
    sums[bodiesOf[kind]] += bodies?.length ?? 0;
    for (const part of objects) sums[bodiesOf[kind]] += part.data.length;
  }
  return sums;
}

// Time, ids and timers, as arguments: nothing inside reads a clock by itself.

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** ms on a clock that never goes back; for durations. */
  elapsed(): number;
  /** A new UUIDv7 (RFC 9562 §5.7), in ascending order within this process. */
  id(): string;
  /** Runs `then` once after `ms`, unless the returned function is called first. */
  after(ms: number, then: () => void): () => void;
  /** A number in [0, 1). */
  chance(): number;
}

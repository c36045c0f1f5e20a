// Time, ids and timers, as arguments: nothing inside reads a clock by itself.

/** Something that has deadlines, kept as fields in place of a timer for each. */
export interface Deadlines {
  /** Looks whether one has passed. @param elapsed ms, as `Clock.elapsed` gives them */
  check(elapsed: number): void;
}

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** ms on a clock that never goes back; for durations. */
  elapsed(): number;
  /** A new UUIDv7 (RFC 9562 §5.7), in ascending order within this process. */
  id(): string;
  /** Runs `then` once after `ms`, unless the returned function is called first. */
  after(ms: number, then: () => void): () => void;
  /**
   * Has `deadlines` checked about every 100 ms from now on, until `unwatch`. Costs next to nothing,
   * where setting and clearing a timer for each deadline would be most of its owner's work.
   */
  watch(deadlines: Deadlines): void;
  unwatch(deadlines: Deadlines): void;
  /** A number in [0, 1). */
  chance(): number;
}

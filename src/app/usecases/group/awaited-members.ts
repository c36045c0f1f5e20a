// Members of the group across a time in which the database could not be reached: whoever is back first
// would find nobody who was seen lately, and take for its own what the others still hold.
import type { Clock } from "../../../ports/clock.ts";
import type { Member } from "../../../ports/group.ts";

export interface AwaitedMembers {
  /** The database did not answer in time, or failed. @param known the members before that */
  lost(known: readonly Member[]): void;
  /** Who is there after a beat: those read, and others who may not have come back yet, as they were before. */
  withAwaited(read: readonly Member[]): readonly Member[];
}

/** ms after which a member counts as gone that has not come back. */
const awaitedMs = 15_000;

export function createAwaitedMembers(clock: Pick<Clock, "elapsed">): AwaitedMembers {
  let awaited: readonly Member[] = [];
  /** null: since the database was lost, it was not reached. */
  let backAt: number | null = null;
  return {
    lost(known) {
      [awaited, backAt] = [known, null];
    },
    withAwaited(read) {
      if (awaited.length === 0) return read;
      backAt ??= clock.elapsed();
      const there = new Set(read.map(({ id }) => id));
      const isOver = clock.elapsed() - backAt >= awaitedMs;
      awaited = isOver ? [] : awaited.filter(({ id }) => !there.has(id));
      return [...read, ...awaited];
    },
  };
}

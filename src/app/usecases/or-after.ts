// Waiting with a limit.
import type { Clock } from "../../ports/clock.ts";

/** One limit for several waits, counted from where it is made. */
export interface Limit {
  /** `work`, or `"due"` once the limit is reached. */
  or<T>(work: Promise<T>): Promise<T | "due">;
  /** Must be called when nobody waits any more: lets go of the timer. */
  lift(): void;
}

export function limit(ms: number, clock: Pick<Clock, "after">): Limit {
  const due = Promise.withResolvers<"due">();
  const stop = clock.after(ms, () => due.resolve("due"));
  return { or: (work) => Promise.race([work, due.promise]), lift: stop };
}

/** Waits as long as it takes. */
export const noLimit: Limit = { or: (work) => work, lift: () => undefined };

/** `work`, or `"due"` if it takes longer than `ms`; 0: waits as long as it takes. */
export async function orAfter<T>(
  work: Promise<T>,
  ms: number,
  clock: Pick<Clock, "after">,
): Promise<T | "due"> {
  if (ms === 0) return work;
  let wait: Limit = noLimit;
  try {
    wait = limit(ms, clock);
    return await wait.or(work);
  } catch (error) {
    // Without a clock nobody waits for it, and a failure that nobody hears of ends the process.
    work.catch(() => undefined);
    throw error;
  } finally {
    wait.lift();
  }
}

// Waiting with a limit.
import type { Clock } from "../../ports/clock.ts";

/** `work`, or `"due"` if it takes longer than `ms`; 0: waits as long as it takes. */
export async function orAfter<T>(work: Promise<T>, ms: number, clock: Clock): Promise<T | "due"> {
  if (ms === 0) return work;
  const due = Promise.withResolvers<"due">();
  const stop = clock.after(ms, () => due.resolve("due"));
  try {
    return await Promise.race([work, due.promise]);
  } finally {
    stop();
  }
}

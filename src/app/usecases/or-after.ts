// Waiting with a limit.
import type { Clock } from "../../ports/clock.ts";

/** `work`, or `"due"` if it takes longer than `ms`; 0: waits as long as it takes. */
export async function orAfter<T>(
  work: Promise<T>,
  ms: number,
  clock: Pick<Clock, "after">,
): Promise<T | "due"> {
  if (ms === 0) return work;
  const due = Promise.withResolvers<"due">();
  let stop = () => undefined as void;
  try {
    stop = clock.after(ms, () => due.resolve("due"));
    return await Promise.race([work, due.promise]);
  } catch (error) {
    // Without a clock nobody waits for it, and a failure that nobody hears of ends the process.
    work.catch(() => undefined);
    throw error;
  } finally {
    stop();
  }
}

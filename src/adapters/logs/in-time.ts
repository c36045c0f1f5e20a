// Waiting with a limit.
import type { Clock } from "../../ports/clock.ts";

/**
 * @param ms how long it is waited for; what comes later, a failure too, nobody hears of
 * @returns the value that was coming, or null where it has not come in time
 * @throws as what was coming, where that fails in time
 */
export async function inTime<T>(
  coming: Promise<T>,
  ms: number,
  clock: Pick<Clock, "after">,
): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const cancel = clock.after(ms, () => {
    late.resolve(null);
  });
  try {
    return await Promise.race([coming, late.promise]);
  } finally {
    cancel();
  }
}

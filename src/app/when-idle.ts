// Work that nobody waits for yet, and that would hold up whoever comes meanwhile.
import type { Clock } from "../ports/clock.ts";

/**
 * Does `work` once, `ms` from now, or at the next such interval at which no call is under way.
 * @param underWay how many calls are
 * @returns gives it up
 */
export function whenIdle(
  clock: Pick<Clock, "after">,
  underWay: () => number,
  ms: number,
  work: () => void,
): () => void {
  const look = (): void => {
    if (underWay() === 0) work();
    else stop = clock.after(ms, look);
  };
  let stop = clock.after(ms, look);
  return () => stop();
}

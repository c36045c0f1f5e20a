// Reads that take a few ms, where the thread for reads does not run yet: it takes longer to start than they do.
import type { Clock } from "../../../ports/clock.ts";
import { inTime } from "../in-time.ts";
import type { WorkerThread } from "./worker-thread.ts";

type Asked = Pick<WorkerThread, "call">;

/** ms after which the thread that writes is taken to be busy, as with the check of a large index. */
const promptMs = 100;

/**
 * A thread that answers promptly from its first call on: `reading` where it runs. Where it does not, `writing` answers,
 * unless it has much to do or fails, which starts `reading`.
 */
export function createQuickReads(
  reading: Pick<WorkerThread, "call" | "isRunning">,
  writing: Asked,
  clock: Pick<Clock, "after">,
): Asked {
  return {
    async call(kind, input) {
      if (reading.isRunning()) return reading.call(kind, input);
      const result = await inTime(writing.call(kind, input), promptMs, clock);
      return result?.ok === true ? result : reading.call(kind, input);
    },
  };
}

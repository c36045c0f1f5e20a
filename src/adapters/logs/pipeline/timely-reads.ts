// Reads of the log from the main thread: of what was written before them, and never waited for without end.
import type { Clock } from "../../../ports/clock.ts";
import type { Recorder } from "./recorder.ts";
import type { CallResult } from "./worker-calls.ts";

export interface TimelyReadsOptions {
  readonly recorder: Pick<Recorder, "flush">;
  readonly clock: Pick<Clock, "after">;
  /** Called when the search's index cannot be used. */
  readonly searchDamaged?: (() => void) | undefined;
}

/** Asks a thread. @throws an error in words where it does not answer, or cannot */
export type TimelyRead = <T>(ask: () => Promise<CallResult<T>>) => Promise<T>;

/** A writer that is stuck must not make its readers stuck. */
const longestWaitMs = 250;
/** Nor must a disk that hangs. */
const longestReadMs = 10_000;

/** Reads see every call that ended before them, as long as the writer keeps up. */
export function createTimelyReads(options: TimelyReadsOptions): TimelyRead {
  const { recorder, clock, searchDamaged } = options;

  /** The promise's value, or null where it has none in time. */
  function within<T>(ms: number, coming: Promise<T>): Promise<T | null> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(ms, () => {
        resolve(null);
      });
      coming.finally(cancel).then(resolve, reject);
    });
  }

  return async (ask) => {
    await within(longestWaitMs, recorder.flush());
    const result = await within(longestReadMs, ask());
    if (result === null)
      throw new Error(`the log cannot be read: no answer within ${longestReadMs / 1_000} s`);
    if (!result.ok && result.damaged === "search") searchDamaged?.();
    if (!result.ok) throw new Error(`the log cannot be read: ${result.message}`);
    return result.value;
  };
}

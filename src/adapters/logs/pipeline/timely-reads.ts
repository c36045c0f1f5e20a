// Reads of the log from the main thread: of what was written before them, and never waited for without end.
import type { Clock } from "../../../ports/clock.ts";
import { inTime } from "../in-time.ts";
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

  return async (ask) => {
    await inTime(recorder.flush(), longestWaitMs, clock);
    const result = await inTime(ask(), longestReadMs, clock);
    if (result === null)
      throw new Error(`the log cannot be read: no answer within ${longestReadMs / 1_000} s`);
    if (!result.ok && result.damaged === "search") searchDamaged?.();
    if (!result.ok) throw new Error(`the log cannot be read: ${result.message}`);
    return result.value;
  };
}

// The main thread's view of the log: asks the reading worker, after what just ended was written.
import type { Clock } from "../../../ports/clock.ts";
import type { LogReader } from "../../../ports/log-reader.ts";
import type { LogPlace } from "./log-place.ts";
import { unpackPoints } from "./pack-points.ts";
import type { CallResult } from "./worker-calls.ts";
import type { Recorder } from "./recorder.ts";
import type { WorkerThread } from "./worker-thread.ts";

export interface LogReaderOptions {
  readonly place: LogPlace;
  readonly thread: Pick<WorkerThread, "call">;
  /** Reads bodies; the one that writes them, where they lie in its memory. */
  readonly bodiesThread: Pick<WorkerThread, "call">;
  readonly recorder: Pick<Recorder, "flush">;
  readonly clock: Pick<Clock, "after">;
  /** Called when the search's index cannot be used. */
  readonly searchDamaged?: () => void;
}

/** A writer that is stuck must not make the pages stuck. */
const longestWaitMs = 250;
/** Nor must a disk that hangs. */
const longestReadMs = 10_000;

/** Reads see every call that ended before them, as long as the writer keeps up. */
export function createLogReader(options: LogReaderOptions): LogReader {
  const { place, thread, bodiesThread, recorder, clock, searchDamaged } = options;

  /** The promise's value, or null where it has none in time. */
  function within<T>(ms: number, coming: Promise<T>): Promise<T | null> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(ms, () => {
        resolve(null);
      });
      coming.finally(cancel).then(resolve, reject);
    });
  }

  async function read<T>(ask: () => Promise<CallResult<T>>): Promise<T> {
    await within(longestWaitMs, recorder.flush());
    const result = await within(longestReadMs, ask());
    if (result === null)
      throw new Error(`the log cannot be read: no answer within ${longestReadMs / 1_000} s`);
    if (!result.ok && result.damaged === "search") searchDamaged?.();
    if (!result.ok) throw new Error(`the log cannot be read: ${result.message}`);
    return result.value;
  }

  return {
    list: (filter) => read(() => thread.call("list", { place, filter })),
    get: (id) => read(() => bodiesThread.call("get", { place, id })),
    stats: (since) => read(() => thread.call("stats", { place, since })),
    points: async (filter) =>
      unpackPoints(await read(() => thread.call("points", { place, filter }))),
  };
}

// The main thread's view of the log: asks the reading worker, after what just ended was written.
import type { Clock } from "../../ports/clock.ts";
import type { LogReader } from "../../ports/log-store.ts";
import type { LogPlace } from "./log-place.ts";
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
}

/** A writer that is stuck must not make the pages stuck. */
const longestWaitMs = 250;

/** Reads see every call that ended before them, as long as the writer keeps up. */
export function createLogReader(options: LogReaderOptions): LogReader {
  const { place, thread, bodiesThread, recorder, clock } = options;

  function written(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(longestWaitMs, resolve);
      const settle = () => {
        cancel();
        resolve();
      };
      recorder.flush().then(settle, settle);
    });
  }

  async function read<T>(ask: () => Promise<CallResult<T>>): Promise<T> {
    await written();
    const result = await ask();
    if (!result.ok) throw new Error(`the log cannot be read: ${result.message}`);
    return result.value;
  }

  return {
    list: (filter) => read(() => thread.call("list", { place, filter })),
    get: (id) => read(() => bodiesThread.call("get", { place, id })),
    stats: (since) => read(() => thread.call("stats", { place, since })),
    points: (filter) => read(() => thread.call("points", { place, filter })),
  };
}

// The main thread's view of the log: asks the reading worker, after what just ended was written.
import type { LogDetail } from "../../../ports/browse.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { LogReader } from "../../../ports/log-reader.ts";
import type { LogPlace } from "./log-place.ts";
import { unpackPoints } from "./pack-points.ts";
import { createTimelyReads } from "./timely-reads.ts";
import type { Recorder } from "./recorder.ts";
import type { CallResult } from "./worker-calls.ts";
import type { WorkerThread } from "./worker-thread.ts";

export interface LogReaderOptions {
  readonly place: LogPlace;
  readonly thread: Pick<WorkerThread, "call">;
  /** Reads what takes a few ms. */
  readonly quickThread: Pick<WorkerThread, "call">;
  /** Reads bodies; the one that writes them, where they lie in its memory. */
  readonly bodiesThread: Pick<WorkerThread, "call">;
  /** Writes, and keeps bodies that wait for S3 to itself; absent: none wait there. */
  readonly waitingThread?: Pick<WorkerThread, "call"> | undefined;
  readonly recorder: Pick<Recorder, "flush">;
  readonly clock: Pick<Clock, "after">;
  /** Called when the search's index cannot be used. */
  readonly searchDamaged?: () => void;
}

/** Reads see every call that ended before them, as long as the writer keeps up. */
export function createLogReader(options: LogReaderOptions): LogReader {
  const {
    place,
    thread,
    quickThread,
    bodiesThread,
    waitingThread,
    recorder,
    clock,
    searchDamaged,
  } = options;

  const read = createTimelyReads({ recorder, clock, searchDamaged });

  async function readCall(id: string): Promise<CallResult<LogDetail | null>> {
    const waiting = await waitingThread?.call("waitingCall", { id });
    if (waiting?.ok === true && waiting.value !== null) return waiting;
    return bodiesThread.call("get", { place, id });
  }

  return {
    list: (filter) => read(() => thread.call("list", { place, filter })),
    get: (id) => read(() => readCall(id)),
    stats: (since) => read(() => thread.call("stats", { place, since })),
    points: async (filter) =>
      unpackPoints(await read(() => thread.call("points", { place, filter }))),
    threads: (filter) => read(() => thread.call("threads", { place, filter })),
    thread: (id) => read(() => quickThread.call("thread", { place, id })),
    period: (question) => read(() => thread.call("period", { place, question })),
    count: (filter) => read(() => thread.call("count", { place, filter })),
  };
}

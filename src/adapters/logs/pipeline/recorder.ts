// The log on the request's path: takes entries in, hands them to the writer in batches, and drops
// and counts what does not fit. Nothing here waits for the disk.
import { type AnswerReading, nothingRead } from "../../../domain/log/answer-reading.ts";
import { reportedUsage } from "../../../domain/log/reported-usage.ts";
import type { CapturedBodies, LogEntry } from "../../../domain/log/log-entry.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { CallObserver, UsageObserver } from "../../../ports/observer.ts";
import type { CallEventSource } from "./call-events.ts";
import { createOnceAMinute } from "./once-a-minute.ts";
import { createOpenCalls, type KnownEnd } from "./open-calls.ts";
import { allLost, countBodies, createRecordQueue } from "./record-queue.ts";
import type { QueueLimits, QueuedEntry } from "./record-queue.ts";
import { packBatch } from "./wire-batch.ts";
import type { RecordedEntry, WireBatch } from "./wire-batch.ts";
import type { CallResult, WriteReport } from "./worker-calls.ts";

export interface Recorder extends CallObserver {
  started(entry: LogEntry): void;
  progressed(entry: LogEntry): void;
  /** Resolves when all that was handed over before is written or dropped. */
  flush(): Promise<void>;
  /** As `flush`; whatever comes afterwards is dropped. */
  close(): Promise<void>;
  /** Rows handed over that are not written yet. */
  queuedRows(): number;
  /** Why the last rows could not be written, in the system's words; null where they were. */
  failure(): string | null;
  /** Rows lost since start, by reason. */
  droppedRows(): Readonly<Record<string, number>>;
  /** Bodies lost since start whose rows were written. */
  droppedBodies(): number;
  /** The end of a call that the log still has in flight; null where it is not known. */
  endOf(id: string): KnownEnd | null;
}

export interface RecorderOptions {
  readonly send: (batch: WireBatch) => Promise<CallResult<WriteReport>>;
  readonly clock: Pick<Clock, "after">;
  /** Longer bodies are stored cut, and marked. */
  readonly maxBodyBytes: number;
  readonly limits?: QueueLimits;
  /** Told of calls as they begin, and of those that ended once they are written or dropped. */
  readonly events?: Pick<CallEventSource, "started" | "ended">;
  /** Called once with what each call's answer reports, as the log's thread read it. */
  readonly used?: UsageObserver["used"];
  /** Called with what became of each batch, and whether it had bodies. */
  readonly answered?: (report: WriteReport, hadBodies: boolean) => void;
  /** Told once when writing begins to fail, and once when it works again. */
  readonly trouble?: (message: string) => void;
}

/** An entry on its way to the writer; its bodies are packed. */
interface SentEntry {
  readonly entry: LogEntry;
  /** That it had them; they are gone from here. */
  readonly bodies: CapturedBodies;
  /** Whether it is the first of its call that goes to the writer. */
  readonly opens: boolean;
}

const defaultLimits: QueueLimits = { entries: 10_000, bytes: 64 * 1024 * 1024 };

/** How long an entry waits for others to share its transaction. */
const gatherMs = 25;
/** A queue that holds so many is written at once. */
const plenty = 200;

/** A CallObserver that keeps every call in the log. */
export function createRecorder(options: RecorderOptions): Recorder {
  const { send, clock, maxBodyBytes, events, used, answered, trouble } = options;
  const queue = createRecordQueue(options.limits ?? defaultLimits);
  const repeated = createOnceAMinute(clock, (message) => trouble?.(message));
  const dropped = { queue_full: 0, write_failed: 0, log_closed: 0 };
  let waiting: { readonly upTo: number; readonly done: () => void }[] = [];
  let sending: readonly SentEntry[] = [];
  let timer: { readonly soon: boolean; readonly cancel: () => void } | null = null;
  /** Entries have gathered for long enough, and wait for the batch being written. */
  let overdue = false;
  let failure: string | null = null;
  let droppedBodies = 0;
  const open = createOpenCalls();
  let closed = false;

  function schedule(): void {
    if (overdue) return;
    const soon = queue.size() >= plenty;
    if (timer !== null && (timer.soon || !soon)) return;
    timer?.cancel();
    timer = { soon, cancel: clock.after(soon ? 0 : gatherMs, sendBatch) };
  }

  function sendBatch(): void {
    timer?.cancel();
    timer = null;
    overdue = sending.length > 0;
    if (overdue) return; // its end sends the next
    const taken = queue.take();
    if (taken.length === 0) return;
    // A start that is lost costs nothing: the call's end brings the whole row.
    sending = taken.map(({ entry, bodies }) => ({
      entry,
      bodies: allLost(bodies),
      opens: entry.state === "inflight" && open.started(entry.id),
    }));
    write(taken).then(sent, () => {
      sent({ ok: false, message: "a batch could not be handed over" });
    });
  }

  async function write(batch: readonly QueuedEntry[]): Promise<CallResult<WriteReport>> {
    return send(packBatch(batch, maxBodyBytes));
  }

  function account(result: CallResult<WriteReport>): void {
    const failed = result.ok ? result.value.failed : [...sending.keys()];
    const message = result.ok ? result.value.message : result.message;
    if (result.ok) {
      droppedBodies += result.value.lostBodies;
      answered?.(
        result.value,
        sending.some(({ bodies }) => countBodies(bodies) > 0),
      );
    }
    const lost = new Set(failed);
    for (const [place, { entry, bodies, opens }] of sending.entries()) {
      const isLost = lost.has(place);
      if (entry.state === "inflight") {
        if (isLost && opens) open.startLost(entry.id);
        continue;
      }
      const reading = (result.ok ? result.value.readings[place] : undefined) ?? nothingRead;
      reportEnded(entry, reading);
      if (isLost) drop({ entry, bodies, reading }, "write_failed");
      else open.endWritten(entry.id);
    }
    if (failed.length > 0) {
      if (failure === null) trouble?.(`the log loses rows: ${message ?? "unknown reason"}`);
    } else {
      if (failure !== null) trouble?.("the log is written again");
      if (message !== null) repeated.tell(message);
      for (const end of open.takeFailed()) enqueue(end);
    }
    failure = failed.length > 0 ? (message ?? "unknown reason") : null;
  }

  /** Once for each call, however often its end is written. */
  function reportEnded(entry: LogEntry, reading: AnswerReading): void {
    if (open.hasFailed(entry.id)) return;
    events?.ended(entry, reading);
    used?.(entry, reading.reported);
  }

  /** The end of a call could not be kept. */
  function drop(end: KnownEnd, why: keyof typeof dropped): void {
    const isAgain = open.hasFailed(end.entry.id);
    if (!open.endFailed(end)) dropped[why]++;
    else if (!isAgain) droppedBodies += countBodies(end.bodies);
  }

  function enqueue(recorded: RecordedEntry): void {
    const { rows, bodies: bodiesDropped } = queue.ended(recorded);
    droppedBodies += bodiesDropped;
    if (bodiesDropped > 0) repeated.tell("bodies come faster than the log's disk takes them");
    for (const { entry, bodies, reading } of rows) {
      const read = reading ?? { ...nothingRead, reported: reportedUsage(bodies.response) };
      reportEnded(entry, read);
      drop({ entry, bodies: allLost(bodies), reading: read }, "queue_full");
    }
  }

  function sent(result: CallResult<WriteReport>): void {
    account(result);
    sending = [];
    const oldest = queue.oldest();
    const settled = waiting.filter(({ upTo }) => upTo < oldest);
    waiting = waiting.filter(({ upTo }) => upTo >= oldest);
    for (const { done } of settled) done();
    if (queue.size() === 0) return;
    if (overdue || waiting.length > 0) sendBatch();
    else schedule();
  }

  /** A row that says how far its call is. */
  function inFlight(entry: LogEntry): void {
    queue.started(entry);
    schedule();
  }

  function flush(): Promise<void> {
    if (queue.size() === 0 && sending.length === 0) return Promise.resolve();
    return new Promise((done) => {
      waiting.push({ upTo: queue.newest(), done });
      sendBatch();
    });
  }

  return {
    started(entry: LogEntry) {
      if (closed) return;
      inFlight(entry);
      events?.started(entry);
    },
    progressed(entry: LogEntry) {
      if (!closed) inFlight(entry);
    },
    ended(entry: LogEntry, bodies: CapturedBodies) {
      if (closed) {
        dropped.log_closed++;
        used?.(entry, reportedUsage(bodies.response));
        return;
      }
      open.ended(entry);
      enqueue({ entry, bodies });
      schedule();
    },
    flush,
    async close() {
      closed = true;
      await flush();
      // Once more, for ends that had failed before.
      await flush();
      repeated.stop();
      dropped.write_failed += open.failed();
    },
    queuedRows: () => queue.size() + sending.length,
    failure: () => failure,
    droppedRows: () => ({ ...dropped }),
    droppedBodies: () => droppedBodies,
    endOf: (id) => open.end(id),
  };
}

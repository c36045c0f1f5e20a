// The log on the request's path: takes entries in, hands them to the writer in batches, and leaves
// out what does not fit. Nothing here waits for the disk.
import type { CapturedBodies, LogEntry } from "../../../domain/log/log-entry.ts";
import type { CallObserver } from "../../../ports/observer.ts";
import type { KnownEnd } from "./open-calls.ts";
import { createOutcomes, type OutcomesOptions, type SentEntry } from "./outcomes.ts";
import { createRecordQueue } from "./record-queue.ts";
import type { QueuedEntry, QueueLimits, StartedCall } from "./record-queue.ts";
import { packBatch } from "./wire-batch.ts";
import type { RecordedEntry, WireBatch } from "./wire-batch.ts";
import type { CallResult, WriteReport } from "./worker-calls.ts";

export interface Recorder extends CallObserver {
  started(call: StartedCall): void;
  progressed(call: StartedCall): void;
  /** Resolves when all that was handed over before is written or dropped. */
  flush(): Promise<void>;
  /** As `flush`; whatever comes afterwards is dropped. */
  close(): Promise<void>;
  /** Rows handed over that are not written yet. */
  queuedRows(): number;
  /** Why the last rows could not be written, in the system's words; null where they were. */
  failure(): string | null;
  /** Why rows were last lost, even if others were written since; null where none were. */
  lastFailure(): string | null;
  /** Rows lost since start, by reason. */
  droppedRows(): Readonly<Record<string, number>>;
  /** Bodies lost since start whose rows were written. */
  droppedBodies(): number;
  /** The end of a call that the log still has in flight; null where it is not known. */
  endOf(id: string): KnownEnd | null;
}

/** `events` hears of calls as they begin, too. */
export interface RecorderOptions extends OutcomesOptions {
  readonly send: (batch: WireBatch) => Promise<CallResult<WriteReport>>;
  /** Longer bodies are stored cut, and marked. */
  readonly maxBodyBytes: number;
  readonly limits?: QueueLimits;
  /** ms for which a call's start is kept back. */
  readonly startHeldMs?: number;
}

const defaultLimits: QueueLimits = { entries: 10_000, bytes: 64 * 1024 * 1024 };

/** How long an entry waits for others to share its transaction. */
const gatherMs = 25;
/**
 * How long a call's start is kept back: most calls that end sooner leave one row to be written in
 * place of two, and the log is still less than 100 ms behind.
 */
const defaultStartHeldMs = 50;
/** A queue that holds so many ends is written at once. */
const plenty = 200;

/** A CallObserver that keeps every call in the log. */
export function createRecorder(options: RecorderOptions): Recorder {
  const { send, clock, maxBodyBytes, events, startHeldMs = defaultStartHeldMs } = options;
  const queue = createRecordQueue(options.limits ?? defaultLimits);
  const outcomes = createOutcomes(options);
  let waiting: { readonly upTo: number; readonly done: () => void }[] = [];
  let sending: readonly SentEntry[] = [];
  let timer: { readonly at: number; readonly cancel: () => void } | null = null;
  /** Entries have gathered for long enough, and wait for the batch being written. */
  let overdue = false;
  let closed = false;

  /** @param at epoch ms at which a batch is to be sent, unless one is sooner */
  function schedule(at: number): void {
    if (overdue) return;
    const soonest = queue.ends() >= plenty ? 0 : at;
    if (timer !== null && timer.at <= soonest) return;
    timer?.cancel();
    const ms = Math.max(0, soonest - clock.now());
    timer = { at: soonest, cancel: clock.after(ms, sendBatch) };
  }

  /** For the entries that wait now. */
  function scheduleNext(): void {
    if (queue.size() > 0) schedule(Math.max(queue.dueAt(), clock.now() + gatherMs));
  }

  function sendBatch(): void {
    timer?.cancel();
    timer = null;
    overdue = sending.length > 0;
    if (overdue) return; // its end sends the next
    const taken = queue.take(waiting.length > 0 ? Number.POSITIVE_INFINITY : clock.now());
    if (taken.length === 0) {
      scheduleNext();
      return;
    }
    sending = outcomes.sending(taken);
    write(taken).then(sent, () => {
      sent({ ok: false, message: "a batch could not be handed over" });
    });
  }

  async function write(batch: readonly QueuedEntry[]): Promise<CallResult<WriteReport>> {
    return send(packBatch(batch, maxBodyBytes));
  }

  function enqueue(recorded: RecordedEntry): void {
    outcomes.unqueued(queue.ended(recorded));
  }

  function sent(result: CallResult<WriteReport>): void {
    for (const end of outcomes.answered(sending, result)) enqueue(end);
    sending = [];
    const oldest = queue.oldest();
    const settled = waiting.filter(({ upTo }) => upTo < oldest);
    waiting = waiting.filter(({ upTo }) => upTo >= oldest);
    for (const { done } of settled) done();
    if (queue.size() === 0) return;
    if (overdue || waiting.length > 0) sendBatch();
    else scheduleNext();
  }

  /** A row that says how far its call is. @param heldMs for which it is kept back */
  function inFlight(call: StartedCall, heldMs: number): void {
    const now = clock.now();
    queue.started(call, now + heldMs);
    schedule(now + Math.max(heldMs, gatherMs));
  }

  function flush(): Promise<void> {
    if (queue.size() === 0 && sending.length === 0) return Promise.resolve();
    return new Promise((done) => {
      waiting.push({ upTo: queue.newest(), done });
      sendBatch();
    });
  }

  return {
    started(call) {
      if (closed) return;
      inFlight(call, startHeldMs);
      events?.started(call);
    },
    progressed(call) {
      if (!closed) inFlight(call, 0);
    },
    ended(entry: LogEntry, bodies: CapturedBodies) {
      if (closed) {
        outcomes.cameTooLate(entry, bodies);
        return;
      }
      outcomes.ended(entry);
      enqueue({ entry, bodies });
      schedule(clock.now() + gatherMs);
    },
    flush,
    async close() {
      closed = true;
      await flush();
      // Once more, for ends that had failed before.
      await flush();
      outcomes.close();
    },
    queuedRows: () => queue.size() + sending.length,
    failure: () => outcomes.failure(),
    lastFailure: () => outcomes.lastFailure(),
    droppedRows: () => outcomes.droppedRows(),
    droppedBodies: () => outcomes.droppedBodies(),
    endOf: (id) => outcomes.endOf(id),
  };
}

// The log on the request's path: takes entries in, hands them to the writer in batches, and drops
// and counts what does not fit. Nothing here waits for the disk.
import type { CapturedBodies, LogEntry } from "../../domain/log-entry.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CallObserver } from "../../ports/observer.ts";
import { createRecordQueue } from "./record-queue.ts";
import type { QueueLimits, QueuedEntry } from "./record-queue.ts";
import { packBatch } from "./wire-batch.ts";
import type { WireBatch } from "./wire-batch.ts";
import type { CallResult, WriteReport } from "./worker-calls.ts";

export interface Recorder extends CallObserver {
  /** Resolves when all that was handed over before is written or dropped. */
  flush(): Promise<void>;
  /** As `flush`; whatever comes afterwards is dropped. */
  close(): Promise<void>;
  /** Rows lost since start, by reason. */
  droppedRows(): Readonly<Record<string, number>>;
}

export interface RecorderOptions {
  readonly send: (batch: WireBatch) => Promise<CallResult<WriteReport>>;
  readonly clock: Pick<Clock, "after">;
  /** Longer bodies are stored cut, and marked. */
  readonly maxBodyBytes: number;
  readonly limits?: QueueLimits;
  /** Told once when writing begins to fail, and once when it works again. */
  readonly trouble?: (message: string) => void;
}

const defaultLimits: QueueLimits = { entries: 10_000, bytes: 64 * 1024 * 1024 };

/** How long an entry waits for others to share its transaction. */
const gatherMs = 50;
/** A queue that holds so many is written at once. */
const plenty = 200;

/** A CallObserver that keeps every call in the log. */
export function createRecorder(options: RecorderOptions): Recorder {
  const { send, clock, maxBodyBytes, trouble } = options;
  const queue = createRecordQueue(options.limits ?? defaultLimits);
  const dropped = { queue_full: 0, write_failed: 0, log_closed: 0 };
  let waiting: { readonly upTo: number; readonly done: () => void }[] = [];
  let sending: readonly QueuedEntry[] = [];
  let timer: { readonly soon: boolean; readonly cancel: () => void } | null = null;
  let failing = false;
  let closed = false;

  function schedule(): void {
    if (sending.length > 0) return; // its end schedules the next
    const soon = queue.size() >= plenty;
    if (timer !== null && (timer.soon || !soon)) return;
    timer?.cancel();
    timer = { soon, cancel: clock.after(soon ? 0 : gatherMs, sendBatch) };
  }

  function sendBatch(): void {
    timer?.cancel();
    timer = null;
    if (sending.length > 0) return;
    sending = queue.take();
    if (sending.length === 0) return;
    const batch = sending;
    write(batch).then(
      (result) => {
        sent(batch, result);
      },
      () => {
        sent(batch, { ok: false, message: "a batch could not be handed over" });
      },
    );
  }

  async function write(batch: readonly QueuedEntry[]): Promise<CallResult<WriteReport>> {
    return send(packBatch(batch, maxBodyBytes));
  }

  function account(batch: readonly QueuedEntry[], result: CallResult<WriteReport>): void {
    const failed = result.ok ? result.value.failed : [...batch.keys()];
    const message = result.ok ? result.value.message : result.message;
    // A start that is lost costs nothing: the call's end brings the whole row.
    for (const place of failed)
      if (batch[place]?.entry.state !== "inflight") dropped.write_failed++;
    if (failed.length === 0) {
      if (failing) trouble?.("the log is written again");
      if (message !== null) trouble?.(message);
    } else if (!failing) trouble?.(`the log loses rows: ${message ?? "unknown reason"}`);
    failing = failed.length > 0;
  }

  function sent(batch: readonly QueuedEntry[], result: CallResult<WriteReport>): void {
    account(batch, result);
    sending = [];
    const oldest = queue.oldest();
    const settled = waiting.filter(({ upTo }) => upTo < oldest);
    waiting = waiting.filter(({ upTo }) => upTo >= oldest);
    for (const { done } of settled) done();
    if (queue.size() === 0) return;
    if (waiting.length > 0) sendBatch();
    else schedule();
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
      queue.started(entry);
      schedule();
    },
    ended(entry: LogEntry, bodies: CapturedBodies) {
      if (closed) {
        dropped.log_closed++;
        return;
      }
      dropped.queue_full += queue.ended(entry, bodies);
      schedule();
    },
    flush,
    close() {
      closed = true;
      return flush();
    },
    droppedRows: () => ({ ...dropped }),
  };
}

// What became of the calls handed to the log: reported to listeners, counted where they are lost,
// and kept where an end has to be written once more.
import { type AnswerReading, nothingRead } from "../../../domain/log/answer-reading.ts";
import { type CallCost, callCost } from "../../../domain/log/cost.ts";
import type { CapturedBodies, LogEntry } from "../../../domain/log/log-entry.ts";
import { reportedUsage } from "../../../domain/log/reported-usage.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { UsageObserver } from "../../../ports/observer.ts";
import type { CallEventSource } from "./call-events.ts";
import { createOnceAMinute } from "./once-a-minute.ts";
import { createOpenCalls, type KnownEnd } from "./open-calls.ts";
import { allLost, countBodies, type QueuedEntry, type QueueLoss } from "./record-queue.ts";
import type { CallResult, WriteReport } from "./worker-calls.ts";

export interface OutcomesOptions {
  readonly clock: Pick<Clock, "now" | "after">;
  /** Called with each call that ended, once it is written or dropped. */
  readonly events?: Pick<CallEventSource, "started" | "ended"> | undefined;
  /** Called once with what each call's answer reports and cost, as the log's thread read it. */
  readonly used?: UsageObserver["used"] | undefined;
  /** Called with what became of each batch, and whether it had bodies. */
  readonly answered?: ((report: WriteReport, hadBodies: boolean) => void) | undefined;
  /** Called once when writing begins to fail, and once when it works again. */
  readonly trouble?: ((message: string) => void) | undefined;
}

/** An entry on its way to the writer; its bodies are packed. */
export interface SentEntry {
  readonly entry: LogEntry;
  /** That it had them; they are gone from here. */
  readonly bodies: CapturedBodies;
  /** Whether it is the first of its call that goes to the writer. */
  readonly opens: boolean;
}

export interface Outcomes {
  /** A call has ended; its end is known from here on. */
  ended(entry: LogEntry): void;
  /** It ended when the log was closed already. */
  cameTooLate(entry: LogEntry, bodies: CapturedBodies): void;
  /** There was no room for these in the queue. */
  unqueued(loss: QueueLoss): void;
  /** A batch goes to the writer. @returns what is to be given to `answered` */
  sending(batch: readonly QueuedEntry[]): readonly SentEntry[];
  /**
   * The writer has answered.
   * @returns ends that had failed before, to be queued once more
   */
  answered(batch: readonly SentEntry[], result: CallResult<WriteReport>): readonly KnownEnd[];
  /** Ends that still wait to be written once more are lost. */
  close(): void;
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

export function createOutcomes(options: OutcomesOptions): Outcomes {
  const { clock, events, used, trouble } = options;
  const open = createOpenCalls();
  const repeated = createOnceAMinute(clock, (message) => trouble?.(message));
  const dropped = { queue_full: 0, write_failed: 0, log_closed: 0 };
  let droppedBodies = 0;
  let failure: string | null = null;
  let lastFailure: string | null = null;

  /** Once for each call, however often its end is written. */
  function reportEnded(entry: LogEntry, reading: AnswerReading, cost: CallCost): void {
    if (open.hasFailed(entry.id)) return;
    events?.ended(entry, reading);
    used?.(entry, reading.reported, cost);
  }

  /** The end of a call could not be kept. */
  function drop(end: KnownEnd, why: keyof typeof dropped): void {
    const hadFailed = open.hasFailed(end.entry.id);
    if (!open.endFailed(end)) dropped[why]++;
    else if (!hadFailed) droppedBodies += countBodies(end.bodies);
  }

  /** @param message what people should know of a batch that was written; null: nothing */
  function written(message: string | null): readonly KnownEnd[] {
    if (failure !== null) trouble?.("the log is written again");
    failure = null;
    if (message !== null) repeated.tell(message);
    return open.takeFailed();
  }

  function lost(message: string): readonly KnownEnd[] {
    if (failure === null) trouble?.(`the log loses rows: ${message}`);
    failure = message;
    lastFailure = message;
    return [];
  }

  return {
    ended: (entry) => {
      open.ended(entry);
    },

    cameTooLate(entry, bodies) {
      dropped.log_closed++;
      used?.(entry, reportedUsage(bodies.response), null);
    },

    unqueued({ rows, bodies: bodiesDropped }) {
      droppedBodies += bodiesDropped;
      if (bodiesDropped > 0) repeated.tell("bodies come faster than the log's disk takes them");
      for (const { entry, bodies, reading } of rows) {
        const read = reading ?? { ...nothingRead, reported: reportedUsage(bodies.response) };
        reportEnded(entry, read, callCost(null, read));
        drop({ entry, bodies: allLost(bodies), reading: read }, "queue_full");
      }
    },

    // A start that is lost costs nothing: the call's end brings the whole row.
    sending: (batch) =>
      batch.map(({ entry, bodies }) => ({
        entry,
        bodies: allLost(bodies),
        opens: entry.state === "inflight" && open.started(entry.id),
      })),

    answered(batch, result) {
      const failed = new Set(result.ok ? result.value.failed : batch.keys());
      const { message } = result.ok ? result.value : result;
      if (result.ok) {
        droppedBodies += result.value.lostBodies;
        options.answered?.(
          result.value,
          batch.some(({ bodies }) => countBodies(bodies) > 0),
        );
      }
      for (const [index, { entry, bodies, opens }] of batch.entries()) {
        const isLost = failed.has(index);
        if (entry.state === "inflight") {
          if (isLost && opens) open.startLost(entry.id);
          continue;
        }
        const reading = (result.ok ? result.value.readings[index] : undefined) ?? nothingRead;
        reportEnded(entry, reading, (result.ok ? result.value.costs[index] : undefined) ?? null);
        if (isLost) drop({ entry, bodies, reading }, "write_failed");
        else open.endWritten(entry.id);
      }
      return failed.size > 0 ? lost(message ?? "unknown reason") : written(message);
    },

    close() {
      repeated.stop();
      dropped.write_failed += open.failed();
    },
    failure: () => failure,
    lastFailure: () => lastFailure,
    droppedRows: () => ({ ...dropped }),
    droppedBodies: () => droppedBodies,
    endOf: (id) => open.end(id),
  };
}

// What waits for the log's writer, bounded. Where it must drop, an error outlives a success.
import type { CapturedBodies, LogEntry } from "../../domain/log-entry.ts";
import { capturedSize } from "./wire-batch.ts";
import type { RecordedEntry } from "./wire-batch.ts";

export interface QueueLimits {
  readonly entries: number;
  /** Of bodies. One entry is taken whatever its size. */
  readonly bytes: number;
}

export interface QueuedEntry extends RecordedEntry {
  /** Rises with every entry handed over. */
  readonly number: number;
  readonly size: number;
}

export interface RecordQueue {
  /** Takes a call's start in; where the queue is full it is left out, as the end brings all of it. */
  started(entry: LogEntry): void;
  /** Takes a call's end in, in place of its start where that still waits; returns the ends dropped. */
  ended(entry: LogEntry, bodies: CapturedBodies): readonly RecordedEntry[];
  /** Removes and returns the next batch. */
  take(): readonly QueuedEntry[];
  size(): number;
  /** Number of the oldest entry that waits; Infinity where none does. */
  oldest(): number;
  /** Number of the newest entry ever handed over. */
  newest(): number;
}

/** So much is copied to the writer in one go. */
const batchEntries = 200;
const batchBytes = 8 * 1024 * 1024;

const noBodies: CapturedBodies = { request: null, response: null };

export function createRecordQueue(limits: QueueLimits): RecordQueue {
  // Insertion order is age. A call is in one of them at most.
  const starts = new Map<string, QueuedEntry>();
  const successes = new Map<string, QueuedEntry>();
  const errors = new Map<string, QueuedEntry>();
  const byWorth = [errors, successes, starts];
  let bytes = 0;
  let newest = 0;

  const size = () => errors.size + successes.size + starts.size;

  function remove(from: Map<string, QueuedEntry>, queued: QueuedEntry): void {
    from.delete(queued.entry.id);
    bytes -= queued.size;
  }

  /** Whether an entry of that size fits without dropping anything. */
  function fits(more: number): boolean {
    return size() < limits.entries && (bytes === 0 || bytes + more <= limits.bytes);
  }

  return {
    started(entry) {
      if (!fits(0)) return;
      starts.set(entry.id, { entry, bodies: noBodies, number: ++newest, size: 0 });
    },

    ended(entry, bodies) {
      starts.delete(entry.id);
      const failed = entry.state === "failed";
      const { request, response, delivered = null } = bodies;
      const more = capturedSize(request) + capturedSize(response) + capturedSize(delivered);
      const dropped: RecordedEntry[] = [];
      while (!fits(more)) {
        const start = size() >= limits.entries ? first(starts) : undefined;
        const success = failed ? first(successes) : undefined;
        if (start !== undefined) remove(starts, start);
        else if (success === undefined) return [...dropped, { entry, bodies }];
        else {
          remove(successes, success);
          dropped.push(success);
        }
      }
      bytes += more;
      const kept = failed ? errors : successes;
      kept.set(entry.id, { entry, bodies, number: ++newest, size: more });
      return dropped;
    },

    take() {
      const batch: QueuedEntry[] = [];
      let taken = 0;
      for (const waiting of byWorth)
        for (const queued of waiting.values()) {
          const full = batch.length >= batchEntries || taken + queued.size > batchBytes;
          if (full && batch.length > 0) return batch;
          batch.push(queued);
          taken += queued.size;
          remove(waiting, queued);
        }
      return batch;
    },

    size,
    oldest: () =>
      Math.min(...byWorth.map((waiting) => first(waiting)?.number ?? Number.POSITIVE_INFINITY)),
    newest: () => newest,
  };
}

function first(waiting: ReadonlyMap<string, QueuedEntry>): QueuedEntry | undefined {
  return waiting.values().next().value;
}

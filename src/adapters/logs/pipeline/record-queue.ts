// What waits for the log's writer, bounded. Where there are too many bodies, they are dropped and the
// rows kept; where there are too many rows, those go too. What an error has outlives what a success has.
import type { CapturedBodies, CapturedBody } from "../../../domain/log/log-entry.ts";
import type { CallProgress } from "../../../ports/observer.ts";
import { capturedSize } from "./wire-batch.ts";
import type { RecordedEntry } from "./wire-batch.ts";

export interface QueueLimits {
  readonly entries: number;
  /** Of bodies. Those of one entry are taken whatever their size. */
  readonly bytes: number;
}

export interface QueuedEntry extends RecordedEntry {
  /** Rises with every entry handed over. */
  readonly number: number;
  readonly size: number;
}

/** A call whose row says how far it is, once it is taken. */
export type StartedCall = Pick<CallProgress, "id" | "entry">;

interface QueuedStart {
  readonly call: StartedCall;
  readonly number: number;
  /** Epoch ms. */
  readonly dueAt: number;
}

/** What there was no room for. */
export interface QueueLoss {
  readonly rows: readonly RecordedEntry[];
  /** Whose rows are kept. */
  readonly bodies: number;
}

export interface RecordQueue {
  /**
   * Takes a call's start in, or how far it is, in place of what still waits of it; where the queue is
   * full it is left out, as the end brings all of it.
   * @param dueAt epoch ms until which it is kept back; what waits of the call keeps its own
   */
  started(call: StartedCall, dueAt: number): void;
  /** Takes a call's end in, in place of its start where that still waits. */
  ended(recorded: RecordedEntry): QueueLoss;
  /**
   * Removes and returns the next batch.
   * @param now epoch ms; Infinity: what is kept back is taken, too
   */
  take(now: number): readonly QueuedEntry[];
  size(): number;
  /** Ends that wait. */
  ends(): number;
  /** Epoch ms from which on `take` returns something; Infinity where nothing waits. */
  dueAt(): number;
  /** Number of the oldest entry that waits; Infinity where none does. */
  oldest(): number;
  /** Number of the newest entry ever handed over. */
  newest(): number;
}

/** So much is copied to the writer in one go. */
const batchEntries = 200;
const batchBytes = 2 * 1024 * 1024;

const noBodies: CapturedBodies = { request: null, response: null };

export function createRecordQueue(limits: QueueLimits): RecordQueue {
  // Insertion order is age. A call is in one of them at most.
  const starts = new Map<string, QueuedStart>();
  const successes = new Map<string, QueuedEntry>();
  const errors = new Map<string, QueuedEntry>();
  const ended: readonly Map<string, QueuedEntry>[] = [errors, successes];
  /** Those of the successes that have bodies. */
  const embodied = new Map<string, QueuedEntry>();
  let bytes = 0;
  let newest = 0;

  const size = () => errors.size + successes.size + starts.size;

  function remove(from: Map<string, QueuedEntry>, queued: QueuedEntry): void {
    from.delete(queued.entry.id);
    embodied.delete(queued.entry.id);
    bytes -= queued.size;
  }

  /** A row more, where one can be had without dropping anything that is worth as much. */
  function roomForRow(failed: boolean): { readonly is: boolean; readonly for: RecordedEntry[] } {
    if (size() < limits.entries) return { is: true, for: [] };
    const start = first(starts);
    const success = failed ? first(successes) : undefined;
    if (start !== undefined) starts.delete(start.call.id);
    else if (success !== undefined) remove(successes, success);
    else return { is: false, for: [] };
    return { is: true, for: start === undefined && success !== undefined ? [success] : [] };
  }

  return {
    started(call, dueAt) {
      const waits = starts.get(call.id);
      if (size() >= limits.entries && waits === undefined) return;
      starts.set(call.id, { call, number: ++newest, dueAt: waits?.dueAt ?? dueAt });
    },

    ended(recorded) {
      const { entry, bodies } = recorded;
      starts.delete(entry.id);
      const failed = entry.state === "failed";
      const room = roomForRow(failed);
      if (!room.is) return { rows: [recorded], bodies: 0 };
      let dropped = 0;
      const more = sizeOf(bodies);
      const fits = () => bytes === 0 || bytes + more <= limits.bytes;
      for (let poor = first(embodied); failed && !fits() && poor !== undefined;) {
        dropped += countBodies(poor.bodies);
        bytes -= poor.size;
        embodied.delete(poor.entry.id);
        // In its own place: it keeps its age.
        successes.set(poor.entry.id, { ...poor, bodies: allLost(poor.bodies), size: 0 });
        poor = first(embodied);
      }
      const isKept = fits();
      if (!isKept) dropped += countBodies(bodies);
      const queued = isKept
        ? { ...recorded, number: ++newest, size: more }
        : { ...recorded, bodies: allLost(bodies), number: ++newest, size: 0 };
      bytes += queued.size;
      (failed ? errors : successes).set(entry.id, queued);
      if (!failed && queued.size > 0) embodied.set(entry.id, queued);
      return { rows: room.for, bodies: dropped };
    },

    take(now) {
      const batch: QueuedEntry[] = [];
      let taken = 0;
      for (const waiting of ended)
        for (const queued of waiting.values()) {
          const full = batch.length >= batchEntries || taken + queued.size > batchBytes;
          if (full && batch.length > 0) return batch;
          batch.push(queued);
          taken += queued.size;
          remove(waiting, queued);
        }
      for (const { call, number, dueAt } of starts.values()) {
        if (batch.length >= batchEntries) return batch;
        if (dueAt > now) continue;
        batch.push({ entry: call.entry(), bodies: noBodies, number, size: 0 });
        starts.delete(call.id);
      }
      return batch;
    },

    size,
    ends: () => errors.size + successes.size,
    dueAt() {
      if (errors.size + successes.size > 0) return 0;
      let earliest = Number.POSITIVE_INFINITY;
      for (const { dueAt } of starts.values()) earliest = Math.min(earliest, dueAt);
      return earliest;
    },
    oldest: () =>
      Math.min(
        ...[errors, successes, starts].map(
          (waiting) =>
            first<{ readonly number: number }>(waiting)?.number ?? Number.POSITIVE_INFINITY,
        ),
      ),
    newest: () => newest,
  };
}

function first<T>(waiting: ReadonlyMap<string, T>): T | undefined {
  return waiting.values().next().value;
}

function sizeOf({ request, response, delivered = null, kept }: CapturedBodies): number {
  const own = kept?.request?.length ?? 0;
  return capturedSize(request) + capturedSize(response) + capturedSize(delivered) + own;
}

export function countBodies({ request, response, delivered = null }: CapturedBodies): number {
  return Number(request !== null) + Number(response !== null) + Number(delivered !== null);
}

/** Cut to nothing: a row must say that it had bodies. */
export function allLost({ request, response, delivered = null }: CapturedBodies): CapturedBodies {
  const lost = (body: CapturedBody | null) =>
    body === null ? null : { chunks: [], truncated: true };
  return { request: lost(request), response: lost(response), delivered: lost(delivered) };
}

// Calls whose start is in the log: their ends are kept until they are written, so that no row stays in flight.
import { nothingRead } from "../../../domain/log/answer-reading.ts";
import type { LogEntry } from "../../../domain/log/log-entry.ts";
import type { RecordedEntry } from "./wire-batch.ts";

/** Of a call that the log has in flight; its bodies are those that are lost, as such. */
export type KnownEnd = Required<RecordedEntry>;

export interface OpenCalls {
  /** Its start is on its way into the log. @returns whether nothing of it was before */
  started(id: string): boolean;
  /** Its start did not get there: its end is a row like any other. */
  startLost(id: string): void;
  /** Known from here on, where its start is in the log. */
  ended(entry: LogEntry): void;
  endWritten(id: string): void;
  /** @returns whether it is kept, to be written later */
  endFailed(end: KnownEnd): boolean;
  /** The ends that failed, to be written once more. */
  takeFailed(): readonly KnownEnd[];
  /** Whether an end has failed before. */
  hasFailed(id: string): boolean;
  /** The end of a call that the log still has in flight; null where there is none. */
  end(id: string): KnownEnd | null;
  /** Ends that wait to be written once more. */
  failed(): number;
}

const noBodies = { request: null, response: null };

export function createOpenCalls(): OpenCalls {
  const open = new Set<string>();
  const ends = new Map<string, KnownEnd>();
  const failed = new Set<string>();
  const again = new Set<string>();

  function forget(id: string): void {
    open.delete(id);
    ends.delete(id);
    failed.delete(id);
    again.delete(id);
  }

  return {
    started(id) {
      if (open.has(id)) return false;
      open.add(id);
      return true;
    },
    startLost: forget,
    ended(entry) {
      if (open.has(entry.id)) ends.set(entry.id, { entry, bodies: noBodies, reading: nothingRead });
    },
    endWritten: forget,
    endFailed(end) {
      const { id } = end.entry;
      if (!open.has(id)) return false;
      ends.set(id, end);
      failed.add(id);
      again.add(id);
      return true;
    },
    takeFailed() {
      const taken = [...failed].map((id) => ends.get(id)).filter((end) => end !== undefined);
      failed.clear();
      return taken;
    },
    hasFailed: (id) => again.has(id),
    end: (id) => ends.get(id) ?? null,
    failed: () => failed.size,
  };
}

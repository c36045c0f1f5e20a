// Tells whoever listens of calls that begin and end.
import type { AnswerReading } from "../../../domain/log/answer-reading.ts";
import { nothingRead } from "../../../domain/log/answer-reading.ts";
import { nothingSensed } from "../../../domain/log/call-sense.ts";
import { clientName } from "../../../domain/log/client-name.ts";
import type { LogEntry } from "../../../domain/log/log-entry.ts";
import type { CallEvent, CallEvents, LogRow } from "../../../ports/browse.ts";
import type { CallProgress } from "../../../ports/observer.ts";
import { logRow } from "../rows/log-row.ts";

export interface CallEventSource extends CallEvents {
  /** Whether anyone listens. */
  wanted(): boolean;
  started(call: Pick<CallProgress, "entry">): void;
  ended(entry: LogEntry, reading?: AnswerReading): void;
  /** Calls that other routers have answered. */
  endedElsewhere(rows: readonly LogRow[]): void;
}

export function createCallEvents(): CallEventSource {
  const listeners = new Set<(event: CallEvent) => void>();

  function tell(kind: CallEvent["kind"], entry: LogEntry, reading: AnswerReading): void {
    if (listeners.size === 0) return; // making rows for nobody would cost every call
    const sense = { ...nothingSensed, client: clientName(entry.userAgent) };
    const event = { kind, row: logRow({ entry, reading, sense }) };
    for (const listener of listeners) listener(event);
  }

  return {
    subscribe(listener) {
      // Each subscription is its own, even of one listener.
      const own = (event: CallEvent) => {
        listener(event);
      };
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    wanted: () => listeners.size > 0,
    started: (call) => {
      if (listeners.size > 0) tell("started", call.entry(), nothingRead);
    },
    endedElsewhere(rows) {
      for (const row of rows)
        for (const listener of listeners) listener({ kind: "completed", row });
    },
    ended: (entry, reading = nothingRead) => {
      tell("completed", entry, reading);
    },
  };
}

// Whoever wants to know of calls: the log, the in-flight board, metrics, page events.
import type { CapturedBodies, LogEntry } from "../domain/log-entry.ts";

/** Called on the request's path: neither method may block, throw or keep a call waiting. */
export interface CallObserver {
  /** Once per routed call, when its first target is about to be asked. */
  started(entry: LogEntry): void;
  /** Once per routed call, whatever became of it; refused calls come here without `started`. */
  ended(entry: LogEntry, bodies: CapturedBodies): void;
}

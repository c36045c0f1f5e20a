// Whoever wants to know of calls: the log, the in-flight board, metrics, page events.
import type { CallCost } from "../domain/log/cost.ts";
import type { ReportedUsage } from "../domain/log/answer-usage.ts";
import type { CapturedBodies, CapturedBody, LogEntry } from "../domain/log/log-entry.ts";
import type { Target } from "../domain/routing/plan.ts";

/** A call while it runs; looking costs the call nothing. */
export interface CallProgress {
  readonly id: string;
  /** The row of the call in flight as it stands now, made when it is asked for: of most calls nobody asks. */
  entry(): LogEntry;
  readonly request: CapturedBody | null;
  /** Who is being asked; null before the first. */
  asked(): Target | null;
  /** The answer so far, as it came; null where none, or none is kept. */
  received(): CapturedBody | null;
  /** Events of a stream with content so far: about as many as tokens. */
  contents(): number;
  /** Ends the call, as someone wished on the router's pages. */
  cancel(): void;
}

/** Called on the request's path: no method may block or keep a call waiting. One that throws is reported, and harms no call. */
export interface CallObserver {
  /** Once per routed call, when its first target is about to be asked. */
  started(call: CallProgress): void;
  /**
   * What the row of a call in flight says has changed: an attempt began at another target or after
   * a failed one, or its first content is there. Never before `started` nor after `ended`.
   */
  progressed?(call: CallProgress): void;
  /** Once per routed call, whatever became of it; refused calls come here without `started`. */
  ended(entry: LogEntry, bodies: CapturedBodies): void;
}

/** Whoever counts what answers say of themselves. */
export interface UsageObserver {
  /** Once per routed call, after `ended`, when its answer was read off the calls' path. */
  used(entry: LogEntry, usage: ReportedUsage, cost: CallCost): void;
}

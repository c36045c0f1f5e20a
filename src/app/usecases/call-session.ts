// One call from its first attempt to its one ending; the ending writes the row.
import { type Attempt, loggedAttempt } from "../../domain/attempt.ts";
import type { IncomingCall } from "../../domain/call.ts";
import { headerValue, type HeaderList, redactHeaders } from "../../domain/headers.ts";
import { type CapturedBody, type LogEntry, openEntry, towards } from "../../domain/log-entry.ts";
import type { RoutePlan, Target } from "../../domain/routing/plan.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CallObserver, CallProgress } from "../../ports/observer.ts";
import type { Capture } from "./capture.ts";

export interface SessionDeps {
  readonly clock: Clock;
  readonly observers: readonly CallObserver[];
  /** Bytes of a request kept for the log; 0 keeps none. */
  readonly captureCap: number;
}

/** How a call ended, as the client saw it. */
export interface Ending {
  readonly state: "completed" | "failed" | "cancelled";
  /** What the client saw, unless its head was sent early or it left. */
  readonly statusCode: number;
  readonly error: string | null;
  /** The headers sent. */
  readonly headers: HeaderList;
  readonly upstreamRequestId: string | null;
  readonly heldPartially?: boolean;
  /** What was odd about it although it went on; each once. */
  readonly warnings?: readonly string[];
  /** What the client got, where that is not what came. */
  readonly delivered?: CapturedBody | null;
  /** The answer received last, as it came. */
  readonly capture: Capture | null;
}

export interface CallSession {
  readonly call: IncomingCall;
  attempts(): readonly Attempt[];
  note(attempt: Attempt): void;
  /** An attempt begins; what it captures is what can be seen of the answer meanwhile. */
  asking(target: Target, capture: Capture): void;
  /** Fields that the translation for the target being asked cannot carry. */
  dropped(fields: readonly string[]): void;
  /** Parts of its answer that could not be carried either; what had been said before counts on. */
  lost(parts: readonly string[]): void;
  /** Of the target asked last. */
  droppedFields(): readonly string[];
  /** The client was sent this status before the answer was known. */
  headSent(status: number): void;
  /** The first ending counts; later ones are ignored. */
  end(ending: Ending): void;
}

/** @param plan null for a call that is refused before it is routed */
export function openSession(
  call: IncomingCall,
  plan: RoutePlan | null,
  deps: SessionDeps,
): CallSession {
  const { clock, observers, captureCap } = deps;
  const start = clock.elapsed();
  const attempts: Attempt[] = [];
  let dropped: readonly string[] = [];
  let sentStatus: number | null = null;
  let over = false;
  const entry: LogEntry =
    plan === null
      ? openEntry(call)
      : { ...openEntry(call), ...towards(plan.targets[0]), route: plan.route };
  const request =
    captureCap === 0 || call.body.length === 0
      ? null
      : {
          chunks: [call.body.subarray(0, captureCap)],
          truncated: call.body.length > captureCap,
        };
  let current: { readonly target: Target; readonly capture: Capture } | null = null;
  const progress: CallProgress = {
    request,
    asked: () => current?.target ?? null,
    received: () => current?.capture.body() ?? null,
    contents: () => current?.capture.contents() ?? 0,
  };
  if (plan !== null) for (const observer of observers) observer.started(entry, progress);

  return {
    call,
    attempts: () => attempts,
    note: (attempt) => void attempts.push(attempt),
    asking(target, capture) {
      current = { target, capture };
    },
    dropped(fields) {
      dropped = fields;
    },
    lost(parts) {
      if (parts.length > 0) dropped = [...new Set([...dropped, ...parts])];
    },
    droppedFields: () => dropped,
    headSent(status) {
      sentStatus = status;
    },
    end(ending) {
      if (over) return;
      over = true;
      const last = attempts.at(-1);
      const ended: LogEntry = {
        ...entry,
        ...(last === undefined ? {} : towards(last.target)),
        completedAt: clock.now(),
        state: ending.state,
        statusCode: ending.state === "cancelled" ? 499 : (sentStatus ?? ending.statusCode),
        errorMessage: ending.error,
        upstreamRequestId: ending.upstreamRequestId,
        held: ending.heldPartially === true ? "partial" : null,
        attempts: attempts.map(loggedAttempt),
        dropped,
        warnings: ending.warnings ?? [],
        durationMs: Math.round(clock.elapsed() - start),
        ttftMs: last === undefined ? null : sinceRead(call, last),
        responseSize: ending.capture?.size() ?? 0,
        responseHeaders: redactHeaders(ending.headers),
      };
      const bodies = {
        request,
        response: ending.capture?.body() ?? null,
        delivered: ending.delivered ?? null,
      };
      for (const observer of observers) observer.ended(ended, bodies);
    },
  };
}

/** An attempt's time to first content, counted from the request. */
function sinceRead(call: IncomingCall, { startedAt, ttftMs }: Attempt): number | null {
  return ttftMs === null ? null : startedAt - call.receivedAt + ttftMs;
}

/** The upstream's own id of the request, kept because the router's takes its place in the answer. */
export function upstreamRequestId(headers: HeaderList): string | null {
  return headerValue(headers, "x-request-id");
}

// One call from its first attempt to its one ending. Owns what lives as long as the call: its entry
// among those in flight, the listener on its client, the bodies kept for its row.
import { type Attempt, loggedAttempt } from "../../../domain/failover/attempt.ts";
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import type { AttemptFailure } from "../../../domain/failover/judge.ts";
import { headerValue, type HeaderList, redactHeaders } from "../../../domain/http/headers.ts";
import {
  type CapturedBody,
  type LogEntry,
  openEntry,
  towards,
} from "../../../domain/log/log-entry.ts";
import type { RoutePlan, Target } from "../../../domain/routing/plan.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { CallObserver, CallProgress } from "../../../ports/observer.ts";
import { type Capture, captureWhole, type CaptureLimits } from "./capture.ts";
import { internalError } from "./internal-error.ts";
import { cancelledHere } from "./who-left.ts";
import { onAbort } from "./on-abort.ts";

export interface SessionDeps extends CaptureLimits {
  readonly clock: Clock;
  readonly observers: readonly CallObserver[];
  /** Told of every fault of the router's own. */
  fault(error: unknown, callId: string): void;
}

/** What the client saw of an answer. */
export interface Sent {
  /** Unless its head was sent early, or it left. */
  readonly statusCode: number;
  readonly headers: HeaderList;
  /** What the client got, where that is not what came. */
  readonly delivered?: CapturedBody | null;
}

/** How a call ended. */
export interface Ending extends Sent {
  readonly state: "completed" | "failed" | "cancelled";
  readonly error: string | null;
  readonly upstreamRequestId?: string | null;
  readonly heldPartially?: boolean;
  readonly warnings?: readonly string[];
}

/** What a call's row needs to know of an attempt. */
export interface AttemptUnderWay {
  readonly target: Target;
  /** What it receives; the session lets go of it when the next attempt begins, or the call is over. */
  readonly capture: Capture;
  /** Fields of the request that cannot be carried to the target, and parts of its answer, so far, that cannot be carried back. */
  dropped(): readonly string[];
  /**
   * As the row lists it.
   * @param broken why it did not come to its end; null where it did, or goes on
   * @param remark what is to be said of one that did
   */
  outcome(
    broken: Pick<AttemptFailure, "reason" | "message"> | null,
    remark?: string | null,
  ): Attempt;
}

export interface CallSession {
  readonly call: IncomingCall;
  /** Fires when nobody waits for the answer any more: the client left, or the call was cancelled or came to a fault. */
  readonly signal: AbortSignal;
  /** Those that are over. */
  attempts(): readonly Attempt[];
  /** The one under way, or over last; null where nobody was asked. */
  current(): AttemptUnderWay | null;
  /** An attempt begins: from now on the row in flight names its target. */
  began(attempt: AttemptUnderWay): void;
  /** The attempt under way has its first content. */
  contentBegan(): void;
  /** An attempt is over; they come here in order. */
  note(attempt: Attempt): void;
  /** The client was sent this status before the answer was known. */
  headSent(status: number): void;
  /** The first ending counts; later ones are ignored. Never throws. */
  end(ending: Ending): void;
  /** As `end`, after a fault of the router's own: reported, and whatever still works for the call is stopped. */
  fail(error: unknown, sent: Sent): void;
  /** Gives back what the call holds beside the session's own; what is thrown meanwhile is reported, and no more. */
  release(scope: Disposable): void;
}

/** @param plan null for a call that is refused before it is routed */
export function openSession(
  call: IncomingCall,
  plan: RoutePlan | null,
  clientGone: AbortSignal | null,
  deps: SessionDeps,
): CallSession {
  using opening = new DisposableStack();
  const { clock, observers } = deps;
  const start = clock.elapsed();
  const attempts: Attempt[] = [];
  const controller = new AbortController();
  const request = opening.use(captureWhole(call.body, deps)).body();
  let current: AttemptUnderWay | null = null;
  let currentOver = false;
  let sentStatus: number | null = null;
  let over = false;
  let entry: LogEntry =
    plan === null
      ? openEntry(call)
      : { ...openEntry(call), ...towards(plan.targets[0]), route: plan.route };
  const progress: CallProgress = {
    request,
    asked: () => current?.target ?? null,
    received: () => current?.capture.body() ?? null,
    contents: () => current?.capture.contents() ?? 0,
    cancel: () => controller.abort(cancelledHere),
  };

  function report(error: unknown): void {
    try {
      deps.fault(error, call.id);
    } catch {
      // Nobody is left to be told.
    }
  }

  /** One observer's fault is neither the call's nor another's. */
  function tell(notice: (observer: CallObserver) => void): void {
    for (const observer of observers)
      try {
        notice(observer);
      } catch (error) {
        report(error);
      }
  }

  function progressed(ttftMs: number | null): void {
    if (current === null || over) return;
    entry = {
      ...entry,
      ...towards(current.target),
      attempts: attempts.map(loggedAttempt),
      dropped: current.dropped(),
      ttftMs,
    };
    tell((observer) => observer.progressed?.(entry));
  }

  function endedEntry(ending: Ending): LogEntry {
    const last = attempts.at(-1);
    return {
      ...entry,
      ...(last === undefined ? {} : towards(last.target)),
      completedAt: clock.now(),
      state: ending.state,
      statusCode: ending.state === "cancelled" ? 499 : (sentStatus ?? ending.statusCode),
      errorMessage: ending.error,
      upstreamRequestId: ending.upstreamRequestId ?? null,
      held: ending.heldPartially === true ? "partial" : null,
      attempts: attempts.map(loggedAttempt),
      dropped: current?.dropped() ?? [],
      warnings: ending.warnings ?? [],
      durationMs: Math.round(clock.elapsed() - start),
      ttftMs: last === undefined ? null : sinceRead(call, last),
      responseSize: current?.capture.size() ?? 0,
      responseHeaders: redactHeaders(ending.headers),
    };
  }

  function end(ending: Ending): void {
    if (over) return;
    over = true;
    let ended: LogEntry;
    try {
      ended = endedEntry(ending);
    } catch (error) {
      report(error);
      const { error: errorMessage, statusCode } = ending;
      ended = { ...entry, completedAt: entry.timestamp, state: "failed", statusCode, errorMessage };
    }
    const response = current?.capture.body() ?? null;
    const bodies = { request: detached(request), response, delivered: ending.delivered ?? null };
    tell((observer) => observer.ended(ended, bodies));
    current?.capture[Symbol.dispose]();
    scope.dispose();
  }

  if (clientGone !== null)
    opening.use(onAbort(clientGone, () => controller.abort(clientGone.reason)));
  if (plan !== null) tell((observer) => observer.started(entry, progress));
  const scope = opening.move();

  return {
    call,
    signal: controller.signal,
    attempts: () => attempts,
    current: () => current,
    began(attempt) {
      const previous = current;
      current = attempt;
      currentOver = false;
      previous?.capture[Symbol.dispose]();
      const { upstream, mappedModel } = towards(attempt.target);
      const known = entry.upstream === upstream && entry.mappedModel === mappedModel;
      if (!known || attempts.length > 0) progressed(null);
    },
    contentBegan() {
      if (current !== null) progressed(sinceRead(call, current.outcome(null)));
    },
    note(attempt) {
      attempts.push(attempt);
      currentOver = true;
    },
    headSent(status) {
      sentStatus = status;
    },
    end,
    fail(error, sent) {
      report(error);
      try {
        if (current !== null && !currentOver)
          attempts.push(
            current.outcome({ reason: "internal_error", message: internalError.message }),
          );
      } catch (another) {
        report(another);
      }
      end({ ...sent, state: "failed", error: internalError.message });
      controller.abort();
    },
    release(held) {
      try {
        held[Symbol.dispose]();
      } catch (error) {
        report(error);
      }
    },
  };
}

/** A body that was kept cut, without the rest that its window would hold on to while it waits for the log. */
function detached(body: CapturedBody | null): CapturedBody | null {
  return body?.truncated === true
    ? { chunks: body.chunks.map((chunk) => chunk.slice()), truncated: true }
    : body;
}

/** An attempt's time to first content, counted from the request. */
function sinceRead(call: IncomingCall, { startedAt, ttftMs }: Attempt): number | null {
  return ttftMs === null ? null : startedAt - call.receivedAt + ttftMs;
}

/** The upstream's own id of the request, kept because the router's takes its place in the answer. */
export function upstreamRequestId(headers: HeaderList): string | null {
  // Anthropic's has a name of its own.
  return headerValue(headers, "x-request-id") ?? headerValue(headers, "request-id");
}

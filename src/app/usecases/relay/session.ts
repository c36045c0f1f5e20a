// One call from its first attempt to its one ending. Owns what lives as long as the call: its entry
// among those in flight, its cancellation, the request kept for its row. Of its attempts, of which
// several may be under way at once, it hears; they own what they hold themselves.
import { type Attempt, loggedAttempt } from "../../../domain/failover/attempt.ts";
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import type { AttemptFailure } from "../../../domain/failover/judge.ts";
import { headerValue, type HeaderList, redactHeaders } from "../../../domain/http/headers.ts";
import { internalError } from "../../../domain/http/problem.ts";
import {
  type CapturedBody,
  type LogEntry,
  openEntry,
  towards,
} from "../../../domain/log/log-entry.ts";
import type { RoutePlan, Target } from "../../../domain/routing/plan.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { CallObserver, CallProgress } from "../../../ports/observer.ts";
import { type Cancellation, cancelledHere, createCancellation } from "../cancellation.ts";
import { type Captured, captureWhole, type CaptureLimits } from "./capture.ts";

export interface SessionDeps extends CaptureLimits {
  readonly clock: Clock;
  readonly observers: readonly CallObserver[];
  /** Called with every fault of the router's own. */
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

/** What a call's row needs to know of an attempt, while it is under way and afterwards. */
export interface AttemptReport {
  readonly target: Target;
  readonly received: Captured;
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
  /** Cancelled when nobody waits for the answer any more: the client left, someone cancelled the call, or a fault ended it. */
  readonly cancellation: Cancellation;
  /**
   * An attempt asks its target, which the row in flight names from now on.
   * @returns its number among the call's attempts, from 1
   */
  began(attempt: AttemptReport): number;
  /** The first content of an attempt's answer has come. */
  contentBegan(attempt: AttemptReport): void;
  /** The attempt's answer goes to the client: the row in flight is about it. */
  won(attempt: AttemptReport): void;
  /** An attempt is over: as the winner when its answer is delivered, as a loser at any time. */
  over(attempt: AttemptReport, outcome: Attempt): void;
  /** A target that was not even asked. */
  notAsked(outcome: Attempt): void;
  /** Those that are over, in the order in which they began. */
  attempts(): readonly Attempt[];
  /** The outcome that came last; null where there is none. */
  lastOutcome(): Attempt | null;
  /** The attempt that was over last: the row's answer is its. */
  lastOver(): AttemptReport | null;
  /** The client was sent this status before the answer was known. */
  headSent(status: number): void;
  /** The first ending counts; later ones are ignored. Never throws. */
  end(ending: Ending): void;
  /** As `end`, after a fault of the router's own: reported, and whatever still works for the call is stopped. */
  fail(error: unknown, sent: Sent): void;
  /** Gives back what the call holds beside the session's own; what is thrown meanwhile is reported, and no more. */
  release(scope: Disposable): void;
}

/** An attempt in the order of the row; without a report where nobody was asked, without an outcome until it is over. */
interface Listed {
  readonly report: AttemptReport | null;
  outcome: Attempt | null;
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
  const listed: Listed[] = [];
  const request = opening.use(captureWhole(call.body, deps)).body();
  /** The attempt that the row in flight is about. */
  let shown: AttemptReport | null = null;
  let lastOver: AttemptReport | null = null;
  let lastOutcome: Attempt | null = null;
  let sentStatus: number | null = null;
  let ended = false;
  let entry: LogEntry =
    plan === null
      ? openEntry(call)
      : { ...openEntry(call), ...towards(plan.targets[0]), route: plan.route };

  function report(error: unknown): void {
    try {
      deps.fault(error, call.id);
    } catch {
      // There is nobody left to report it to.
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

  const attempts = (): readonly Attempt[] =>
    listed.flatMap(({ outcome }) => (outcome === null ? [] : [outcome]));

  function progressed(attempt: AttemptReport, ttftMs: number | null): void {
    shown = attempt;
    if (ended) return;
    entry = {
      ...entry,
      ...towards(attempt.target),
      attempts: attempts().map(loggedAttempt),
      dropped: attempt.dropped(),
      ttftMs,
    };
    tell((observer) => observer.progressed?.(entry));
  }

  /** Whether the row in flight names the target already. */
  function isNamed({ target }: AttemptReport): boolean {
    const { upstream, mappedModel } = towards(target);
    return entry.upstream === upstream && entry.mappedModel === mappedModel;
  }

  function over(attempt: AttemptReport, outcome: Attempt): void {
    const place = listed.find(({ report: own }) => own === attempt);
    if (place !== undefined) place.outcome = outcome;
    lastOver = attempt;
    lastOutcome = outcome;
  }

  function endedEntry(ending: Ending): LogEntry {
    return {
      ...entry,
      ...(lastOutcome === null ? {} : towards(lastOutcome.target)),
      completedAt: clock.now(),
      state: ending.state,
      statusCode: ending.state === "cancelled" ? 499 : (sentStatus ?? ending.statusCode),
      errorMessage: ending.error,
      upstreamRequestId: ending.upstreamRequestId ?? null,
      held: ending.heldPartially === true ? "partial" : null,
      attempts: attempts().map(loggedAttempt),
      dropped: lastOver?.dropped() ?? [],
      warnings: ending.warnings ?? [],
      durationMs: Math.round(clock.elapsed() - start),
      ttftMs: lastOutcome === null ? null : sinceRead(call, lastOutcome),
      responseSize: lastOver?.received.size() ?? 0,
      responseHeaders: redactHeaders(ending.headers),
    };
  }

  function end(ending: Ending): void {
    if (ended) return;
    ended = true;
    let row: LogEntry;
    try {
      row = endedEntry(ending);
    } catch (error) {
      report(error);
      const { error: errorMessage, statusCode } = ending;
      row = { ...entry, completedAt: entry.timestamp, state: "failed", statusCode, errorMessage };
    }
    const response = lastOver?.received.body() ?? null;
    const bodies = { request: detached(request), response, delivered: ending.delivered ?? null };
    tell((observer) => observer.ended(row, bodies));
    scope.dispose();
  }

  const cancellation = opening.use(createCancellation(clientGone, report));
  if (plan !== null) {
    const progress: CallProgress = {
      request,
      asked: () => shown?.target ?? null,
      received: () => shown?.received.body() ?? null,
      contents: () => shown?.received.contents() ?? 0,
      cancel: () => cancellation.cancel(cancelledHere),
    };
    tell((observer) => observer.started(entry, progress));
  }
  const scope = opening.move();

  return {
    call,
    cancellation,
    began(attempt) {
      const first = listed.push({ report: attempt, outcome: null }) === 1;
      shown = attempt;
      if (!first || !isNamed(attempt)) progressed(attempt, null);
      return listed.length;
    },
    contentBegan(attempt) {
      progressed(attempt, sinceRead(call, attempt.outcome(null)));
    },
    won(attempt) {
      if (shown !== attempt) progressed(attempt, sinceRead(call, attempt.outcome(null)));
    },
    over,
    notAsked(outcome) {
      listed.push({ report: null, outcome });
      lastOutcome = outcome;
    },
    attempts,
    lastOutcome: () => lastOutcome,
    lastOver: () => lastOver,
    headSent(status) {
      sentStatus = status;
    },
    end,
    fail(error, sent) {
      report(error);
      const broken = { reason: "internal_error", message: internalError.message } as const;
      for (const { report: attempt, outcome } of listed)
        if (attempt !== null && outcome === null)
          try {
            lastOver = attempt;
            over(attempt, attempt.outcome(broken));
          } catch (another) {
            report(another);
          }
      end({ ...sent, state: "failed", error: internalError.message });
      cancellation.cancel(internalError.message);
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

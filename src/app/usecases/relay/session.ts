// One call from its first attempt to its one ending. Owns what lives as long as the call: its entry
// among those in flight, its cancellation, the request kept for its row. Of its attempts, of which
// several may be under way at once, it hears; they own what they hold themselves.
import type { Attempt } from "../../../domain/failover/attempt.ts";
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import { headerValue, type HeaderList } from "../../../domain/http/headers.ts";
import { internalError } from "../../../domain/http/problem.ts";
import {
  type AnswerToKeep,
  type CapturedBody,
  entryOf,
  type LogEntry,
  notBegun,
} from "../../../domain/log/log-entry.ts";
import { type Way, wayWord } from "../../../domain/call/way.ts";
import type { RoutePlan, Target } from "../../../domain/routing/plan.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { CallObserver, CallProgress } from "../../../ports/observer.ts";
import {
  type CallCancellation,
  cancelledHere,
  createCancellation,
  type FaultListener,
} from "../cancellation.ts";
import { answerToKeep } from "./answer-to-keep.ts";
import { AttemptList } from "./attempt-list.ts";
import type { AttemptReport, CallSession, Ending, Sent, Why } from "./call-session.ts";
import { captureWhole, type CaptureLimits, type Kept } from "./capture.ts";

export interface SessionDeps extends CaptureLimits {
  readonly clock: Clock;
  readonly observers: readonly CallObserver[];
  /** Called with every fault of the router's own. */
  fault(error: unknown, callId: string): void;
}

/** @param plan null for a call that is refused before it is routed */
export function openSession(
  call: IncomingCall,
  plan: RoutePlan | null,
  clientGone: AbortSignal | null,
  deps: SessionDeps,
): CallSession {
  const session = new RelaySession(call, plan, deps);
  try {
    session.open(clientGone);
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
}

class RelaySession implements CallSession, CallProgress, FaultListener {
  readonly call: IncomingCall;
  readonly #plan: RoutePlan | null;
  readonly #deps: SessionDeps;
  readonly #start: number;
  readonly #attempts = new AttemptList();
  #kept: Kept | null = null;
  #cancellation: CallCancellation | null = null;
  /** The attempt that the row in flight is about. */
  #shown: AttemptReport | null = null;
  #asked = 0;
  #sentStatus: number | null = null;
  #ended = false;

  constructor(call: IncomingCall, plan: RoutePlan | null, deps: SessionDeps) {
    this.call = call;
    this.#plan = plan;
    this.#deps = deps;
    this.#start = deps.clock.elapsed();
  }

  /** What it takes before it throws is given back by `close`. */
  open(clientGone: AbortSignal | null): void {
    this.#kept = captureWhole(this.call.body, this.#deps);
    this.#cancellation = createCancellation(clientGone, this);
    if (this.#plan === null) return;
    for (const observer of this.#deps.observers)
      try {
        observer.started(this);
      } catch (error) {
        this.report(error);
      }
  }

  close(): void {
    try {
      this.#cancellation?.[Symbol.dispose]();
    } finally {
      this.#kept?.[Symbol.dispose]();
    }
  }

  get cancellation(): CallCancellation {
    if (this.#cancellation === null) throw new Error("a session was used before it was open");
    return this.#cancellation;
  }

  get id(): string {
    return this.call.id;
  }

  entry(): LogEntry {
    const shown = this.#shown;
    return entryOf(this.call, {
      ...notBegun,
      target: shown?.target ?? this.#firstTarget,
      route: this.#plan?.route ?? null,
      protocol: wordOf(shown?.way),
      attempts: this.#attempts.logged(),
      dropped: shown?.dropped() ?? [],
      warnings: warningsOf(shown, []),
      ttftMs: shown === null ? null : sinceRead(this.call, shown.outcome(null)),
    });
  }

  get request(): CapturedBody | null {
    return this.#kept?.body() ?? null;
  }

  asked(): Target | null {
    return this.#shown?.target ?? null;
  }

  received(): CapturedBody | null {
    return this.#shown?.received.body() ?? null;
  }

  contents(): number {
    return this.#shown?.received.contents() ?? 0;
  }

  cancel(): void {
    this.cancellation.cancel(cancelledHere);
  }

  began(attempt: AttemptReport): number {
    const first = this.#attempts.began(attempt);
    this.#shown = attempt;
    if (!first || !this.#isFirst(attempt)) this.#progressed(attempt);
    return ++this.#asked;
  }

  answered(): void {
    // Nobody looks at that of a call in flight.
  }

  contentBegan(attempt: AttemptReport): void {
    this.#progressed(attempt);
  }

  won(attempt: AttemptReport): void {
    if (this.#shown !== attempt) this.#progressed(attempt);
  }

  over(attempt: AttemptReport, outcome: Attempt): void {
    const other = this.#attempts.over(attempt, outcome);
    if (other !== null && this.#shown === attempt) this.#progressed(other);
  }

  goesOn(attempt: AttemptReport, why: Why | null): void {
    this.#attempts.goesOn(attempt, why);
  }

  stands(attempt: AttemptReport): void {
    const outcome = this.#attempts.outcomeOf(attempt);
    if (outcome !== null) this.over(attempt, outcome);
  }

  notAsked(outcome: Attempt): void {
    this.#attempts.notAsked(outcome);
  }

  attempts(): readonly Attempt[] {
    return this.#attempts.outcomes();
  }

  attemptCount(): number {
    return this.#attempts.count();
  }

  lastOutcome(): Attempt | null {
    return this.#attempts.lastOutcome();
  }

  lastOver(): AttemptReport | null {
    return this.#attempts.lastOver();
  }

  way(): Way | null {
    return this.#shown?.way ?? null;
  }

  beginning(): Uint8Array | null {
    return this.#shown?.beginning() ?? null;
  }

  headSent(status: number): void {
    this.#sentStatus = status;
  }

  end(ending: Ending): void {
    if (this.#ended) return;
    this.#ended = true;
    let row: LogEntry;
    let kept: AnswerToKeep | null = null;
    try {
      this.#leaveBehind();
      row = this.#endedEntry(ending);
      if (ending.state === "completed")
        kept = answerToKeep(this.call, this.request, this.lastOver());
    } catch (error) {
      this.report(error);
      row = entryOf(this.call, {
        ...notBegun,
        completedAt: this.call.receivedAt,
        state: "failed",
        target: this.lastOutcome()?.target ?? this.#firstTarget,
        route: this.#plan?.route ?? null,
        statusCode: ending.statusCode,
        errorMessage: ending.error,
      });
    }
    const response = this.lastOver()?.received.body() ?? null;
    const request = detached(this.request);
    const bodies = {
      request,
      response,
      delivered: ending.delivered ?? null,
      ...(kept === null ? {} : { kept }),
    };
    for (const observer of this.#deps.observers)
      try {
        observer.ended(row, bodies);
      } catch (error) {
        this.report(error);
      }
    this.close();
  }

  fail(error: unknown, sent: Sent): void {
    this.report(error);
    const broken = { reason: "internal_error", message: internalError.message } as const;
    for (const attempt of this.#attempts.waitedFor())
      try {
        this.#attempts.endsWith(attempt);
        this.over(attempt, attempt.outcome(broken));
      } catch (another) {
        this.report(another);
      }
    this.end({ ...sent, state: "failed", error: internalError.message });
    this.cancellation.cancel(internalError.message);
  }

  release(held: Disposable): void {
    try {
      held[Symbol.dispose]();
    } catch (error) {
      this.report(error);
    }
  }

  report(error: unknown): void {
    try {
      this.#deps.fault(error, this.call.id);
    } catch {
      // There is nobody left to report it to.
    }
  }

  #progressed(attempt: AttemptReport): void {
    this.#shown = attempt;
    if (this.#ended) return;
    // One observer's fault is neither the call's nor another's.
    for (const observer of this.#deps.observers)
      try {
        observer.progressed?.(this);
      } catch (error) {
        this.report(error);
      }
  }

  /** Attempts that go on after the call are over as far as its row is concerned. */
  #leaveBehind(): void {
    for (const [attempt, why] of this.#attempts.leftBehind())
      this.over(attempt, attempt.outcome(why));
  }

  get #firstTarget(): Target | null {
    return this.#plan?.targets[0] ?? null;
  }

  /** Whether the row in flight names the target from the start. */
  #isFirst({ target }: AttemptReport): boolean {
    const first = this.#firstTarget;
    return first?.server.name === target.server.name && first.model === target.model;
  }

  #endedEntry(ending: Ending): LogEntry {
    const { clock } = this.#deps;
    const outcome = this.lastOutcome();
    const answered = this.lastOver();
    return entryOf(this.call, {
      completedAt: clock.now(),
      state: ending.state,
      upstreamRequestId: ending.upstreamRequestId ?? null,
      held: ending.heldPartially === true ? "partial" : null,
      route: this.#plan?.route ?? null,
      protocol: wordOf(outcome?.way),
      attempts: this.#attempts.logged(),
      dropped: answered?.dropped() ?? [],
      warnings: warningsOf(answered, ending.warnings ?? []),
      statusCode: ending.state === "cancelled" ? 499 : (this.#sentStatus ?? ending.statusCode),
      errorMessage: ending.error,
      durationMs: Math.round(clock.elapsed() - this.#start),
      ttftMs: outcome === null ? null : sinceRead(this.call, outcome),
      responseSize: answered?.received.size() ?? 0,
      target: outcome?.target ?? this.#shown?.target ?? this.#firstTarget,
      sentHeaders: ending.headers,
    });
  }
}

/** A body that was kept cut, without the rest that its window would hold on to while it waits for the log. */
function detached(body: CapturedBody | null): CapturedBody | null {
  return body?.truncated === true
    ? { chunks: body.chunks.map((chunk) => chunk.slice()), truncated: true }
    : body;
}

/** @param odd what was so about the answer */
function warningsOf(attempt: AttemptReport | null, odd: readonly string[]): readonly string[] {
  return attempt === null || attempt.added.length === 0
    ? odd
    : [...attempt.added.map((field) => `added: ${field}`), ...odd];
}

function wordOf(way: Way | null | undefined): string | null {
  return way === null || way === undefined ? null : wayWord(way);
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

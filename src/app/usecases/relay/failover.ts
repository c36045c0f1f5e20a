// The loop: asks a plan's targets in order until one answers. What follows a failure is the domain's to judge.
import { bodyProblem } from "../../../domain/call/read-request.ts";
import { type AttemptFailure, type CandidateTries, judge } from "../../../domain/failover/judge.ts";
import type { RoutePlan, Target } from "../../../domain/routing/plan.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Cancellation } from "../cancellation.ts";
import type { Limiter } from "../servers/limiter.ts";
import {
  type AttemptDeps,
  type AttemptSession,
  beginAttempt,
  type LiveAttempt,
} from "./attempt.ts";
import { cancelledInQueue, notAsked, queueFull } from "./attempt-failures.ts";
import type { CommittedAnswer } from "./committed.ts";
import { nextPermit } from "./next-permit.ts";
import type { CallSession } from "./session.ts";

export interface FailoverDeps extends AttemptDeps {
  readonly limiter: Limiter;
}

type FailoverSession = AttemptSession & Pick<CallSession, "over" | "won" | "notAsked">;

export type Outcome = Won | Lost;

/** An answer that may go to the client. */
export interface Won {
  readonly kind: "won";
  readonly attempt: LiveAttempt;
  readonly answer: CommittedAnswer;
  /** The attempt and its permit; whoever takes the answer on disposes of it. */
  readonly scope: DisposableStack;
}

/** Nothing is held any more. */
export interface Lost {
  readonly kind: "lost";
  readonly last: AttemptFailure;
  /** The chain was ended on purpose: the answer goes on as it is. */
  readonly passOn: boolean;
}

/**
 * Asks the plan's targets until one answers or none is left.
 * @param session hears of every attempt: that it began, that it won, or how it was lost
 */
export async function failOver(
  session: FailoverSession,
  plan: RoutePlan,
  deps: FailoverDeps,
): Promise<Outcome> {
  const { call, cancellation } = session;
  const left = [...plan.targets];
  for (;;) {
    using candidate = new DisposableStack();
    const next = await nextPermit(left, call.id, cancellation, deps);
    if (next.kind === "full") {
      for (const target of left) session.notAsked(notAsked(target, queueFull, deps.clock.now()));
      return { kind: "lost", last: queueFull, passOn: false };
    }
    if (next.kind === "cancelled") {
      const last = cancelledInQueue(cancellation.reason());
      session.notAsked(notAsked(next.target, last, deps.clock.now()));
      return { kind: "lost", last, passOn: true };
    }
    candidate.use(next.permit);
    left.splice(left.indexOf(next.target), 1);
    const tried = await tryTarget(session, next.target, left.length > 0, deps);
    if (tried.kind === "won") {
      candidate.use(tried.scope);
      return { ...tried, scope: candidate.move() };
    }
    if (tried.passOn) return tried;
    if (left.length === 0) return { ...tried, passOn: plan.targets.length === 1 };
  }
}

/** One target until it answers, or the domain says to leave it. */
async function tryTarget(
  session: FailoverSession,
  target: Target,
  othersLeft: boolean,
  deps: FailoverDeps,
): Promise<Outcome> {
  const { clock } = deps;
  let tries: CandidateTries = { redialled: false, retries: 0 };
  for (let redial = false; ;) {
    using scope = new DisposableStack();
    const attempt = scope.use(beginAttempt(session, target, { redial, othersLeft }, deps));
    const result = await attempt.ask();
    if (result.kind === "committed") {
      session.won(attempt);
      return { kind: "won", attempt, answer: result.answer, scope: scope.move() };
    }
    const { failure } = result;
    session.over(attempt, attempt.outcome(failure));
    // Another server would refuse it too, and the health of this one must not suffer.
    if (failure.reason === "status" && bodyProblem(session.call) !== null)
      return { kind: "lost", last: failure, passOn: true };
    const decision = judge(failure, target.policy, tries, clock.chance());
    redial = decision.kind === "retry" && decision.redial;
    if (!redial) attempt.judged(failure);
    scope.dispose();
    if (decision.kind !== "retry")
      return { kind: "lost", last: failure, passOn: decision.kind === "pass-on" };
    tries = redial ? { ...tries, redialled: true } : { ...tries, retries: tries.retries + 1 };
    if (decision.afterMs > 0) await pause(decision.afterMs, session.cancellation, clock);
  }
}

/** Ends early when the call is cancelled; the next attempt then finds that out. */
async function pause(ms: number, cancellation: Cancellation, clock: Clock): Promise<void> {
  using scope = new DisposableStack();
  const { promise, resolve } = Promise.withResolvers<void>();
  scope.defer(clock.after(ms, resolve));
  scope.use(cancellation.onCancel(resolve));
  await promise;
}

// The loop: asks a plan's targets in order until one answers. What follows a failure is the domain's to judge.
import { bodyProblem } from "../../../domain/call/read-request.ts";
import {
  type AttemptFailure,
  type CandidateTries,
  judge,
  type NextStep,
} from "../../../domain/failover/judge.ts";
import type { ServersNow } from "../../../domain/routing/candidate-order.ts";
import type { RoutePlan, Target } from "../../../domain/routing/plan.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Cancellation } from "../cancellation.ts";
import type { Limiter, Permit } from "../servers/limiter.ts";
import {
  type AttemptDeps,
  type AttemptSession,
  beginAttempt,
  type LiveAttempt,
} from "./attempt.ts";
import {
  cancelledInQueue,
  cannotServe,
  noneCanServe,
  notAsked,
  queueFull,
} from "./attempt-failures.ts";
import type { CommittedAnswer } from "./committed.ts";
import { nextPermit } from "./next-permit.ts";
import type { CallSession } from "./call-session.ts";

export interface FailoverDeps extends AttemptDeps {
  readonly limiter: Limiter;
  readonly serversNow: ServersNow;
}

type FailoverSession = AttemptSession & Pick<CallSession, "over" | "won" | "notAsked">;

export type Outcome = Won | Lost;

/** An answer that may go to the client. */
export interface Won {
  readonly kind: "won";
  readonly attempt: LiveAttempt;
  readonly answer: CommittedAnswer;
  /** Whoever takes the answer on disposes of the attempt and of its permit. */
  readonly permit: Permit;
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
  const unfit: AttemptFailure[] = [];
  let asked: Lost | null = null;
  for (;;) {
    const found = nextPermit(left, plan.balance, call.id, cancellation, deps);
    const next = found instanceof Promise ? await found : found;
    if (next.kind === "full") {
      for (const target of left) session.notAsked(notAsked(target, queueFull, deps.clock.now()));
      return { kind: "lost", last: queueFull, passOn: false };
    }
    if (next.kind === "cancelled") {
      const last = cancelledInQueue(cancellation.reason());
      session.notAsked(notAsked(next.target, last, deps.clock.now()));
      return { kind: "lost", last, passOn: true };
    }
    const { permit } = next;
    let isWon = false;
    try {
      left.splice(left.indexOf(next.target), 1);
      const tried = await tryTarget(session, next.target, permit, left.length > 0, deps);
      isWon = tried.kind === "won";
      if (tried.kind === "won") return tried;
      if (tried.passOn) return tried;
      if (tried.last.reason === "cannot") unfit.push(tried.last);
      else asked = tried;
      if (left.length === 0)
        return asked === null
          ? { kind: "lost", last: noneCanServe(unfit), passOn: false }
          : { ...asked, passOn: plan.targets.length === 1 };
    } finally {
      if (!isWon) permit[Symbol.dispose]();
    }
  }
}

const untried: CandidateTries = { redialled: false, retries: 0 };

/**
 * One target until it answers, or the domain says to leave it.
 * @param permit goes along with the answer that won
 */
async function tryTarget(
  session: FailoverSession,
  target: Target,
  permit: Permit,
  othersLeft: boolean,
  deps: FailoverDeps,
): Promise<Outcome> {
  const { clock } = deps;
  let tries = untried;
  for (let redial = false; ;) {
    const attempt = beginAttempt(session, target, { redial, othersLeft }, deps);
    let isWon = false;
    let decision: NextStep;
    try {
      if (attempt.cannot !== null) {
        const last = cannotServe(attempt.cannot, target);
        session.notAsked(attempt.outcome(last));
        return { kind: "lost", last, passOn: false };
      }
      const result = await attempt.ask();
      if (result.kind === "committed") {
        session.won(attempt);
        isWon = true;
        return { kind: "won", attempt, answer: result.answer, permit };
      }
      const { failure } = result;
      session.over(attempt, attempt.outcome(failure));
      // Another server would refuse it too, and the health of this one must not suffer.
      if (failure.reason === "status" && bodyProblem(session.call) !== null)
        return { kind: "lost", last: failure, passOn: true };
      decision = judge(failure, target.policy, tries, clock.chance());
      redial = decision.kind === "retry" && decision.redial;
      if (!redial) attempt.judged(failure);
      if (decision.kind !== "retry")
        return { kind: "lost", last: failure, passOn: decision.kind === "pass-on" };
    } finally {
      if (!isWon) attempt[Symbol.dispose]();
    }
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

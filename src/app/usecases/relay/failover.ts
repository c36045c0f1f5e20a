// The loop: asks a plan's targets in order until one answers. What to do about a failure is the domain's to judge.
import { type AttemptFailure, type CandidateTries, judge } from "../../../domain/failover/judge.ts";
import type { RoutePlan, Target } from "../../../domain/routing/plan.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Gate } from "../servers/limiter.ts";
import type { OpenedAnswer } from "./opening.ts";
import { whoLeft } from "./who-left.ts";
import {
  type AttemptDeps,
  type AttemptSession,
  beginAttempt,
  type LiveAttempt,
} from "./attempt.ts";
import { leftWaiting, notAsked, queueFull } from "./attempt-failures.ts";
import { nextTurn } from "./next-turn.ts";
import { onAbort } from "./on-abort.ts";
import type { CallSession } from "./session.ts";

export interface FailoverDeps extends AttemptDeps {
  readonly gate: Gate;
}

type FailoverSession = AttemptSession & Pick<CallSession, "note" | "began">;

export type Outcome = Won | Lost;

/** An answer that may go to the client. */
export interface Won {
  readonly kind: "won";
  readonly attempt: LiveAttempt;
  readonly answer: OpenedAnswer;
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
 * @param session told of every attempt that begins, and of those that failed, in order
 */
export async function failOver(
  session: FailoverSession,
  plan: RoutePlan,
  deps: FailoverDeps,
): Promise<Outcome> {
  const { call, signal } = session;
  const left = [...plan.targets];
  for (;;) {
    using candidate = new DisposableStack();
    const turn = await nextTurn(left, call.id, signal, deps);
    if (turn.kind === "full") {
      for (const target of left) session.note(notAsked(target, queueFull, deps.clock.now()));
      return { kind: "lost", last: queueFull, passOn: false };
    }
    if (turn.kind === "gone") {
      const gone = { ...leftWaiting, message: whoLeft(signal) };
      session.note(notAsked(turn.target, gone, deps.clock.now()));
      return { kind: "lost", last: gone, passOn: true };
    }
    candidate.use(turn.permit);
    left.splice(left.indexOf(turn.target), 1);
    const tried = await tryTarget(session, turn.target, left.length > 0, deps);
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
    session.began(attempt);
    const opening = await attempt.open();
    if (opening.kind === "opened")
      return { kind: "won", attempt, answer: opening.answer, scope: scope.move() };
    const { failure } = opening;
    session.note(attempt.outcome(failure));
    const verdict = judge(failure, target.policy, tries, clock.chance());
    redial = verdict.kind === "again" && verdict.redial;
    if (!redial) attempt.judged(failure);
    scope.dispose();
    if (verdict.kind !== "again")
      return { kind: "lost", last: failure, passOn: verdict.kind === "pass-on" };
    tries = redial ? { ...tries, redialled: true } : { ...tries, retries: tries.retries + 1 };
    if (verdict.afterMs > 0) await pause(verdict.afterMs, session.signal, clock);
  }
}

/** Ends early when the client leaves; the next attempt then finds it gone. */
async function pause(ms: number, gone: AbortSignal, clock: Clock): Promise<void> {
  using scope = new DisposableStack();
  const { promise, resolve } = Promise.withResolvers<void>();
  scope.defer(clock.after(ms, resolve));
  scope.use(onAbort(gone, resolve));
  await promise;
}

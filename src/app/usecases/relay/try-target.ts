// One target until it answers, or the domain says to leave it: asked anew where a retry may help.
import { bodyProblem } from "../../../domain/call/read-request.ts";
import {
  type AttemptFailure,
  type CandidateTries,
  judge,
  type NextStep,
} from "../../../domain/failover/judge.ts";
import type { Target } from "../../../domain/routing/plan.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Cancellation } from "../cancellation.ts";
import type { Permit } from "../servers/limiter.ts";
import {
  type Asking,
  type AttemptDeps,
  type AttemptSession,
  beginAttempt,
  type LiveAttempt,
} from "./attempt.ts";
import { cannotServe } from "./attempt-failures.ts";
import type { CallSession } from "./call-session.ts";
import type { CommittedAnswer } from "./committed.ts";

/** What of a call's session those hear of who ask for it. */
export type AskingSession = AttemptSession & Pick<CallSession, "over" | "won" | "notAsked">;

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

const untried: CandidateTries = { redialled: false, retries: 0 };

/**
 * @param session hears of every attempt: that it began, that it won, or how it was lost
 * @param permit goes along with the answer that won; else it is given back
 * @param others who may be asked instead
 */
export async function tryTarget(
  session: AskingSession,
  target: Target,
  permit: Permit,
  others: Asking["others"],
  deps: AttemptDeps,
): Promise<Outcome> {
  const { clock } = deps;
  let tries = untried;
  let isWon = false;
  try {
    for (let redial = false; ;) {
      const attempt = beginAttempt(session, target, { redial, others }, deps);
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
  } finally {
    if (!isWon) permit[Symbol.dispose]();
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

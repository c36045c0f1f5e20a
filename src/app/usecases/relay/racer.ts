// One of several targets that are asked at once. It stands between its attempts and the call's session,
// so that neither has to know that there are others.
import type { Attempt } from "../../../domain/failover/attempt.ts";
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import type { Target } from "../../../domain/routing/plan.ts";
import { type CallCancellation, createCancellation } from "../cancellation.ts";
import { outrunBy } from "./attempt-failures.ts";
import type { AttemptReport, CallSession, Why } from "./call-session.ts";
import type { AskingSession } from "./try-target.ts";

export type RaceSession = AskingSession &
  Pick<CallSession, "goesOn" | "stands" | "report" | "release">;

/** Whoever decides which of them wins. */
export interface Referee {
  /** It has its first content, or a whole answer. */
  leads(racer: Racer): void;
  /** The first byte of an answer has come to it. */
  heard(racer: Racer): void;
}

/** Disposing of it stops listening to the call's cancellation. */
export class Racer implements AskingSession, Disposable {
  readonly target: Target;
  /** The call's, or this one's own once it has lost. */
  readonly cancellation: CallCancellation;
  readonly #session: RaceSession;
  readonly #referee: Referee;
  readonly #listening: Disposable;
  #attempt: AttemptReport | null = null;
  #last: AttemptReport | null = null;
  #awaitsByte = false;
  /** Why it goes on though another is ahead. */
  #kept: Why | null = null;
  #isOut = false;

  constructor(target: Target, session: RaceSession, referee: Referee) {
    this.target = target;
    this.#session = session;
    this.#referee = referee;
    this.cancellation = createCancellation(null, session);
    const { cancellation } = session;
    this.#listening = cancellation.onCancel(() =>
      this.cancellation.cancel(cancellation.reason() ?? ""),
    );
  }

  get call(): IncomingCall {
    return this.#session.call;
  }

  began(attempt: AttemptReport): number {
    if (this.#isOut) return 0;
    this.#attempt = attempt;
    this.#awaitsByte = true;
    return this.#session.began(attempt);
  }

  answered(): void {
    this.#awaitsByte = false;
    this.#referee.heard(this);
  }

  contentBegan(attempt: AttemptReport): void {
    if (!this.#competes()) return;
    this.#session.contentBegan(attempt);
    this.#referee.leads(this);
  }

  won(attempt: AttemptReport): void {
    if (!this.#competes()) return;
    this.#referee.leads(this);
    this.#session.won(attempt);
  }

  over(attempt: AttemptReport, outcome: Attempt): void {
    if (this.#isOut) return;
    this.#attempt = null;
    this.#last = attempt;
    const kept = this.#kept;
    if (kept === null) this.#session.over(attempt, outcome);
    else {
      this.#session.over(attempt, { ...outcome, reason: kept.reason, error: kept.message });
      // It is not asked again.
      this.giveUp(kept.message);
    }
  }

  notAsked(outcome: Attempt): void {
    if (!this.#isOut) this.#session.notAsked(outcome);
  }

  /** Whether it has been asked, and not a byte has come of an answer. */
  awaitsByte(): boolean {
    return this.#awaitsByte && this.#attempt !== null;
  }

  isKept(): boolean {
    return this.#kept !== null;
  }

  /** Another is ahead; this one's connection stays open all the same. */
  keep(winner: Target): void {
    this.#keep(outrunBy(winner, true));
  }

  /** The one ahead has failed: this one may win after all. */
  competeAgain(): void {
    this.#keep(null);
  }

  /** Another is ahead: it is over as far as the call is concerned, though its connection may still be closing. */
  letGo(winner: Target): void {
    const why = outrunBy(winner, false);
    const attempt = this.#attempt;
    try {
      if (attempt !== null) this.#session.over(attempt, attempt.outcome(why));
    } finally {
      this.giveUp(why.message);
    }
  }

  /** Nothing of it is heard of any more. @param why in words */
  giveUp(why: string): void {
    this.#isOut = true;
    this.cancellation.cancel(why);
  }

  /** The first byte has come: the connection is closed, which ends the attempt. */
  close(): void {
    this.cancellation.cancel(this.#kept?.message ?? "");
  }

  /** Its failure is the call's. */
  stands(): void {
    if (this.#last !== null) this.#session.stands(this.#last);
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  #competes(): boolean {
    return !this.#isOut && this.#kept === null;
  }

  #keep(why: Why | null): void {
    this.#kept = why;
    if (this.#attempt !== null) this.#session.goesOn(this.#attempt, why);
  }
}

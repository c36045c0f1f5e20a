// A call's attempts, in the order of its row: those that asked a target, and targets that were not even asked.
import { type Attempt, loggedAttempt } from "../../../domain/failover/attempt.ts";
import type { LoggedAttempt } from "../../../domain/log/log-entry.ts";
import type { AttemptReport, Why } from "./call-session.ts";

/** Without a report where nobody was asked, without an outcome until it is over. */
interface Listed {
  readonly report: AttemptReport | null;
  outcome: Attempt | null;
  /** What its outcome is where it goes on after the call; null: the call ends with it. */
  goesOn: Why | null;
}

export class AttemptList {
  readonly #listed: Listed[] = [];
  #lastOver: AttemptReport | null = null;
  #lastOutcome: Attempt | null = null;

  /** @returns whether nothing was listed before it */
  began(report: AttemptReport): boolean {
    return this.#listed.push({ report, outcome: null, goesOn: null }) === 1;
  }

  /** May be said of one more than once. @returns another that is still waited for; null: there is none */
  over(attempt: AttemptReport, outcome: Attempt): AttemptReport | null {
    let other: AttemptReport | null = null;
    for (const listed of this.#listed)
      if (listed.report === attempt) listed.outcome = outcome;
      else if (listed.outcome === null && listed.goesOn === null) other = listed.report;
    if (outcome.reason !== "outrun") {
      this.#lastOver = attempt;
      this.#lastOutcome = outcome;
    }
    return other;
  }

  /** See CallSession.goesOn. */
  goesOn(attempt: AttemptReport, why: Why | null): void {
    for (const listed of this.#listed) if (listed.report === attempt) listed.goesOn = why;
  }

  notAsked(outcome: Attempt): void {
    this.#listed.push({ report: null, outcome, goesOn: null });
    // Whom it could not serve says less of a call than who failed it.
    if (outcome.reason !== "cannot" || this.#lastOutcome === null) this.#lastOutcome = outcome;
  }

  /** The call ends with it, though its outcome is not known yet. */
  endsWith(attempt: AttemptReport): void {
    this.#lastOver = attempt;
  }

  /** null: it is not over. */
  outcomeOf(attempt: AttemptReport): Attempt | null {
    return this.#listed.find(({ report }) => report === attempt)?.outcome ?? null;
  }

  /** Those that are not over and that the call ends with. */
  waitedFor(): readonly AttemptReport[] {
    return this.#listed.flatMap(({ report, outcome, goesOn }) =>
      report !== null && outcome === null && goesOn === null ? [report] : [],
    );
  }

  /** Those that are not over and go on after the call, each with what its row is to say. */
  leftBehind(): readonly (readonly [AttemptReport, Why])[] {
    return this.#listed.flatMap(({ report, outcome, goesOn }) =>
      report !== null && outcome === null && goesOn !== null ? [[report, goesOn] as const] : [],
    );
  }

  count(): number {
    return this.#listed.length;
  }

  /** Those that are over. */
  outcomes(): readonly Attempt[] {
    const over: Attempt[] = [];
    for (const { outcome } of this.#listed) if (outcome !== null) over.push(outcome);
    return over;
  }

  /** The same as a row has them. */
  logged(): readonly LoggedAttempt[] {
    const over: LoggedAttempt[] = [];
    for (const { outcome } of this.#listed) if (outcome !== null) over.push(loggedAttempt(outcome));
    return over;
  }

  /** See CallSession.lastOutcome. */
  lastOutcome(): Attempt | null {
    return this.#lastOutcome;
  }

  /** See CallSession.lastOver. */
  lastOver(): AttemptReport | null {
    return this.#lastOver;
  }
}

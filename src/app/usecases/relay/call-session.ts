// What a call's session is to those who work on the call: what they report to it, and may ask of it.
import type { Attempt } from "../../../domain/failover/attempt.ts";
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import type { AttemptFailure } from "../../../domain/failover/judge.ts";
import type { HeaderList } from "../../../domain/http/headers.ts";
import type { Way } from "../../../domain/call/way.ts";
import type { CapturedBody } from "../../../domain/log/log-entry.ts";
import type { Target } from "../../../domain/routing/plan.ts";
import type { Cancellation } from "../cancellation.ts";
import type { Captured } from "./capture.ts";

/** What the client saw of an answer. */
export interface Sent {
  /** Unless its head was sent early, or it left. */
  readonly statusCode: number;
  readonly headers: HeaderList;
  /** What the client got, where that is not what came. */
  readonly delivered?: CapturedBody | null;
}

/** Why an attempt did not come to its end. */
export type Why = Pick<AttemptFailure, "reason" | "message">;

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
  readonly way: Way;
  readonly received: Captured;
  /** Fields of the request that cannot be carried to the target, and parts of its answer, so far, that cannot be carried back. */
  dropped(): readonly string[];
  /** The events by which a stream has begun that passes as it comes; null: none have come, or it is translated. */
  beginning(): Uint8Array | null;
  /** Fields that the target wants and the client did not send. */
  readonly added: readonly string[];
  /**
   * As the row lists it.
   * @param broken why it did not come to its end; null where it did, or goes on
   * @param remark what is to be said of one that did
   */
  outcome(broken: Why | null, remark?: string | null): Attempt;
}

export interface CallSession {
  readonly call: IncomingCall;
  /** Cancelled when nobody waits for the answer any more: the client left, someone cancelled the call, or a fault ended it. */
  readonly cancellation: Cancellation;
  /**
   * An attempt asks its target, which the row in flight names from now on.
   * @returns its number among those that asked, from 1
   */
  began(attempt: AttemptReport): number;
  /** The head of an attempt's answer has come. */
  answered(attempt: AttemptReport): void;
  /** The first content of an attempt's answer has come. */
  contentBegan(attempt: AttemptReport): void;
  /** The attempt's answer goes to the client: the row in flight is about it. */
  won(attempt: AttemptReport): void;
  /** An attempt is over: as the winner when its answer is delivered, as a loser at any time, more than once. */
  over(attempt: AttemptReport, outcome: Attempt): void;
  /**
   * Another attempt's answer is waited for, but this one goes on.
   * @param why what its row is to say where the call ends first; null: it may win after all
   */
  goesOn(attempt: AttemptReport, why: Why | null): void;
  /** Of several that failed, this one's failure is the call's. */
  stands(attempt: AttemptReport): void;
  /** A target that was not even asked. */
  notAsked(outcome: Attempt): void;
  /** Those that are over, in the order in which they began. */
  attempts(): readonly Attempt[];
  /** How many have begun or are over. */
  attemptCount(): number;
  /** The outcome that came last, of one that another outran aside; null where there is none. */
  lastOutcome(): Attempt | null;
  /** The attempt that it is of: the row's answer is its. */
  lastOver(): AttemptReport | null;
  /** How the attempt that began last asks its target; null: none has begun. */
  way(): Way | null;
  /** The events by which its server's own stream has begun; null: none have come. */
  beginning(): Uint8Array | null;
  /** The client was sent this status before the answer was known. */
  headSent(status: number): void;
  /** The first ending counts; later ones are ignored. Never throws. */
  end(ending: Ending): void;
  /** As `end`, after a fault of the router's own: reported, and whatever still works for the call is stopped. */
  fail(error: unknown, sent: Sent): void;
  /** A fault of the router's own that the call does not suffer from. Never throws. */
  report(error: unknown): void;
  /** Gives back what the call holds beside the session's own; what is thrown meanwhile is reported, and no more. */
  release(scope: Disposable): void;
}

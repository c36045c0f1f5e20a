// One attempt at one target: an object that owns what it holds, from before it asks until its answer
// is delivered or has failed. Several may be under way for one call.
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import type { Framing } from "../../../domain/bytes/framing.ts";
import type { Attempt } from "../../../domain/failover/attempt.ts";
import type { Budget, Share } from "../../../domain/failover/budget.ts";
import type { Bridge } from "../../../domain/protocols/bridge.ts";
import { bodyProblem } from "../../../domain/call/read-request.ts";
import { bridgeFor, canBeTranslated } from "../../../domain/protocols/choose-bridge.ts";
import { demandsOf } from "../../../domain/fitness/demands.ts";
import { isNotSpoken } from "../../../domain/protocols/not-spoken.ts";
import { refusedPart } from "../../../domain/protocols/refused-part.ts";
import type { Way } from "../../../domain/call/way.ts";
import type { ReasoningMemory } from "../../../domain/protocols/neutral/signed-turn.ts";
import { refusesReference } from "../../../domain/protocols/refused-reference.ts";
import {
  callInFull,
  continuesPrevious,
  replayedId,
} from "../../../domain/protocols/continued-call.ts";
import { refusesSeal } from "../../../domain/protocols/refused-seal.ts";
import type { AttemptFailure } from "../../../domain/failover/judge.ts";
import type { Via } from "../../../domain/http/via.ts";
import { outgoingRequest } from "../../../domain/http/outgoing.ts";
import type { Target } from "../../../domain/routing/plan.ts";
import type { SchemaCheck } from "../../../ports/schema-check.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Exchange, NoAnswer, Upstream, UpstreamAnswer } from "../../../ports/upstream.ts";
import type { HealthBoard } from "../servers/health-board.ts";
import type { KnownServers } from "../servers/known-servers.ts";
import type { SpokenBoard } from "../servers/spoken-board.ts";
import { clientLeft, noFirstToken, withoutAnswer } from "./attempt-failures.ts";
import { type Capture, type CaptureLimits, createCapture } from "./capture.ts";
import { commitAnswer } from "./commit.ts";
import type { AttemptResult, ContentListener } from "./committed.ts";
import type { AttemptReport, CallSession } from "./call-session.ts";

export interface AttemptDeps extends CaptureLimits {
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly via: Via;
  /** Whether each attempt has a span of its own in `traceparent`. */
  readonly traced: boolean;
  readonly heldBudget: Budget;
  readonly health: HealthBoard;
  readonly spoken: SpokenBoard;
  readonly servers: KnownServers;
  /** An estimate of a prompt's tokens. @param bytes of the request */
  readonly promptTokens: (model: string | null, bytes: number) => number;
  readonly reasoning: ReasoningMemory;
  /** Answers are kept for later calls that refer to them. */
  readonly keepsAnswers: boolean;
  readonly schemas: SchemaCheck;
}

/** How a target is asked. */
export interface Asking {
  /** Over a connection of its own. */
  readonly redial: boolean;
  /** Who may be asked instead where its first content takes too long; looked at again when it has. */
  readonly others: { readonly length: number };
}

/**
 * Disposing of it gives back whatever it holds, at any time, more than once: the upstream's
 * connection, be it still asked for, the bytes held and kept for the log, its timer, its listener,
 * the question to the server's health.
 */
export interface LiveAttempt extends AttemptReport, Disposable {
  /** Whether the answer so far gives an estimate for the prompt's tokens. */
  isEstimated(): boolean;
  /** What of the call its target cannot serve; then it is not to ask. null: nothing. */
  readonly cannot: string | null;
  /** Asks the target and reads its answer up to the commit point. Called once. */
  ask(): Promise<AttemptResult>;
  /** What its end says of the server's health; null: it served. Said of none, nothing is known. */
  judged(failure: Pick<AttemptFailure, "reason" | "message" | "status"> | null): void;
}

export type AttemptSession = Pick<
  CallSession,
  "call" | "cancellation" | "began" | "answered" | "contentBegan"
>;

export function beginAttempt(
  session: AttemptSession,
  target: Target,
  asking: Asking,
  deps: AttemptDeps,
): LiveAttempt {
  const attempt = new TargetAttempt(session, target, deps);
  try {
    attempt.begin(asking);
    return attempt;
  } catch (error) {
    attempt[Symbol.dispose]();
    throw error;
  }
}

class TargetAttempt implements LiveAttempt, ContentListener {
  readonly target: Target;
  readonly #session: AttemptSession;
  readonly #deps: AttemptDeps;
  /** The session's, as the target is to be asked. */
  #call: IncomingCall;
  #bridge: Bridge;
  readonly #startedAt: number;
  readonly #start: number;
  #redial = false;
  #isQuestion = false;
  #capture: Capture | null = null;
  #share: Share | null = null;
  #listening: Disposable | null = null;
  #stopFirstToken: (() => void) | null = null;
  #exchange: Exchange | null = null;
  #reply: UpstreamAnswer | NoAnswer | null = null;
  #changed: readonly string[] = [];
  #ttftMs: number | null = null;
  #givenUp = false;
  #late = false;
  #judged = false;
  #disposed = false;

  constructor(session: AttemptSession, target: Target, deps: AttemptDeps) {
    const { clock } = deps;
    this.target = target;
    this.#session = session;
    this.#deps = deps;
    this.#startedAt = clock.now();
    this.#start = clock.elapsed();
    this.#call = session.call;
    this.#bridge = bridgeFor(this.#call, target, deps);
  }

  /** Takes what an attempt needs; what it has taken before it throws is given back by disposing of it. */
  begin({ redial, others }: Asking): void {
    const { health, heldBudget, clock } = this.#deps;
    const { firstTokenTimeoutMs } = this.target.policy;
    this.#redial = redial;
    health.asked(this.target.server.baseUrl);
    this.#isQuestion = true;
    this.#capture = createCapture(this.#deps);
    this.#share = heldBudget.share();
    this.#listening = this.#session.cancellation.onCancel(() => this.#giveUp());
    if (others.length > 0 && firstTokenTimeoutMs !== null)
      this.#stopFirstToken = clock.after(firstTokenTimeoutMs, () => {
        if (others.length === 0) return;
        this.#late = true;
        this.#giveUp();
      });
  }

  async ask(): Promise<AttemptResult> {
    const { call } = this.#session;
    const { server, policy } = this.target;
    const { upstream, clock, via, traced } = this.#deps;
    const number = this.#session.began(this);
    for (;;) {
      const bridge = this.#bridge;
      const asked = bridge.instead === null ? upstream : answering(bridge.instead);
      const outgoing = outgoingRequest(
        call,
        this.target,
        bridge,
        via.pseudonym(),
        traced ? number : null,
      );
      this.#changed = outgoing.changed;
      if (this.#givenUp) return this.#failedBy(withoutAnswer({ kind: "aborted" }));
      this.#exchange = asked.send({
        method: call.method,
        url: outgoing.url,
        headers: outgoing.headers,
        body: outgoing.body,
        connectTimeoutMs: policy.connectTimeoutMs,
        silenceTimeoutMs: policy.requestTimeoutMs,
        freshConnection: this.#redial,
        ca: server.ca,
        insecure: server.insecure,
        proxy: server.proxy,
      });
      if (this.#givenUp) this.#exchange.cancel();
      const reply = await this.#exchange.reply;
      this.#reply = reply;
      if (reply.kind !== "answered") return this.#failedBy(withoutAnswer(reply));
      this.#session.answered(this);
      // Given up for another, just when the answer came.
      if (this.#disposed) reply.body.cancel();
      const result = await commitAnswer(reply, {
        call,
        url: outgoing.url,
        baseUrl: server.baseUrl,
        bridge,
        policy,
        demands: demandsOf(call, policy),
        schemas: this.#deps.schemas,
        capture: this.received,
        share: this.#held,
        clock,
        listener: this,
      });
      if (this.#asksOtherwise(result)) continue;
      this.#stopFirstToken?.();
      return result.kind === "failed" ? this.#failedBy(result.failure) : result;
    }
  }

  get way(): Way {
    return this.#bridge.way;
  }

  get cannot(): string | null {
    return this.#bridge.cannot;
  }

  beginning(): Uint8Array | null {
    return this.#bridge.beginning();
  }

  isEstimated(): boolean {
    return this.#bridge.isEstimated();
  }

  get received(): Capture {
    if (this.#capture === null) throw new Error("an attempt was used before it began");
    return this.#capture;
  }

  get added(): readonly string[] {
    return this.#bridge.added;
  }

  dropped(): readonly string[] {
    const { dropped } = this.#bridge;
    const later = [
      ...this.#bridge.lost(),
      ...replayedId(this.#session.call, this.#call, this.target),
    ];
    return later.length === 0 ? dropped : [...new Set([...dropped, ...later])];
  }

  outcome(
    broken: Pick<AttemptFailure, "reason" | "message"> | null,
    remark: string | null = null,
  ): Attempt {
    const reply = this.#reply;
    return {
      target: this.target,
      way: this.way,
      startedAt: this.#startedAt,
      durationMs: this.#since(),
      connectMs: reply === null || reply.kind === "aborted" ? null : reply.connectMs,
      ttftMs: this.#ttftMs,
      status: reply?.kind === "answered" ? reply.status : null,
      reason: broken?.reason ?? "served",
      error: broken?.message ?? remark,
      changed: this.#changed,
    };
  }

  judged(failure: Pick<AttemptFailure, "reason" | "message" | "status"> | null): void {
    const { health } = this.#deps;
    const { baseUrl } = this.target.server;
    this.#judged = true;
    if (failure === null) health.served(baseUrl);
    else health.failed(baseUrl, failure);
  }

  onContent(framing: Framing): void {
    this.#stopFirstToken?.();
    if (framing === "none" || this.#disposed) return;
    this.#ttftMs = this.#since();
    this.#session.contentBegan(this);
  }

  /** Whatever throws, the rest is given back all the same. */
  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    try {
      this.#giveUp();
    } finally {
      try {
        this.#stopFirstToken?.();
      } finally {
        this.#listening?.[Symbol.dispose]();
        this.#share?.[Symbol.dispose]();
        this.#capture?.[Symbol.dispose]();
        if (this.#isQuestion && !this.#judged)
          this.#deps.health.undecided(this.target.server.baseUrl);
      }
    }
  }

  /** What a server refuses only the form of is asked of it once more, within the same attempt: nothing has failed. */
  #asksOtherwise(result: AttemptResult): boolean {
    if (this.#givenUp) return false;
    const bridge =
      result.kind === "failed"
        ? this.#otherBridge(result.failure)
        : continuesPrevious(this.#call, this.target, result.answer.held)
          ? null
          : this.#inFull();
    if (bridge === null) return false;
    const { heldBudget } = this.#deps;
    this.#exchange?.cancel();
    this.#share?.[Symbol.dispose]();
    this.#share = heldBudget.share();
    this.#capture?.[Symbol.dispose]();
    this.#capture = createCapture(this.#deps);
    this.#ttftMs = null;
    this.#bridge = bridge;
    return true;
  }

  /**
   * Translated for a server that does not speak what it was asked in; for one that is asked so already,
   * without signatures or whatever else it refuses that the call can do without. null: none is left.
   */
  #otherBridge(failure: AttemptFailure): Bridge | null {
    const call = this.#call;
    const { spoken, servers } = this.#deps;
    const { target } = this;
    const { retells, unsealed } = this.#bridge;
    if (retells) {
      if (refusesSeal(failure)) return unsealed?.() ?? null;
      const part = refusedPart(failure);
      const mayHelp = part !== null && servers.refused(target, part);
      return mayHelp ? bridgeFor(call, target, this.#deps) : null;
    }
    if (refusesReference(failure)) return this.#inFull();
    if (!isNotSpoken(failure) || !canBeTranslated(call, target) || bodyProblem(call) !== null)
      return null;
    spoken.refused(target.server.baseUrl, call.endpoint.protocol);
    return bridgeFor(call, target, this.#deps);
  }

  /** For a server that has not kept what the call continues; null: it got all of it already. */
  #inFull(): Bridge | null {
    const full = callInFull(this.#call, this.target);
    if (full === null) return null;
    this.#call = full;
    return bridgeFor(full, this.target, this.#deps);
  }

  get #held(): Share {
    if (this.#share === null) throw new Error("an attempt was used before it began");
    return this.#share;
  }

  #giveUp(): void {
    this.#givenUp = true;
    this.#exchange?.cancel();
  }

  /** ms. */
  #since(): number {
    return Math.round(this.#deps.clock.elapsed() - this.#start);
  }

  /** An exchange that was given up fails by the reason for giving it up. */
  #failedBy(failure: AttemptFailure): AttemptResult {
    const reason = this.#session.cancellation.reason();
    if (reason !== null)
      return { kind: "failed", failure: { ...failure, ...clientLeft, message: reason } };
    if (!this.#late) return { kind: "failed", failure };
    const { firstTokenTimeoutMs } = this.target.policy;
    return { kind: "failed", failure: { ...failure, ...noFirstToken(firstTokenTimeoutMs) } };
  }
}

/** Stands in for the upstream where the bridge knows the answer. */
function answering({ status, body }: NonNullable<Bridge["instead"]>): Upstream {
  let left: Uint8Array | null = body;
  const answer: UpstreamAnswer = {
    kind: "answered",
    status,
    headers: [["content-type", "application/json"]],
    connectMs: null,
    body: {
      read() {
        const bytes = left;
        left = null;
        return Promise.resolve(bytes === null ? { kind: "end" } : { kind: "bytes", bytes });
      },
      cancel: () => undefined,
    },
  };
  return { send: () => ({ reply: Promise.resolve(answer), cancel: () => undefined }) };
}

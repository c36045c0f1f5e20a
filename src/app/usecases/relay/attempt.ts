// One attempt at one target: an object that owns what it holds, from before it asks until its answer
// is delivered or has failed. Several may be under way for one call.
import type { Budget } from "../../../domain/failover/budget.ts";
import type { Bridge } from "../../../domain/protocols/bridge.ts";
import { bridgeFor } from "../../../domain/protocols/choose-bridge.ts";
import type { AttemptFailure } from "../../../domain/failover/judge.ts";
import { outgoingRequest } from "../../../domain/http/outgoing.ts";
import type { Target } from "../../../domain/routing/plan.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Exchange, Upstream, UpstreamAnswer } from "../../../ports/upstream.ts";
import type { HealthBoard } from "../servers/health-board.ts";
import { clientLeft, noFirstToken, withoutAnswer } from "./attempt-failures.ts";
import { type CaptureLimits, createCapture } from "./capture.ts";
import { commitAnswer } from "./commit.ts";
import type { AttemptResult } from "./committed.ts";
import type { AttemptReport, CallSession } from "./session.ts";

export interface AttemptDeps extends CaptureLimits {
  readonly upstream: Upstream;
  readonly clock: Clock;
  /** This process's pseudonym in `Via`. */
  readonly via: string;
  /** Whether each attempt has a span of its own in `traceparent`. */
  readonly traced: boolean;
  readonly heldBudget: Budget;
  readonly health: HealthBoard;
}

/** How a target is asked. */
export interface Asking {
  /** Over a connection of its own. */
  readonly redial: boolean;
  /** There is someone to go on to where its first content takes too long. */
  readonly othersLeft: boolean;
}

/**
 * Disposing of it gives back whatever it holds, at any time, more than once: the upstream's
 * connection, be it still asked for, the bytes held and kept for the log, its timer, its listener,
 * the question to the server's health.
 */
export interface LiveAttempt extends AttemptReport, Disposable {
  /** Asks the target and reads its answer up to the commit point. Called once. */
  ask(): Promise<AttemptResult>;
  /** What its end says of the server's health; null: it served. Said of none, nothing is known. */
  judged(failure: Pick<AttemptFailure, "reason" | "message" | "status"> | null): void;
}

export type AttemptSession = Pick<CallSession, "call" | "cancellation" | "began" | "contentBegan">;

export function beginAttempt(
  session: AttemptSession,
  target: Target,
  asking: Asking,
  deps: AttemptDeps,
): LiveAttempt {
  using beginning = new DisposableStack();
  const { call, cancellation } = session;
  const { clock, health } = deps;
  const { server, policy } = target;
  const startedAt = clock.now();
  const start = clock.elapsed();
  const since = () => Math.round(clock.elapsed() - start);
  const bridge = bridgeFor(call, target, () => clock.now());
  let exchange: Exchange | null = null;
  let reply: Awaited<Exchange["reply"]> | null = null;
  let givenUp = false;
  let ttftMs: number | null = null;
  let late = false;
  let judged = false;

  function giveUp(): void {
    givenUp = true;
    exchange?.cancel();
  }

  health.asked(server.baseUrl);
  beginning.defer(() => {
    if (!judged) health.undecided(server.baseUrl);
  });
  const capture = beginning.use(createCapture(deps));
  const share = beginning.use(deps.heldBudget.share());
  beginning.use(cancellation.onCancel(giveUp));
  const stopFirstToken =
    asking.othersLeft && policy.firstTokenTimeoutMs !== null
      ? clock.after(policy.firstTokenTimeoutMs, () => {
          late = true;
          giveUp();
        })
      : nothingToStop;
  beginning.defer(stopFirstToken);
  beginning.defer(giveUp);
  const scope = beginning.move();

  async function ask(): Promise<AttemptResult> {
    const number = session.began(attempt);
    const upstream = bridge.instead === null ? deps.upstream : answering(bridge.instead);
    const outgoing = outgoingRequest(call, server, bridge, deps.via, deps.traced ? number : null);
    if (givenUp) return failedBy(withoutAnswer({ kind: "aborted" }));
    exchange = upstream.send({
      method: call.method,
      ...outgoing,
      connectTimeoutMs: policy.connectTimeoutMs,
      silenceTimeoutMs: policy.requestTimeoutMs,
      freshConnection: asking.redial,
      ca: server.ca,
      insecure: server.insecure,
      proxy: server.proxy,
    });
    reply = await exchange.reply;
    if (reply.kind !== "answered") return failedBy(withoutAnswer(reply));
    const { body } = reply;
    // Given up for another, just when the answer came.
    if (scope.disposed) body.cancel();
    const result = await commitAnswer(reply, {
      call,
      url: outgoing.url,
      baseUrl: server.baseUrl,
      bridge,
      policy,
      capture,
      share,
      clock,
      onContent(framing) {
        stopFirstToken();
        if (framing === "none" || scope.disposed) return;
        ttftMs = since();
        session.contentBegan(attempt);
      },
    });
    stopFirstToken();
    return result.kind === "failed" ? failedBy(result.failure) : result;
  }

  /** An exchange that was given up fails by the reason for giving it up. */
  function failedBy(failure: AttemptFailure): AttemptResult {
    const reason = cancellation.reason();
    if (reason !== null)
      return { kind: "failed", failure: { ...failure, ...clientLeft, message: reason } };
    if (!late) return { kind: "failed", failure };
    const { firstTokenTimeoutMs } = policy;
    return { kind: "failed", failure: { ...failure, ...noFirstToken(firstTokenTimeoutMs) } };
  }

  const attempt: LiveAttempt = {
    target,
    received: capture,
    dropped: () => [...new Set([...bridge.dropped, ...bridge.lost()])],
    ask,
    outcome: (broken, remark) => ({
      target,
      startedAt,
      durationMs: since(),
      connectMs: reply === null || reply.kind === "aborted" ? null : reply.connectMs,
      ttftMs,
      status: reply?.kind === "answered" ? reply.status : null,
      reason: broken?.reason ?? "served",
      error: broken?.message ?? remark ?? null,
    }),
    judged(failure) {
      judged = true;
      if (failure === null) health.served(server.baseUrl);
      else health.failed(server.baseUrl, failure);
    },
    [Symbol.dispose]: () => scope.dispose(),
  };
  return attempt;
}

const nothingToStop = () => undefined;

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

// One attempt at one target: an object that owns what it holds, from before it asks until its answer
// is delivered or has failed.
import type { Budget } from "../../../domain/failover/budget.ts";
import type { Bridge } from "../../../domain/protocols/bridge.ts";
import { bridgeFor } from "../../../domain/protocols/choose-bridge.ts";
import type { AttemptFailure } from "../../../domain/failover/judge.ts";
import { outgoingRequest } from "../../../domain/http/outgoing.ts";
import type { Target } from "../../../domain/routing/plan.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Upstream, UpstreamAnswer } from "../../../ports/upstream.ts";
import { type CaptureLimits, createCapture } from "./capture.ts";
import type { HealthBoard } from "../servers/health-board.ts";
import { openAnswer } from "./commit.ts";
import type { Opening } from "./opening.ts";
import { whoLeft } from "./who-left.ts";
import { clientLeft, noFirstToken, withoutAnswer } from "./attempt-failures.ts";
import { onAbort } from "./on-abort.ts";
import type { AttemptUnderWay, CallSession } from "./session.ts";

export interface AttemptDeps extends CaptureLimits {
  readonly upstream: Upstream;
  readonly clock: Clock;
  /** This process's pseudonym in `Via`. */
  readonly via: string;
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
 * connection, the bytes held, its timer, its listener, the question to the server's health.
 */
export interface LiveAttempt extends AttemptUnderWay, Disposable {
  /** Asks the target and reads its answer up to the commit point. Called once. */
  open(): Promise<Opening>;
  /** What its end says of the server's health; null: it served. Said of none, nothing is known. */
  judged(failure: Pick<AttemptFailure, "reason" | "message" | "status"> | null): void;
}

export type AttemptSession = Pick<CallSession, "call" | "signal" | "contentBegan">;

export function beginAttempt(
  session: AttemptSession,
  target: Target,
  asking: Asking,
  deps: AttemptDeps,
): LiveAttempt {
  using beginning = new DisposableStack();
  const { call, signal } = session;
  const { clock, health } = deps;
  const { server, policy } = target;
  const startedAt = clock.now();
  const start = clock.elapsed();
  const since = () => Math.round(clock.elapsed() - start);
  const capture = createCapture(deps);
  const bridge = bridgeFor(call, target, () => clock.now());
  const controller = new AbortController();
  let reply: Awaited<ReturnType<Upstream["send"]>> | null = null;
  let ttftMs: number | null = null;
  let late = false;
  let judged = false;

  health.asked(server.baseUrl);
  beginning.defer(() => {
    if (!judged) health.undecided(server.baseUrl);
  });
  beginning.use(onAbort(signal, () => controller.abort()));
  const share = beginning.use(deps.heldBudget.share());
  const stopFirstToken =
    asking.othersLeft && policy.firstTokenTimeoutMs !== null
      ? clock.after(policy.firstTokenTimeoutMs, () => {
          late = true;
          controller.abort();
        })
      : nothingToStop;
  beginning.defer(stopFirstToken);
  const scope = beginning.move();

  async function open(): Promise<Opening> {
    const exchange = bridge.instead === null ? deps.upstream : answering(bridge.instead);
    const outgoing = outgoingRequest(call, server, bridge, deps.via);
    reply = await exchange.send({
      method: call.method,
      ...outgoing,
      connectTimeoutMs: policy.connectTimeoutMs,
      silenceTimeoutMs: policy.requestTimeoutMs,
      freshConnection: asking.redial,
      ca: server.ca,
      insecure: server.insecure,
      proxy: server.proxy,
      signal: controller.signal,
    });
    if (reply.kind !== "answered") return blamed(withoutAnswer(reply));
    const { body } = reply;
    scope.defer(() => body.cancel());
    const opening = await openAnswer(reply, {
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
        if (framing === "none") return;
        ttftMs = since();
        session.contentBegan();
      },
    });
    stopFirstToken();
    return opening.kind === "failed" ? blamed(opening.failure) : opening;
  }

  /** An exchange that was given up fails by the reason for giving it up. */
  function blamed(failure: AttemptFailure): Opening {
    if (signal.aborted)
      return { kind: "failed", failure: { ...failure, ...clientLeft, message: whoLeft(signal) } };
    if (late)
      return {
        kind: "failed",
        failure: { ...failure, ...noFirstToken(policy.firstTokenTimeoutMs) },
      };
    return { kind: "failed", failure };
  }

  return {
    target,
    capture,
    dropped: () => [...new Set([...bridge.dropped, ...bridge.lost()])],
    open,
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
  return { send: () => Promise.resolve(answer) };
}

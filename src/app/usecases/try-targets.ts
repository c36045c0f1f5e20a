// The loop: asks a plan's targets in order until one answers. What to do about a failure is the domain's to judge.
import type { Attempt } from "../../domain/attempt.ts";
import type { Carriage } from "../../domain/carriage.ts";
import { carriageFor } from "../../domain/choose-carriage.ts";
import { type AttemptFailure, type CandidateTries, judge } from "../../domain/judge.ts";
import { outgoingRequest } from "../../domain/outgoing.ts";
import type { RoutePlan, Target } from "../../domain/routing/plan.ts";
import type { Clock } from "../../ports/clock.ts";
import type { NoAnswer, Upstream, UpstreamAnswer } from "../../ports/upstream.ts";
import type { Budget } from "../../domain/budget.ts";
import type { CallSession } from "./call-session.ts";
import { type Capture, createCapture } from "./capture.ts";
import type { Gate } from "./gate.ts";
import type { HealthBoard } from "./health-board.ts";
import { nextTurn, type Turn } from "./next-turn.ts";
import { whoLeft } from "./who-left.ts";
import { openAnswer, type OpenedAnswer } from "./open-answer.ts";

export interface TryingDeps {
  readonly upstream: Upstream;
  readonly clock: Clock;
  /** This process's pseudonym in `Via`. */
  readonly via: string;
  /** Bytes of an answer kept for the log. */
  readonly captureCap: number;
  readonly heldBudget: Budget;
  readonly gate: Gate;
  readonly health: HealthBoard;
}

type TryingSession = Pick<CallSession, "call" | "note" | "dropped" | "asking">;

/** An attempt that is still going: its answer has begun to reach the client. */
export interface OpenAttempt {
  readonly target: Target;
  readonly capture: Capture;
  /**
   * Must be called when the answer is over: gives back the place at the gate, lets go of the
   * client's signal and tells the server's health.
   * @param broken why it did not come to its end; null where it did
   */
  close(broken: Pick<AttemptFailure, "reason" | "message"> | null): Attempt;
}

export type Tried =
  | { readonly kind: "opened"; readonly answer: OpenedAnswer; readonly attempt: OpenAttempt }
  | {
      readonly kind: "failed";
      readonly last: AttemptFailure;
      /** The chain was ended on purpose: the answer goes on as it is. */
      readonly passOn: boolean;
      /** null where nobody was asked. */
      readonly capture: Capture | null;
    };

/**
 * Asks the plan's targets until one answers or none is left.
 * @param session is told of every attempt that failed, in order
 */
export async function tryTargets(
  session: TryingSession,
  plan: RoutePlan,
  clientGone: AbortSignal,
  deps: TryingDeps,
): Promise<Tried> {
  const { call } = session;
  const left = [...plan.targets];
  for (;;) {
    const turn = await nextTurn(left, call.id, clientGone, deps);
    if (turn.kind === "full") {
      for (const target of left) session.note(notAsked(target, queueFull, deps.clock));
      return { kind: "failed", last: queueFull, passOn: false, capture: null };
    }
    if (turn.kind === "gone") {
      const left = { ...leftWaiting, message: whoLeft(clientGone) };
      session.note(notAsked(turn.target, left, deps.clock));
      return { kind: "failed", last: left, passOn: true, capture: null };
    }
    left.splice(left.indexOf(turn.target), 1);
    const tried = await tryTarget(session, turn, left.length > 0, clientGone, deps);
    if (tried.kind === "opened" || tried.chainEnds || left.length === 0) {
      if (tried.kind === "opened") return tried;
      const alone = plan.targets.length === 1;
      return {
        kind: "failed",
        last: tried.last,
        passOn: tried.chainEnds || alone,
        capture: tried.capture,
      };
    }
  }
}

/** One target until it answers, or the domain says to leave it. Holds its place at the gate meanwhile. */
async function tryTarget(
  session: TryingSession,
  { target, leave }: Turn,
  othersLeft: boolean,
  clientGone: AbortSignal,
  deps: TryingDeps,
): Promise<
  | Extract<Tried, { kind: "opened" }>
  | {
      readonly kind: "left";
      readonly last: AttemptFailure;
      readonly chainEnds: boolean;
      readonly capture: Capture;
    }
> {
  const { clock, health } = deps;
  const address = target.server.baseUrl;
  let tries: CandidateTries = { redialled: false, retries: 0 };
  for (let redial = false; ;) {
    health.asked(address);
    const asked = await ask(session, target, { redial, othersLeft }, clientGone, deps);
    if (asked.kind === "opened") {
      const { attempt } = asked;
      return {
        ...asked,
        attempt: {
          ...attempt,
          close(broken) {
            leave();
            if (broken === null) health.served(address);
            else health.failed(address, { ...broken, status: null });
            return attempt.close(broken);
          },
        },
      };
    }
    session.note(asked.attempt);
    const { failure, capture } = asked;
    const verdict = judge(failure, target.policy, tries, clock.chance());
    redial = verdict.kind === "again" && verdict.redial;
    if (redial) health.undecided(address);
    else health.failed(address, failure);
    if (verdict.kind !== "again") {
      leave();
      return { kind: "left", last: failure, chainEnds: verdict.kind === "pass-on", capture };
    }
    tries = redial ? { ...tries, redialled: true } : { ...tries, retries: tries.retries + 1 };
    if (verdict.afterMs > 0) await pause(verdict.afterMs, clientGone, clock);
  }
}

type Asked =
  | { readonly kind: "opened"; readonly answer: OpenedAnswer; readonly attempt: OpenAttempt }
  | {
      readonly kind: "failed";
      readonly attempt: Attempt;
      readonly failure: AttemptFailure;
      readonly capture: Capture;
    };

async function ask(
  session: TryingSession,
  target: Target,
  how: { readonly redial: boolean; readonly othersLeft: boolean },
  clientGone: AbortSignal,
  deps: TryingDeps,
): Promise<Asked> {
  const { call } = session;
  const { clock } = deps;
  const { server, policy } = target;
  const startedAt = clock.now();
  const start = clock.elapsed();
  const since = () => Math.round(clock.elapsed() - start);
  const capture = createCapture(deps.captureCap);
  session.asking(target, capture);
  const controller = new AbortController();
  const leave = () => controller.abort();
  const share = deps.heldBudget.share();
  const release = () => {
    clientGone.removeEventListener("abort", leave);
    share[Symbol.dispose]();
  };
  clientGone.addEventListener("abort", leave);
  if (clientGone.aborted) leave();

  let late = false;
  const stopFirstToken =
    how.othersLeft && policy.firstTokenTimeoutMs !== null
      ? clock.after(policy.firstTokenTimeoutMs, () => {
          late = true;
          controller.abort();
        })
      : nothingToStop;

  let ttftMs: number | null = null;
  const carriage = carriageFor(call, target, () => clock.now());
  session.dropped(carriage.dropped);
  const exchange = carriage.instead === null ? deps.upstream : answering(carriage.instead);
  const outgoing = outgoingRequest(call, server, carriage, deps.via);
  const reply = await exchange.send({
    method: call.method,
    ...outgoing,
    connectTimeoutMs: policy.connectTimeoutMs,
    silenceTimeoutMs: policy.requestTimeoutMs,
    freshConnection: how.redial,
    ca: server.ca,
    insecure: server.insecure,
    proxy: server.proxy,
    signal: controller.signal,
  });
  const opening =
    reply.kind === "answered"
      ? await openAnswer(reply, {
          call,
          url: outgoing.url,
          baseUrl: server.baseUrl,
          carriage,
          policy,
          capture,
          share,
          clock,
          onContent(framing) {
            stopFirstToken();
            if (framing !== "none") ttftMs = since();
          },
        })
      : { kind: "failed" as const, failure: withoutAnswer(reply) };
  stopFirstToken();

  const soFar = (): Attempt => ({
    target,
    startedAt,
    durationMs: since(),
    connectMs: reply.kind === "aborted" ? null : reply.connectMs,
    ttftMs,
    status: reply.kind === "answered" ? reply.status : null,
    reason: "served",
    error: null,
  });
  if (opening.kind === "opened")
    return {
      kind: "opened",
      answer: opening.answer,
      attempt: {
        target,
        capture,
        close(broken) {
          release();
          return broken === null
            ? soFar()
            : { ...soFar(), reason: broken.reason, error: broken.message };
        },
      },
    };
  release();
  const failure = clientGone.aborted
    ? { ...opening.failure, ...clientLeft, message: whoLeft(clientGone) }
    : late
      ? { ...opening.failure, ...noFirstToken(policy.firstTokenTimeoutMs) }
      : opening.failure;
  return {
    kind: "failed",
    failure,
    capture,
    attempt: { ...soFar(), reason: failure.reason, error: failure.message },
  };
}

const nothingToStop = () => undefined;

/** Stands in for the upstream where the carriage knows the answer. */
function answering({ status, body }: NonNullable<Carriage["instead"]>): Upstream {
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

const queueFull: AttemptFailure = {
  reason: "queue_full",
  message: "its waiting line is full",
  status: 503,
  codes: [],
  retryAfterMs: 1_000,
  answer: null,
};

/** An attempt that ended before it was made. */
function notAsked(target: Target, failure: AttemptFailure, clock: Clock): Attempt {
  return {
    target,
    startedAt: clock.now(),
    durationMs: 0,
    connectMs: null,
    ttftMs: null,
    status: null,
    reason: failure.reason,
    error: failure.message,
  };
}

export const clientLeft = {
  reason: "client_gone",
  message: "the client went away",
  answer: null,
} as const;

const leftWaiting: AttemptFailure = {
  ...clientLeft,
  status: null,
  codes: [],
  retryAfterMs: null,
};

function noFirstToken(ms: number | null) {
  return {
    reason: "first_token_timeout",
    message: `no content within ${(ms ?? 0) / 1_000} s (FIRST_TOKEN_TIMEOUT)`,
    status: null,
    answer: null,
  } as const;
}

function withoutAnswer(reply: NoAnswer): AttemptFailure {
  const failure = { status: null, codes: [], retryAfterMs: null, answer: null };
  switch (reply.kind) {
    case "unreachable":
      return { ...failure, reason: reply.reason, message: reply.message };
    case "timed-out":
      return {
        ...failure,
        reason: reply.timer === "connect" ? "connect_timeout" : "silence_timeout",
        message: reply.message,
      };
    case "reset":
      return { ...failure, reason: "reset", message: reply.message };
    case "aborted":
      return { ...failure, ...clientLeft };
  }
}

/** Ends early when the client leaves; the next attempt then finds it gone. */
function pause(ms: number, clientGone: AbortSignal, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      clientGone.removeEventListener("abort", done);
      resolve();
    };
    const stop = clock.after(ms, done);
    clientGone.addEventListener("abort", done);
    if (clientGone.aborted) done();
  });
}

// Failures that the router knows by itself: nobody answered, nobody waits, nobody was asked.
import type { Attempt } from "../../../domain/failover/attempt.ts";
import type { AttemptFailure } from "../../../domain/failover/judge.ts";
import type { Target } from "../../../domain/routing/plan.ts";
import type { NoAnswer } from "../../../ports/upstream.ts";
import { clientWentAway } from "../cancellation.ts";
import type { Why } from "./call-session.ts";

const bare = { status: null, codes: [], retryAfterMs: null, answer: null };

export const clientLeft = {
  reason: "client_gone",
  message: clientWentAway,
  answer: null,
} as const;

/** @param isKept whether its connection stays open until its first byte */
export function outrunBy({ server }: Target, isKept: boolean): Why {
  const kept = isKept ? "; kept until its first byte, since it was loading the model" : "";
  return { reason: "outrun", message: `${server.name} answered first${kept}` };
}

/** The call was cancelled while it waited in a queue. @param reason why */
export function cancelledInQueue(reason: string | null): AttemptFailure {
  return { ...bare, ...clientLeft, message: reason ?? clientWentAway };
}

export const queueFull: AttemptFailure = {
  ...bare,
  reason: "queue_full",
  message: "its queue is full",
  status: 503,
  retryAfterMs: 1_000,
};

/** @param ms what it may take */
export function noFirstToken(ms: number | null) {
  return {
    reason: "first_token_timeout",
    message: `no content within ${(ms ?? 0) / 1_000} s (FIRST_TOKEN_TIMEOUT)`,
    status: null,
    answer: null,
  } as const;
}

export function withoutAnswer(reply: NoAnswer): AttemptFailure {
  switch (reply.kind) {
    case "unreachable":
      return { ...bare, reason: reply.reason, message: reply.message };
    case "timed-out":
      return {
        ...bare,
        reason: reply.timer === "connect" ? "connect_timeout" : "silence_timeout",
        message: reply.message,
      };
    case "reset":
      return { ...bare, reason: "reset", message: reply.message };
    case "aborted":
      return { ...bare, ...clientLeft };
  }
}

/** @param what of the call the target cannot serve */
export function cannotServe(what: string, { server }: Target): AttemptFailure {
  const message = `${what} cannot be carried to ${server.name}`;
  return { ...bare, reason: "cannot", message, status: 400 };
}

/** No candidate can serve the call. @param unfit why each of them cannot */
export function noneCanServe(unfit: readonly AttemptFailure[]): AttemptFailure {
  const message = unfit.map((one) => one.message).join("; ");
  return { ...bare, reason: "cannot", message, status: 400 };
}

/** An attempt that ended before it was made. @param now epoch ms */
export function notAsked(target: Target, failure: AttemptFailure, now: number): Attempt {
  return {
    target,
    way: null,
    startedAt: now,
    durationMs: 0,
    connectMs: null,
    ttftMs: null,
    status: null,
    reason: failure.reason,
    error: failure.message,
    changed: [],
  };
}

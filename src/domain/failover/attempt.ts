// One try at one target, as a value: what came of it, and what the log keeps.
import { isoTime, type LoggedAttempt } from "../log/log-entry.ts";
import { type Way, wayWord } from "../call/way.ts";
import type { Target } from "../routing/plan.ts";

/** Why an attempt failed, or that it served. The words are what the log, the pages and metrics show. */
export type AttemptReason =
  | "served"
  | "refused" // connection refused
  | "unresolved" // no such host
  | "unreachable" // no route, TLS failure and the like
  | "reset" // connection lost before any byte of an answer
  | "broken" // connection lost within the answer
  | "connect_timeout"
  | "first_token_timeout"
  | "silence_timeout"
  | "status" // the upstream answered with an error status
  | "redirect" // it sends its callers elsewhere
  | "bad_encoding" // its body is not in the content coding it names
  | "not_json" // 2xx, but no JSON where the call promises it
  | "error_body" // 2xx whose JSON is an error
  | "error_event" // the stream reported an error
  | "malformed_event"
  | "no_end" // the stream ended without its format's proper end
  | "unfit" // a whole answer that falls short of what the routes file demands
  | "queue_full"
  | "cannot" // it was not asked: it cannot serve what the call holds
  | "outrun" // another candidate that was asked at the same time was faster
  | "client_gone"
  | "internal_error"; // a fault of the router's own

export type FailureReason = Exclude<AttemptReason, "served">;

export interface Attempt {
  readonly target: Target;
  /** null: its turn had not come when the call was over. */
  readonly way: Way | null;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Known only where a connection was watched being made. */
  readonly connectMs: number | null;
  /** From the attempt's start to its first content. */
  readonly ttftMs: number | null;
  /** null where no answer came. */
  readonly status: number | null;
  readonly reason: AttemptReason;
  /** In words: why it failed, or how a complete answer's stream was ended where the upstream did not do it. */
  readonly error: string | null;
  /** Fields of the request that `params` changed: `added: a`, `replaced: b`, `dropped: c.d`. */
  readonly changed: readonly string[];
}

/** An attempt as the row keeps it. */
export function loggedAttempt(attempt: Attempt): LoggedAttempt {
  const { target } = attempt;
  return {
    upstream: target.server.name,
    upstream_url: target.server.baseUrl,
    model: target.model,
    protocol: attempt.way === null ? null : wayWord(attempt.way),
    protocol_reason: attempt.way?.because ?? null,
    status: attempt.status,
    error: attempt.error,
    reason: attempt.reason,
    started_at: isoTime(attempt.startedAt),
    connect_ms: attempt.connectMs,
    ttft_ms: attempt.ttftMs,
    duration_ms: attempt.durationMs,
    ...(attempt.changed.length === 0 ? {} : { changed: attempt.changed }),
  };
}

// What to do about a failed attempt: retry the same candidate, go on to the next, or pass the answer on.
import type { FailureReason } from "./attempt.ts";
import { headerValue, type HeaderList } from "../http/headers.ts";
import type { Policy } from "../routing/types.ts";

/** A failed attempt's answer, kept for the client in case no candidate does better. */
export interface FailedAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

export interface AttemptFailure {
  readonly reason: FailureReason;
  /** In words. */
  readonly message: string;
  /** The upstream's status, 502 for a 2xx or 3xx answer that is none; null where no answer came. */
  readonly status: number | null;
  /** The upstream's error code and type, where it named them. */
  readonly codes: readonly string[];
  readonly retryAfterMs: number | null;
  readonly answer: FailedAnswer | null;
}

/** What has been tried at this candidate so far. */
export interface CandidateTries {
  readonly redialled: boolean;
  readonly retries: number;
}

export type NextStep =
  | { readonly kind: "next" }
  | { readonly kind: "pass-on" }
  /** `redial`: on a new connection, not counted as a retry. */
  | { readonly kind: "retry"; readonly afterMs: number; readonly redial: boolean };

const next: NextStep = { kind: "next" };
const passOn: NextStep = { kind: "pass-on" };

const passingStatuses = new Set([429, 500, 502, 503, 504]);
const longestRetryAfterMs = 3_000;
const firstPauseMs = 200;
const pauseSpreadMs = 300;
const longestPauseMs = 10_000;

/**
 * Judges a failed attempt.
 * @param chance in [0, 1); spreads the pauses of clients that failed together
 */
export function judge(
  failure: AttemptFailure,
  policy: Policy,
  tries: CandidateTries,
  chance: number,
): NextStep {
  if (failure.reason === "client_gone") return passOn;
  if (failure.status === 508 && failure.codes.includes("routing_loop")) return passOn;
  if (failure.codes.some((code) => policy.stopOn.includes(code))) return passOn;
  if (failure.reason === "reset" && !tries.redialled)
    return { kind: "retry", afterMs: 0, redial: true };
  if (tries.retries >= policy.retries || !mayPass(failure)) return next;
  if (failure.retryAfterMs !== null)
    return failure.retryAfterMs <= longestRetryAfterMs
      ? { kind: "retry", afterMs: failure.retryAfterMs, redial: false }
      : next;
  const pause = (firstPauseMs + chance * pauseSpreadMs) * 2 ** tries.retries;
  return { kind: "retry", afterMs: Math.min(pause, longestPauseMs), redial: false };
}

function mayPass(failure: AttemptFailure): boolean {
  if (failure.reason === "reset") return true;
  return (
    failure.reason === "status" && failure.status !== null && passingStatuses.has(failure.status)
  );
}

/** Whether a failure says something about the server's health, rather than about the request. */
export function blamesServer(failure: Pick<AttemptFailure, "reason" | "status">): boolean {
  switch (failure.reason) {
    case "refused":
    case "unresolved":
    case "unreachable":
    case "reset":
    case "broken":
    case "connect_timeout":
    case "first_token_timeout":
    case "silence_timeout":
      return true;
    case "status":
      return failure.status !== null && (failure.status >= 500 || failure.status === 429);
    case "redirect":
    case "bad_encoding":
    case "not_json":
    case "error_body":
    case "error_event":
    case "malformed_event":
    case "no_end":
    // A model's bad answer does not mean a sick server.
    case "unfit":
    case "queue_full":
    case "cannot":
    case "outrun":
    case "client_gone":
    case "internal_error":
      return false;
  }
}

/** Whether the attempt was ended by one of the router's timers: the client sees 504, not 502. */
export function timedOut(failure: AttemptFailure): boolean {
  return (
    failure.reason === "connect_timeout" ||
    failure.reason === "first_token_timeout" ||
    failure.reason === "silence_timeout"
  );
}

/**
 * `Retry-After` in ms from now: delay-seconds or an HTTP date (RFC 9110 §10.2.3); null where
 * absent or unreadable.
 * @param now epoch ms
 */
export function retryAfterMs(headers: HeaderList, now: number): number | null {
  const value = headerValue(headers, "retry-after")?.trim();
  if (value === undefined || value === "") return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

// Sixteen ways in which an upstream fails, by name, and two more: what its fake does, and what the router must make of it.
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";

/** What the client must get. */
export type ScenarioOutcome =
  /** The whole answer, from the primary (asked again, or waited for) or the fallback. */
  | "primary"
  | "fallback"
  /** The primary's refusal, byte for byte. */
  | "refusal"
  /** An error that cannot be taken for an answer. */
  | "reported";

export interface Expected {
  readonly outcome: ScenarioOutcome;
  /** Calls that the two fakes must have seen. */
  readonly primary: number;
  readonly fallback: number;
}

export interface FailoverScenario {
  readonly name: string;
  /** What the primary does, call by call, then for ever; `down`: nothing listens. */
  readonly primary: readonly Behaviour[] | "down";
  /** The fallback refuses a conversation that ends with the assistant's words. */
  readonly refusesPrefill?: boolean;
  /** With `commit: full`, `retries: 1`, `stop_on`, and a first-token timer. */
  readonly careful: Expected;
  /** With the defaults. */
  readonly plain: Expected;
}

const status = (code: number, headers: Record<string, string> = {}): Behaviour => ({
  kind: "status",
  status: code,
  headers,
});
const expected = (outcome: ScenarioOutcome, primary: number, fallback: number): Expected => ({
  outcome,
  primary,
  fallback,
});

const policyViolation = {
  error: {
    message: "Your request was rejected by our safety system.",
    type: "invalid_request_error",
    param: null,
    code: "content_policy_violation",
  },
};
export const refusal: Behaviour = { kind: "status", status: 400, body: policyViolation };

const once = (behaviour: Behaviour): readonly Behaviour[] => [behaviour];
const rescued = expected("fallback", 1, 1);
const rescuedAfterRetry = expected("fallback", 2, 1);
const reported = expected("reported", 1, 0);

/** @param late ms: longer than any of the settings waits */
export function failoverScenarios(late: number): readonly FailoverScenario[] {
  const midStream = (behaviour: Behaviour): readonly Behaviour[] =>
    // Each event a write of its own, so that the client has some before the fault.
    once({ ...behaviour, betweenMs: 2 });
  return [
    {
      name: "rate limit (429, no Retry-After)",
      primary: once(status(429)),
      careful: rescuedAfterRetry,
      plain: rescued,
    },
    {
      name: "rate limit (429, Retry-After 1, then it works)",
      primary: [status(429, { "retry-after": "1" }), { kind: "answer" }],
      careful: expected("primary", 2, 0),
      plain: rescued,
    },
    {
      name: "rate limit (429, Retry-After 60)",
      primary: once(status(429, { "retry-after": "60" })),
      careful: rescued,
      plain: rescued,
    },
    {
      name: "internal server error (500)",
      primary: once(status(500)),
      careful: rescuedAfterRetry,
      plain: rescued,
    },
    {
      name: "bad gateway (502), then gateway timeout (504)",
      primary: [status(502), status(504)],
      careful: rescuedAfterRetry,
      plain: rescued,
    },
    {
      name: "overloaded (503)",
      primary: once(status(503)),
      careful: rescuedAfterRetry,
      plain: rescued,
    },
    {
      name: "connection refused",
      primary: "down",
      careful: expected("fallback", 0, 1),
      plain: expected("fallback", 0, 1),
    },
    {
      // Asked again at once on a new connection, then (with a retry) after a pause.
      name: "connection reset",
      primary: once({ kind: "reset", when: "before-head" }),
      careful: expected("fallback", 3, 1),
      plain: expected("fallback", 2, 1),
    },
    {
      name: "hanging upstream",
      primary: once({ kind: "stall", when: "before-head" }),
      careful: rescued,
      plain: rescued,
    },
    {
      name: "slow first token",
      primary: once({ kind: "answer", firstTokenMs: late }),
      careful: rescued,
      plain: rescued,
    },
    {
      name: "cut stream",
      primary: midStream({ kind: "cut", when: "mid-content" }),
      careful: rescued,
      plain: reported,
    },
    {
      name: "stalled stream",
      primary: midStream({ kind: "stall", when: "mid-content" }),
      careful: rescued,
      plain: reported,
    },
    {
      name: "malformed event",
      primary: once({
        kind: "garbage",
        when: "before-content",
        bytes: 'data: {"choices":[{"de\n\n',
      }),
      careful: rescued,
      plain: rescued,
    },
    {
      name: "error event in a 200 stream",
      primary: once({ kind: "error-event", when: "before-content" }),
      careful: rescued,
      plain: rescued,
    },
    {
      name: "content policy violation (400)",
      primary: once(refusal),
      careful: expected("refusal", 1, 0),
      plain: rescued,
    },
    {
      name: "cut stream, fallback rejects a prefilled answer",
      primary: midStream({ kind: "cut", when: "mid-content" }),
      refusesPrefill: true,
      careful: rescued,
      plain: reported,
    },
  ];
}

/** Beyond the sixteen: the same kinds of fault where the answer has begun. */
export function furtherScenarios(): readonly FailoverScenario[] {
  return [
    {
      name: "+ malformed event mid-stream",
      primary: once({
        kind: "garbage",
        when: "mid-content",
        bytes: 'data: {"choices":[{"de\n\n',
        betweenMs: 2,
      }),
      careful: rescued,
      // A tolerant client gets the rest.
      plain: expected("primary", 1, 0),
    },
    {
      name: "+ error event mid-stream",
      primary: once({ kind: "error-event", when: "mid-content", betweenMs: 2 }),
      careful: rescued,
      plain: reported,
    },
    {
      name: "+ proper HTTP end mid-stream",
      primary: once({ kind: "truncate", when: "mid-content", betweenMs: 2 }),
      careful: rescued,
      plain: reported,
    },
    {
      name: "+ error body with status 200",
      primary: once({ kind: "error-body" }),
      careful: rescued,
      plain: rescued,
    },
  ];
}

import { describe, expect, test } from "bun:test";
import {
  type AttemptFailure,
  blamesServer,
  judge,
  retryAfterMs,
} from "../../../src/domain/failover/judge.ts";
import type { Policy } from "../../../src/domain/routing/types.ts";

const policy = { retries: 0, stopOn: [] as readonly string[] } as Policy;
const failure = (more: Partial<AttemptFailure>): AttemptFailure => ({
  reason: "status",
  message: "",
  status: null,
  codes: [],
  retryAfterMs: null,
  answer: null,
  ...more,
});
const fresh = { redialled: false, retries: 0 };

describe("what follows a failed attempt", () => {
  test.each<[string, Partial<AttemptFailure>, Partial<Policy>, object, object]>([
    ["refused: the next", { reason: "refused" }, {}, {}, { kind: "next" }],
    ["a 500: the next", { status: 500 }, {}, {}, { kind: "next" }],
    [
      "a reset: once more, at once, on a new connection",
      { reason: "reset" },
      {},
      {},
      { kind: "retry", afterMs: 0, redial: true },
    ],
    ["a second reset: the next", { reason: "reset" }, {}, { redialled: true }, { kind: "next" }],
    [
      "a second reset with a retry left: again after a pause",
      { reason: "reset" },
      { retries: 1 },
      { redialled: true },
      { kind: "retry", afterMs: 350, redial: false },
    ],
    [
      "a 503 with a retry left: again after a pause",
      { status: 503 },
      { retries: 1 },
      {},
      { kind: "retry", afterMs: 350, redial: false },
    ],
    [
      "the pause doubles",
      { status: 503 },
      { retries: 3 },
      { retries: 2 },
      { kind: "retry", afterMs: 1400, redial: false },
    ],
    ["no retry left: the next", { status: 503 }, { retries: 1 }, { retries: 1 }, { kind: "next" }],
    [
      "Retry-After within 3 s is kept to",
      { status: 429, retryAfterMs: 2_000 },
      { retries: 1 },
      {},
      { kind: "retry", afterMs: 2000, redial: false },
    ],
    [
      "a longer Retry-After: the next at once",
      { status: 429, retryAfterMs: 3_001 },
      { retries: 1 },
      {},
      { kind: "next" },
    ],
    ["a 400 is not retried", { status: 400 }, { retries: 3 }, {}, { kind: "next" }],
    ["a stall is not retried", { reason: "silence_timeout" }, { retries: 3 }, {}, { kind: "next" }],
    [
      "a code in stop_on ends the chain",
      { status: 400, codes: ["content_policy_violation"] },
      { stopOn: ["content_policy_violation"] },
      {},
      { kind: "pass-on" },
    ],
    [
      "another code does not",
      { status: 400, codes: ["other"] },
      { stopOn: ["content_policy_violation"] },
      {},
      { kind: "next" },
    ],
    [
      "a routing loop ends the chain",
      { status: 508, codes: ["routing_loop"] },
      {},
      {},
      { kind: "pass-on" },
    ],
    ["the client has left", { reason: "client_gone" }, { retries: 3 }, {}, { kind: "pass-on" }],
  ])("%s", (_name, what, rules, tries, verdict) => {
    expect(judge(failure(what), { ...policy, ...rules }, { ...fresh, ...tries }, 0.5)).toEqual(
      verdict as never,
    );
  });
});

test.each<[Partial<AttemptFailure>, boolean]>([
  [{ reason: "refused" }, true],
  [{ reason: "silence_timeout" }, true],
  [{ status: 500 }, true],
  [{ status: 429 }, true],
  [{ status: 404 }, false],
  [{ reason: "client_gone" }, false],
  [{ reason: "queue_full" }, false],
])("%j counts against the server: %p", (what, counts) => {
  expect(blamesServer(failure(what))).toBe(counts);
});

test.each([
  ["2", 2_000],
  ["0", 0],
  ["Thu, 01 Jan 1970 00:00:05 GMT", 4_000],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ["soon", null],
  ["", null],
])("Retry-After: %p is %p ms from now", (value, ms) => {
  expect(retryAfterMs([["retry-after", value]], 1_000)).toBe(ms);
});

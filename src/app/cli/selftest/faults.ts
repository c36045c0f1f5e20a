// The faults of the selftest, as behaviours of the built-in servers.
import type { MemoryBehaviour } from "../../../adapters/fake-model/memory-upstream.ts";

export interface SelftestFault {
  readonly name: string;
  /** Which answers can have it. */
  readonly of: "all" | "streams";
  /** ms from the first call to the last, which are five seconds apart; 0: one call. */
  readonly lastsMs: number;
  /** @param atMs since the first call */
  behaviour(isStream: boolean, atMs: number): MemoryBehaviour;
}

const always = (
  name: string,
  behaviour: MemoryBehaviour,
  of: SelftestFault["of"] = "all",
): SelftestFault => ({ name, of, lastsMs: 0, behaviour: () => behaviour });

const status = (code: number, headers: Record<string, string> = {}): MemoryBehaviour => ({
  kind: "status",
  status: code,
  headers,
});

const refusal = (code: string, message: string): MemoryBehaviour => ({
  kind: "status",
  status: 400,
  body: { error: { message, type: "invalid_request_error", param: null, code } },
});

/** As its Retry-After says. */
const busyMs = 1_000;
const slowMs = 60_000;
const outageMs = 60_000;

export const selftestFaults: readonly SelftestFault[] = [
  always("refused", "refused"),
  always("reset", { kind: "reset", when: "before-head" }),
  always("silent", { kind: "stall", when: "before-head" }),
  {
    name: "slow_first_token",
    of: "all",
    lastsMs: 0,
    behaviour: (isStream) => ({
      kind: "answer",
      ...(isStream ? { firstTokenMs: slowMs } : { delayMs: slowMs }),
    }),
  },
  always("429", status(429)),
  {
    name: "429_retry_after",
    of: "all",
    lastsMs: 0,
    behaviour: (_, atMs) =>
      atMs < busyMs ? status(429, { "retry-after": "1" }) : { kind: "answer" },
  },
  always("500", status(500)),
  always("503", status(503)),
  always("cut", { kind: "cut", when: "mid-content", beforeFaultMs: 1_000 }),
  always("stalled", { kind: "stall", when: "mid-content" }, "streams"),
  always(
    "malformed",
    { kind: "garbage", when: "mid-content", bytes: 'data: {"choices":[{"de\n\n' },
    "streams",
  ),
  always("missing_end", { kind: "truncate", when: "mid-content" }, "streams"),
  always("error_in_200", { kind: "error-body" }),
  always("redirect", status(307, { location: "http://elsewhere.invalid/" })),
  always("html", { kind: "not-json" }),
  always("overlong_context", refusal("context_length_exceeded", "the prompt is too long")),
  always("content_filter", refusal("content_policy_violation", "the prompt was filtered")),
  {
    name: "outage",
    of: "all",
    lastsMs: outageMs + 15_000,
    behaviour: (_, atMs) => (atMs < outageMs ? "refused" : { kind: "answer" }),
  },
];

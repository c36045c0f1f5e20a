// The faults that can be asked for by name, with the request header `x-fake-fault`.
import type { Behaviour } from "./behaviour.ts";

const status = (code: number, headers?: Record<string, string>): Behaviour => ({
  kind: "status",
  status: code,
  ...(headers === undefined ? {} : { headers }),
});

const faults: ReadonlyMap<string, Behaviour> = new Map<string, Behaviour>([
  ["400", status(400)],
  ["401", status(401)],
  ["429", status(429, { "retry-after": "1" })],
  ["500", status(500)],
  ["502", status(502)],
  ["503", status(503, { "retry-after": "1" })],
  ["reset", { kind: "reset", when: "before-head" }],
  ["reset-after-head", { kind: "reset", when: "after-head" }],
  ["reset-mid", { kind: "reset", when: "mid-content" }],
  ["cut", { kind: "cut", when: "mid-content" }],
  ["truncate", { kind: "truncate", when: "mid-content" }],
  ["no-end", { kind: "truncate", when: "before-end" }],
  ["role-only", { kind: "truncate", when: "before-content" }],
  ["stall", { kind: "stall", when: "before-head" }],
  ["stall-first-token", { kind: "stall", when: "before-content" }],
  ["stall-mid", { kind: "stall", when: "mid-content" }],
  ["garbage", { kind: "garbage", when: "mid-content", bytes: 'data: {"choices":[{"de\n\n' }],
  ["error-event", { kind: "error-event", when: "before-content" }],
  ["error-event-mid", { kind: "error-event", when: "mid-content" }],
  ["error-body", { kind: "error-body" }],
  ["not-json", { kind: "not-json" }],
  ["empty-stream", { kind: "empty-stream" }],
  ["slow", { kind: "answer", firstTokenMs: 1000, betweenMs: 100 }],
  ["gzip", { kind: "answer", encoding: "gzip" }],
  ["byte-by-byte", { kind: "answer", writeBytes: 1 }],
]);

/** The behaviour that a `x-fake-fault` value names; an unknown name is a 400 that lists them. */
export function faultByName(name: string): Behaviour {
  const known = [...faults.keys()].join(", ");
  return (
    faults.get(name) ?? {
      kind: "status",
      status: 400,
      body: `no fault "${name}"; there are: ${known}`,
    }
  );
}

// Every fault of the fake with what the router makes of it, written by hand: plain and streamed.
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";

export interface FaultRule {
  /** Why the attempt failed, in the row's word. */
  readonly reason: string;
  /**
   * `before` the commit point: the next candidate is asked. `after` it: the client hears of it within
   * the stream. `mars`: an event that nobody can read passes after it, and the stream goes on.
   * `never`: the answer was complete in spite of it.
   */
  readonly strikes: "before" | "after" | "mars" | "never";
  /** Status that the client sees where there is no other candidate. */
  readonly alone: number;
  /** Calls to one candidate: a reset before any byte is asked again at once. */
  readonly asked: number;
}

export interface FaultRow {
  readonly name: string;
  /** `down`: nothing listens. */
  readonly fault: Behaviour | "down";
  /** null: the fault has no meaning there. */
  readonly plain: FaultRule | null;
  readonly streamed: FaultRule | null;
  /** Where NDJSON's streams differ, whose proper end is a single line. */
  readonly ndjson?: FaultRule;
}

const before = (reason: string, alone: number, asked = 1): FaultRule => ({
  reason,
  strikes: "before",
  alone,
  asked,
});
const after = (reason: string): FaultRule => ({ reason, strikes: "after", alone: 200, asked: 1 });
const harmless: FaultRule = { reason: "served", strikes: "never", alone: 200, asked: 1 };

/** The same for plain and streamed calls. */
const either = (name: string, fault: FaultRow["fault"], rule: FaultRule): FaultRow => ({
  name,
  fault,
  plain: rule,
  streamed: rule,
});

// Time for what precedes the fault to be read: fetch drops what comes together with a broken end.
const beforeFaultMs = 500;
// Events that come together with bad ones share their fate; apart, the first of them commits.
const betweenMs = 100;
const badEvent = "\n\ndata: {garbage\n\n";

export const faultTable: readonly FaultRow[] = [
  ...[400, 401, 404, 429, 500, 502, 503, 504].map((status) =>
    either(`status ${status}`, { kind: "status", status }, before("status", status)),
  ),
  either("connection refused", "down", before("refused", 502, 0)),
  either("reset before any byte", { kind: "reset", when: "before-head" }, before("reset", 502, 2)),
  either(
    "reset after the head",
    { kind: "reset", when: "after-head", beforeFaultMs },
    before("broken", 502),
  ),
  either("cut after the head", { kind: "cut", when: "after-head" }, before("broken", 502)),
  either(
    "stall before the head",
    { kind: "stall", when: "before-head" },
    {
      ...before("silence_timeout", 504),
    },
  ),
  either(
    "stall after the head",
    { kind: "stall", when: "after-head" },
    {
      ...before("silence_timeout", 504),
    },
  ),
  {
    name: "stall before the content",
    fault: { kind: "stall", when: "before-content" },
    plain: null,
    streamed: before("silence_timeout", 504),
  },
  {
    name: "stall within the content",
    fault: { kind: "stall", when: "mid-content", beforeFaultMs },
    plain: before("silence_timeout", 504),
    streamed: after("silence_timeout"),
  },
  {
    name: "cut before the content",
    fault: { kind: "cut", when: "before-content" },
    plain: null,
    streamed: before("broken", 502),
  },
  {
    name: "cut within the content",
    fault: { kind: "cut", when: "mid-content", beforeFaultMs },
    plain: before("broken", 502),
    streamed: after("broken"),
  },
  {
    name: "cut before the end",
    fault: { kind: "cut", when: "before-end", beforeFaultMs },
    plain: before("broken", 502),
    streamed: after("broken"),
  },
  {
    // Every choice has its finish_reason by then.
    name: "cut before [DONE]",
    fault: { kind: "cut", when: "before-last", beforeFaultMs },
    plain: null,
    streamed: harmless,
    ndjson: after("broken"),
  },
  {
    name: "reset within the content",
    fault: { kind: "reset", when: "mid-content", beforeFaultMs },
    plain: before("broken", 502),
    streamed: after("broken"),
  },
  {
    name: "proper HTTP end before the content",
    fault: { kind: "truncate", when: "before-content" },
    plain: null,
    streamed: before("no_end", 502),
  },
  {
    // A plain answer is not JSON then; with one candidate it passes as it is.
    name: "proper HTTP end within the content",
    fault: { kind: "truncate", when: "mid-content", betweenMs },
    plain: before("not_json", 200),
    streamed: after("no_end"),
  },
  {
    name: "proper HTTP end before the end",
    fault: { kind: "truncate", when: "before-end", betweenMs },
    plain: before("not_json", 200),
    streamed: after("no_end"),
  },
  {
    name: "no [DONE]",
    fault: { kind: "truncate", when: "before-last", betweenMs },
    plain: null,
    streamed: harmless,
    ndjson: after("no_end"),
  },
  {
    name: "garbage before the content",
    fault: { kind: "garbage", when: "before-content", bytes: badEvent },
    plain: null,
    streamed: before("malformed_event", 502),
  },
  {
    name: "garbage within the content",
    fault: { kind: "garbage", when: "mid-content", bytes: badEvent, betweenMs },
    plain: before("not_json", 200),
    streamed: { ...harmless, strikes: "mars" },
  },
  {
    // With one candidate its own error event passes as it is.
    name: "error event before the content",
    fault: { kind: "error-event", when: "before-content" },
    plain: null,
    streamed: before("error_event", 200),
  },
  {
    name: "error event within the content",
    fault: { kind: "error-event", when: "mid-content", betweenMs },
    plain: null,
    streamed: after("error_event"),
  },
  either("error body with status 200", { kind: "error-body" }, before("error_body", 200)),
  either("web page with status 200", { kind: "not-json" }, before("not_json", 200)),
  either("empty stream", { kind: "empty-stream" }, before("no_end", 502)),
  {
    name: "Content-Length too long",
    fault: { kind: "wrong-length", by: 10 },
    plain: before("broken", 502),
    streamed: null,
  },
];

import { describe, expect, test } from "bun:test";
import type { ProtocolName } from "../../../src/domain/call/endpoint.ts";
import { createAnswerState } from "../../../src/domain/protocols/answer-state.ts";
import { frameJson } from "../../../src/domain/protocols/stream-reader.ts";
import type { CommitPoint } from "../../../src/domain/routing/types.ts";

const delta = (value: object, finish: string | null = null) =>
  JSON.stringify({ choices: [{ index: 0, delta: value, finish_reason: finish }] });
const role = delta({ role: "assistant", content: "" });
const thinks = delta({ reasoning_content: "hm" });
const says = delta({ content: "hi" });
const stops = delta({}, "stop");
const error = JSON.stringify({ error: { message: "gone" } });
const done = "[DONE]";

/** What becomes of each event, a failure by its reason, and the state after the last. */
function judge(
  events: readonly string[],
  commit: CommitPoint = "first_content",
  protocol: ProtocolName = "openai-chat",
) {
  const state = createAnswerState(protocol, commit);
  const verdicts = events.map((data) => {
    const frame = { bytes: new Uint8Array(0), event: null, data };
    const verdict = state.take(frame, frameJson(frame));
    return typeof verdict === "object" ? verdict.reason : verdict;
  });
  return { verdicts, state };
}

describe("the commit point", () => {
  test.each<[CommitPoint, string[], boolean]>([
    ["first_content", [role], false],
    ["first_content", [role, thinks], true],
    ["first_content", [says], true],
    ["first_answer", [thinks, thinks], false],
    ["first_answer", [thinks, says], true],
    ["first_answer", [delta({ tool_calls: [{ index: 0 }] })], true],
    ["full", [says, stops], false],
    ["full", [says, stops, done], true],
    ["first_content", [role, stops], false],
    ["first_content", [role, stops, done], true],
  ])("%s after %j: %p", (commit, events, committed) => {
    expect(judge(events, commit).state.committed()).toBe(committed);
  });
});

describe("an event that nobody can read", () => {
  test.each(["{", "null", "[]", "ping", "[done]"])(
    "%s fails the attempt before the commit",
    (bad) => {
      expect(judge([role, bad]).verdicts).toEqual(["pass", "malformed_event"]);
      expect(judge([says, bad], "full").verdicts).toEqual(["pass", "malformed_event"]);
    },
  );

  test("passes as it came after the commit, and is remembered", () => {
    const { verdicts, state } = judge([says, "{", says]);
    expect(verdicts).toEqual(["pass", "unread", "pass"]);
    expect(state.malformed()).toBe(true);
    expect(state.endsUnread()).toBe(false);
    expect(judge([says, "{"]).state.endsUnread()).toBe(true);
  });

  test("cannot spoil an answer that is finished, committed or not", () => {
    expect(judge([says, stops, "ping", done], "full").verdicts).toEqual([
      "pass",
      "pass",
      "unread",
      "pass",
    ]);
  });
});

test("events with blank data are left out, wherever they stand", () => {
  expect(judge(["", says, " ", stops, done, ""]).verdicts).toEqual([
    "omit",
    "pass",
    "omit",
    "pass",
    "pass",
    "omit",
  ]);
});

test.each<[ProtocolName, string]>([
  ["openai-chat", done],
  ["openai-responses", '{"type":"response.completed"}'],
  ["anthropic-messages", '{"type":"message_stop"}'],
  ["ollama", '{"done":true}'],
])("after the last word of %s nothing bad is heard of, and the rest passes", (format, last) => {
  const { verdicts, state } = judge([last, error, "{", '{"type":"more"}'], "full", format);
  expect(verdicts).toEqual(["pass", "omit", "omit", "pass"]);
  expect(state.end()).toBe("final");
});

test("an error after a mere finish_reason is one: more was to come", () => {
  expect(judge([says, stops, error]).verdicts).toEqual(["pass", "pass", "error_event"]);
});

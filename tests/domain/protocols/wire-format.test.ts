import { describe, expect, test } from "bun:test";
import { framingOf } from "../../../src/domain/http/content-type.ts";
import type {
  AnswerEnd,
  ContentKind,
  EventReading,
} from "../../../src/domain/protocols/event-reading.ts";
import {
  createStreamReader,
  frameJson,
  type FrameReading,
  streamFormat,
  type WireFormat,
} from "../../../src/domain/protocols/wire-format.ts";

function read(
  format: WireFormat,
  payloads: readonly string[],
  event: string | null = null,
): readonly FrameReading[] {
  const reader = createStreamReader(format);
  return payloads.map((data) => {
    const frame = { bytes: new Uint8Array(0), event, data };
    return reader(frame, frameJson(frame));
  });
}

function readOne(format: WireFormat, payload: string, event: string | null = null): EventReading {
  const [reading] = read(format, [payload], event);
  if (typeof reading !== "object") throw new Error(`${payload} is ${reading}`);
  return reading;
}

const delta = (value: object, finish: string | null = null, index = 0) =>
  JSON.stringify({ choices: [{ index, delta: value, finish_reason: finish }] });

describe("what counts as content, and which of it is only reasoning", () => {
  test.each<[WireFormat, string, ContentKind | null]>([
    ["chat", delta({ role: "assistant" }), null],
    ["chat", delta({ role: "assistant", content: "" }), null],
    ["chat", delta({ role: "assistant", content: null }), null],
    ["chat", delta({ content: "hi" }), "answer"],
    ["chat", delta({ content: [{ type: "text", text: "hi" }] }), "answer"],
    ["chat", delta({ content: [{ type: "thinking", thinking: [] }] }), "reasoning"],
    ["chat", delta({ content: [] }), null],
    ["chat", delta({ reasoning_content: "hm" }), "reasoning"],
    ["chat", delta({ reasoning: "hm" }), "reasoning"],
    ["chat", delta({ reasoning_details: [{ text: "hm" }] }), "reasoning"],
    ["chat", delta({ reasoning: "hm", content: "hi" }), "answer"],
    ["chat", delta({ refusal: "no" }), "answer"],
    ["chat", delta({ audio: { data: "AAAA" } }), "answer"],
    ["chat", delta({ tool_calls: [{ index: 0 }] }), "answer"],
    ["chat", delta({ tool_calls: [] }), null],
    ["chat", delta({ function_call: { name: "f" } }), "answer"],
    ["chat", '{"choices":[{"text":"hi","index":0}]}', "answer"],
    ["chat", '{"choices":[null,{"delta":null}]}', null],
    ["chat", '{"choices":[],"usage":{}}', null],
    ["responses", '{"type":"response.created"}', null],
    ["responses", '{"type":"response.output_text.delta","delta":"x"}', "answer"],
    ["responses", '{"type":"response.function_call_arguments.delta"}', "answer"],
    ["responses", '{"type":"response.reasoning_summary_text.delta"}', "reasoning"],
    ["responses", '{"type":"response.reasoning_text.delta"}', "reasoning"],
    ["responses", '{"type":"response.output_item.added","item":{"type":"message"}}', null],
    ["responses", '{"type":"response.output_item.done","item":{"type":"function_call"}}', "answer"],
    ["responses", '{"type":"response.output_item.done","item":{"type":"reasoning"}}', null],
    ["messages", '{"type":"message_start"}', null],
    ["messages", '{"type":"ping"}', null],
    ["messages", '{"type":"content_block_delta","delta":{"type":"text_delta"}}', "answer"],
    ["messages", '{"type":"content_block_delta","delta":{"type":"input_json_delta"}}', "answer"],
    ["messages", '{"type":"content_block_delta","delta":{"type":"thinking_delta"}}', "reasoning"],
    ["messages", '{"type":"content_block_start","content_block":{"type":"text","text":""}}', null],
    ["messages", '{"type":"content_block_start","content_block":{"type":"thinking"}}', null],
    ["messages", '{"type":"content_block_start","content_block":{"type":"tool_use"}}', "answer"],
    [
      "messages",
      '{"type":"content_block_start","content_block":{"type":"web_search_tool_result"}}',
      "answer",
    ],
    [
      "messages",
      '{"type":"content_block_start","content_block":{"type":"redacted_thinking"}}',
      "reasoning",
    ],
    ["ndjson", '{"message":{"role":"assistant","content":""},"done":false}', null],
    ["ndjson", '{"message":{"content":"x"},"done":false}', "answer"],
    ["ndjson", '{"message":{"thinking":"x"},"done":false}', "reasoning"],
    ["ndjson", '{"message":{"tool_calls":[{}]},"done":false}', "answer"],
    ["ndjson", '{"response":"x","done":false}', "answer"],
    ["ndjson", '{"response":"","thinking":"x"}', "reasoning"],
    ["opaque", "anything", "answer"],
  ])("%s %s", (format, payload, content) => {
    expect(readOne(format, payload).content).toBe(content);
  });
});

describe("where an answer stands after its events", () => {
  test.each<[WireFormat, string[], AnswerEnd]>([
    ["chat", [delta({ content: "a" })], "open"],
    ["chat", ["[DONE]"], "final"],
    ["chat", [delta({}, "stop")], "finished"],
    ["chat", [delta({ content: "a" }), delta({}, "")], "open"],
    [
      "chat",
      [delta({ content: "a" }, null, 0), delta({ content: "b" }, null, 1), delta({}, "stop", 0)],
      "open",
    ],
    [
      "chat",
      [delta({ content: "a" }, null, 0), delta({}, "stop", 1), delta({}, "stop", 0)],
      "finished",
    ],
    ["chat", ['{"choices":[{"text":"a","index":0,"finish_reason":"length"}]}'], "finished"],
    ["chat", [delta({}, "stop"), '{"choices":[],"usage":{}}'], "finished"],
    ["chat", [delta({}, "stop"), delta({})], "finished"],
    ["chat", [delta({}, "stop"), delta({ content: "more" })], "open"],
    ["chat", [delta({}, "stop"), delta({ content: "more" }), delta({}, "stop")], "finished"],
    ["chat", [delta({}, "stop"), delta({ tool_calls: [{ index: 0 }] })], "open"],
    ["responses", ['{"type":"response.completed"}'], "final"],
    ["responses", ['{"type":"response.incomplete"}'], "final"],
    ["responses", ["[DONE]"], "open"],
    ["messages", ['{"type":"message_stop"}'], "final"],
    ["messages", ['{"type":"message_delta","delta":{"stop_reason":"end_turn"}}'], "open"],
    ["ndjson", ['{"done":false}'], "open"],
    ["ndjson", ['{"done":true}'], "final"],
    ["ndjson", ['{"message":{"content":"x"},"done":true}'], "final"],
  ])("%s %j: %s", (format, payloads, end) => {
    const ends = read(format, payloads).map((reading) =>
      typeof reading === "object" ? reading.end : null,
    );
    expect(ends.findLast((said) => said !== null) ?? "open").toBe(end);
  });
});

describe("an error counts, whatever stands beside it but content", () => {
  const failed = { error: { message: "gone", code: 502 } };
  test.each<[WireFormat, object, string, string[]]>([
    ["chat", { error: { message: "no", code: "c", type: "t" } }, "no", ["c", "t"]],
    ["chat", { error: "no" }, "no", []],
    ["chat", { object: "error", message: "no", code: 400 }, "no", ["400"]],
    ["chat", { ...failed, choices: [] }, "gone", ["502"]],
    ["chat", { ...failed, choices: null }, "gone", ["502"]],
    ["chat", { ...failed, choices: [{ delta: { content: "" } }] }, "gone", ["502"]],
    [
      "chat",
      { ...failed, choices: [{ delta: { content: "" }, finish_reason: "error" }] },
      "gone",
      ["502"],
    ],
    [
      "chat",
      { ...failed, choices: [{ delta: { content: "half" }, finish_reason: "error" }] },
      "gone",
      ["502"],
    ],
    ["chat", { choices: [{ ...failed, delta: {} }] }, "gone", ["502"]],
    ["chat", { choices: [{ ...failed, text: "", finish_reason: "stop" }] }, "gone", ["502"]],
    [
      "chat",
      { choices: [{ delta: {}, finish_reason: "error" }] },
      "the upstream ended its answer with finish_reason: error",
      [],
    ],
    ["chat", { status: "failed" }, "the upstream ended its answer with status: failed", []],
    [
      "responses",
      { type: "response.failed", response: { error: { code: "c", message: "no" } } },
      "no",
      ["c"],
    ],
    ["responses", { type: "error", code: "c", message: "no" }, "no", ["c", "error"]],
    [
      "responses",
      { type: "response.completed", response: { status: "failed", error: { message: "no" } } },
      "no",
      [],
    ],
    ["responses", { type: "response.in_progress", error: { message: "no" } }, "no", []],
    [
      "messages",
      { type: "error", error: { type: "overloaded_error", message: "no" } },
      "no",
      ["overloaded_error"],
    ],
    ["messages", { type: "message_delta", error: { message: "no" } }, "no", []],
    ["ndjson", { error: "no" }, "no", []],
    ["ndjson", { error: "no", done: true }, "no", []],
    ["ndjson", { message: { content: "" }, error: "no", done: true }, "no", []],
  ])("%s %j", (format, payload, message, codes) => {
    expect(readOne(format, JSON.stringify(payload)).error).toEqual({ message, codes });
  });

  test.each<[WireFormat, object]>([
    ["chat", { error: null, choices: [{ delta: {} }] }],
    ["chat", { error: "", choices: [{ delta: {} }] }],
    ["chat", { ...failed, choices: [{ delta: { content: "text" } }] }],
    ["responses", { type: "response.created", response: { status: "in_progress", error: null } }],
    [
      "responses",
      { type: "response.output_item.done", item: { type: "function_call", status: "failed" } },
    ],
    ["ndjson", { error: "odd", message: { content: "text" }, done: false }],
  ])("%s %j is not one", (format, payload) => {
    expect(readOne(format, JSON.stringify(payload)).error).toBeNull();
  });
});

test.each<[WireFormat, string, string]>([
  ["chat", '{"message":"gone"}', "gone"],
  ["chat", '{"error":{"message":"gone"}}', "gone"],
  ["chat", "gone", "gone"],
  ["responses", '{"code":"c","message":"gone"}', "gone"],
  ["messages", '{"error":{"message":"gone"}}', "gone"],
])("an event named error is one, on %s, be it %s", (format, payload, message) => {
  expect(readOne(format, payload, "error").error).toMatchObject({ message });
});

describe("events that say nothing, and events that nobody can read", () => {
  test.each<[WireFormat, string, FrameReading]>([
    ["chat", "", "blank"],
    ["chat", "  ", "blank"],
    ["messages", "", "blank"],
    ["chat", "{", "unreadable"],
    ["chat", "null", "unreadable"],
    ["chat", "ping", "unreadable"],
    ["chat", "[done]", "unreadable"],
    ["responses", "hello", "unreadable"],
    ["messages", "[1]", "unreadable"],
    ["ndjson", '{"done":', "unreadable"],
    ["ndjson", "[DONE]", "unreadable"],
  ])("%s %j", (format, payload, reading) => {
    expect(read(format, [payload])).toEqual([reading]);
  });

  test("an event without data is none of these", () => {
    const frame = { bytes: new Uint8Array(0), event: "heartbeat", data: null };
    expect(createStreamReader("chat")(frame, null)).toMatchObject({ content: null, end: null });
  });
});

test.each<[string, string | null, WireFormat]>([
  ["/v1/chat/completions", "text/event-stream; charset=utf-8", "chat"],
  ["/v1/completions", "text/event-stream", "chat"],
  ["/v1/responses", "TEXT/EVENT-STREAM", "responses"],
  ["/v1/messages", "text/event-stream", "messages"],
  ["/api/chat", "application/x-ndjson", "ndjson"],
  ["/v1/audio/speech", "text/event-stream", "opaque"],
  ["/v1/chat/completions", "application/x-ndjson", "opaque"],
])("a stream on %s of type %s is read as %s", (path, type, format) => {
  expect(streamFormat(path, framingOf(type))).toBe(format);
});

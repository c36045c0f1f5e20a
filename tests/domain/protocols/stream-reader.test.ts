import { describe, expect, test } from "bun:test";
import type { ProtocolName } from "../../../src/domain/call/endpoint.ts";
import { framingOf } from "../../../src/domain/http/content-type.ts";
import type {
  AnswerEnd,
  ContentKind,
  EventReading,
} from "../../../src/domain/protocols/event-reading.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import {
  createStreamReader,
  frameJson,
  type FrameReading,
  streamProtocol,
} from "../../../src/domain/protocols/stream-reader.ts";

function read(
  format: ProtocolName | null,
  payloads: readonly string[],
  event: string | null = null,
): readonly FrameReading[] {
  const reader = createStreamReader(format);
  return payloads.map((data) => {
    const frame = { bytes: new Uint8Array(0), event, data };
    return reader(frame, frameJson(frame));
  });
}

function readOne(
  format: ProtocolName | null,
  payload: string,
  event: string | null = null,
): EventReading {
  const [reading] = read(format, [payload], event);
  if (typeof reading !== "object") throw new Error(`${payload} is ${reading}`);
  return reading;
}

const delta = (value: object, finish: string | null = null, index = 0) =>
  JSON.stringify({ choices: [{ index, delta: value, finish_reason: finish }] });

describe("what counts as content, and which of it is only reasoning", () => {
  test.each<[ProtocolName | null, string, ContentKind | null]>([
    ["openai-chat", delta({ role: "assistant" }), null],
    ["openai-chat", delta({ role: "assistant", content: "" }), null],
    ["openai-chat", delta({ role: "assistant", content: null }), null],
    ["openai-chat", delta({ content: "hi" }), "answer"],
    ["openai-chat", delta({ content: [{ type: "text", text: "hi" }] }), "answer"],
    ["openai-chat", delta({ content: [{ type: "thinking", thinking: [] }] }), "reasoning"],
    ["openai-chat", delta({ content: [] }), null],
    ["openai-chat", delta({ reasoning_content: "hm" }), "reasoning"],
    ["openai-chat", delta({ reasoning: "hm" }), "reasoning"],
    ["openai-chat", delta({ reasoning_details: [{ text: "hm" }] }), "reasoning"],
    ["openai-chat", delta({ reasoning: "hm", content: "hi" }), "answer"],
    ["openai-chat", delta({ refusal: "no" }), "answer"],
    ["openai-chat", delta({ audio: { data: "AAAA" } }), "answer"],
    ["openai-chat", delta({ tool_calls: [{ index: 0 }] }), "answer"],
    ["openai-chat", delta({ tool_calls: [] }), null],
    ["openai-chat", delta({ function_call: { name: "f" } }), "answer"],
    ["openai-chat", '{"choices":[{"text":"hi","index":0}]}', "answer"],
    ["openai-chat", '{"choices":[null,{"delta":null}]}', null],
    ["openai-chat", '{"choices":[],"usage":{}}', null],
    ["openai-responses", '{"type":"response.created"}', null],
    ["openai-responses", '{"type":"response.output_text.delta","delta":"x"}', "answer"],
    ["openai-responses", '{"type":"response.function_call_arguments.delta"}', "answer"],
    ["openai-responses", '{"type":"response.reasoning_summary_text.delta"}', "reasoning"],
    ["openai-responses", '{"type":"response.reasoning_text.delta"}', "reasoning"],
    ["openai-responses", '{"type":"response.output_item.added","item":{"type":"message"}}', null],
    [
      "openai-responses",
      '{"type":"response.output_item.done","item":{"type":"function_call"}}',
      "answer",
    ],
    ["openai-responses", '{"type":"response.output_item.done","item":{"type":"reasoning"}}', null],
    ["anthropic-messages", '{"type":"message_start"}', null],
    ["anthropic-messages", '{"type":"ping"}', null],
    [
      "anthropic-messages",
      '{"type":"content_block_delta","delta":{"type":"text_delta"}}',
      "answer",
    ],
    [
      "anthropic-messages",
      '{"type":"content_block_delta","delta":{"type":"text_delta","text":""}}',
      null,
    ],
    [
      "anthropic-messages",
      '{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":""}}',
      null,
    ],
    [
      "anthropic-messages",
      '{"type":"content_block_delta","delta":{"type":"signature_delta","signature":"x"}}',
      "reasoning",
    ],
    [
      "anthropic-messages",
      '{"type":"content_block_start","content_block":{"type":"server_tool_use"}}',
      "answer",
    ],
    [
      "anthropic-messages",
      '{"type":"content_block_delta","delta":{"type":"input_json_delta"}}',
      "answer",
    ],
    [
      "anthropic-messages",
      '{"type":"content_block_delta","delta":{"type":"thinking_delta"}}',
      "reasoning",
    ],
    [
      "anthropic-messages",
      '{"type":"content_block_start","content_block":{"type":"text","text":""}}',
      null,
    ],
    [
      "anthropic-messages",
      '{"type":"content_block_start","content_block":{"type":"thinking"}}',
      null,
    ],
    [
      "anthropic-messages",
      '{"type":"content_block_start","content_block":{"type":"tool_use"}}',
      "answer",
    ],
    [
      "anthropic-messages",
      '{"type":"content_block_start","content_block":{"type":"web_search_tool_result"}}',
      "answer",
    ],
    [
      "anthropic-messages",
      '{"type":"content_block_start","content_block":{"type":"redacted_thinking"}}',
      "reasoning",
    ],
    ["ollama", '{"message":{"role":"assistant","content":""},"done":false}', null],
    ["ollama", '{"message":{"content":"x"},"done":false}', "answer"],
    ["ollama", '{"message":{"thinking":"x"},"done":false}', "reasoning"],
    ["ollama", '{"message":{"tool_calls":[{}]},"done":false}', "answer"],
    ["ollama", '{"response":"x","done":false}', "answer"],
    ["ollama", '{"response":"","thinking":"x"}', "reasoning"],
    [null, "anything", "answer"],
  ])("%s %s", (format, payload, content) => {
    expect(readOne(format, payload).content).toBe(content);
  });
});

describe("where an answer stands after its events", () => {
  test.each<[ProtocolName | null, string[], AnswerEnd]>([
    ["openai-chat", [delta({ content: "a" })], "open"],
    ["openai-chat", ["[DONE]"], "final"],
    ["openai-chat", [delta({}, "stop")], "finished"],
    ["openai-chat", [delta({ content: "a" }), delta({}, "")], "open"],
    [
      "openai-chat",
      [delta({ content: "a" }, null, 0), delta({ content: "b" }, null, 1), delta({}, "stop", 0)],
      "open",
    ],
    [
      "openai-chat",
      [delta({ content: "a" }, null, 0), delta({}, "stop", 1), delta({}, "stop", 0)],
      "finished",
    ],
    ["openai-chat", ['{"choices":[{"text":"a","index":0,"finish_reason":"length"}]}'], "finished"],
    ["openai-chat", [delta({}, "stop"), '{"choices":[],"usage":{}}'], "finished"],
    ["openai-chat", [delta({}, "stop"), delta({})], "finished"],
    ["openai-chat", [delta({}, "stop"), delta({ content: "more" })], "open"],
    ["openai-chat", [delta({}, "stop"), delta({ content: "more" }), delta({}, "stop")], "finished"],
    ["openai-chat", [delta({}, "stop"), delta({ tool_calls: [{ index: 0 }] })], "open"],
    ["openai-responses", ['{"type":"response.completed"}'], "final"],
    ["openai-responses", ['{"type":"response.incomplete"}'], "final"],
    ["openai-responses", ["[DONE]"], "open"],
    ["anthropic-messages", ['{"type":"message_stop"}'], "final"],
    ["anthropic-messages", ['{"type":"message_delta","delta":{"stop_reason":"end_turn"}}'], "open"],
    ["ollama", ['{"done":false}'], "open"],
    ["ollama", ['{"done":true}'], "final"],
    ["ollama", ['{"message":{"content":"x"},"done":true}'], "final"],
  ])("%s %j: %s", (format, payloads, end) => {
    const ends = read(format, payloads).map((reading) =>
      typeof reading === "object" ? reading.end : null,
    );
    expect(ends.findLast((said) => said !== null) ?? "open").toBe(end);
  });
});

describe("an error counts, whatever stands beside it but content", () => {
  const failed = { error: { message: "gone", code: 502 } };
  test.each<[ProtocolName | null, object, string, string[]]>([
    ["openai-chat", { error: { message: "no", code: "c", type: "t" } }, "no", ["c", "t"]],
    ["openai-chat", { error: "no" }, "no", []],
    ["openai-chat", { object: "error", message: "no", code: 400 }, "no", ["400"]],
    ["openai-chat", { ...failed, choices: [] }, "gone", ["502"]],
    ["openai-chat", { ...failed, choices: null }, "gone", ["502"]],
    ["openai-chat", { ...failed, choices: [{ delta: { content: "" } }] }, "gone", ["502"]],
    [
      "openai-chat",
      { ...failed, choices: [{ delta: { content: "" }, finish_reason: "error" }] },
      "gone",
      ["502"],
    ],
    [
      "openai-chat",
      { ...failed, choices: [{ delta: { content: "half" }, finish_reason: "error" }] },
      "gone",
      ["502"],
    ],
    ["openai-chat", { choices: [{ ...failed, delta: {} }] }, "gone", ["502"]],
    ["openai-chat", { choices: [{ ...failed, text: "", finish_reason: "stop" }] }, "gone", ["502"]],
    [
      "openai-chat",
      { choices: [{ delta: {}, finish_reason: "error" }] },
      "the upstream ended its answer with finish_reason: error",
      [],
    ],
    ["openai-chat", { status: "failed" }, "the upstream ended its answer with status: failed", []],
    [
      "openai-responses",
      { type: "response.failed", response: { error: { code: "c", message: "no" } } },
      "no",
      ["c"],
    ],
    ["openai-responses", { type: "error", code: "c", message: "no" }, "no", ["c", "error"]],
    [
      "openai-responses",
      { type: "response.completed", response: { status: "failed", error: { message: "no" } } },
      "no",
      [],
    ],
    ["openai-responses", { type: "response.in_progress", error: { message: "no" } }, "no", []],
    [
      "anthropic-messages",
      { type: "error", error: { type: "overloaded_error", message: "no" } },
      "no",
      ["overloaded_error"],
    ],
    ["anthropic-messages", { type: "message_delta", error: { message: "no" } }, "no", []],
    ["ollama", { error: "no" }, "no", []],
    ["ollama", { error: "no", done: true }, "no", []],
    ["ollama", { message: { content: "" }, error: "no", done: true }, "no", []],
  ])("%s %j", (format, payload, message, codes) => {
    expect(readOne(format, JSON.stringify(payload)).error).toEqual({ message, codes });
  });

  test.each<[ProtocolName | null, object]>([
    ["openai-chat", { error: null, choices: [{ delta: {} }] }],
    ["openai-chat", { error: "", choices: [{ delta: {} }] }],
    ["openai-chat", { ...failed, choices: [{ delta: { content: "text" } }] }],
    [
      "openai-responses",
      { type: "response.created", response: { status: "in_progress", error: null } },
    ],
    [
      "openai-responses",
      { type: "response.output_item.done", item: { type: "function_call", status: "failed" } },
    ],
    ["ollama", { error: "odd", message: { content: "text" }, done: false }],
  ])("%s %j is not one", (format, payload) => {
    expect(readOne(format, JSON.stringify(payload)).error).toBeNull();
  });
});

test.each<[ProtocolName | null, string, string]>([
  ["openai-chat", '{"message":"gone"}', "gone"],
  ["openai-chat", '{"error":{"message":"gone"}}', "gone"],
  ["openai-chat", "gone", "gone"],
  ["openai-responses", '{"code":"c","message":"gone"}', "gone"],
  ["anthropic-messages", '{"error":{"message":"gone"}}', "gone"],
])("an event named error is one, on %s, be it %s", (format, payload, message) => {
  expect(readOne(format, payload, "error").error).toMatchObject({ message });
});

describe("events that say nothing, and events that nobody can read", () => {
  test.each<[ProtocolName | null, string, FrameReading]>([
    ["openai-chat", "", "blank"],
    ["openai-chat", "  ", "blank"],
    ["anthropic-messages", "", "blank"],
    ["openai-chat", "{", "unreadable"],
    ["openai-chat", "null", "unreadable"],
    ["openai-chat", "ping", "unreadable"],
    ["openai-chat", "[done]", "unreadable"],
    ["openai-responses", "hello", "unreadable"],
    ["anthropic-messages", "[1]", "unreadable"],
    ["ollama", '{"done":', "unreadable"],
    ["ollama", "[DONE]", "unreadable"],
  ])("%s %j", (format, payload, reading) => {
    expect(read(format, [payload])).toEqual([reading]);
  });

  test("an event without data is none of these", () => {
    const frame = { bytes: new Uint8Array(0), event: "heartbeat", data: null };
    expect(createStreamReader("openai-chat")(frame, null)).toMatchObject({
      content: null,
      end: null,
    });
  });
});

test.each<[string, string | null, ProtocolName | null]>([
  ["/v1/chat/completions", "text/event-stream; charset=utf-8", "openai-chat"],
  ["/v1/completions", "text/event-stream", "openai-chat"],
  ["/v1/responses", "TEXT/EVENT-STREAM", "openai-responses"],
  ["/v1/messages", "text/event-stream", "anthropic-messages"],
  ["/api/chat", "application/x-ndjson", "ollama"],
  ["/v1/audio/speech", "text/event-stream", null],
  ["/v1/chat/completions", "application/x-ndjson", null],
])("a stream on %s of type %s is read as %s", (path, type, format) => {
  expect(streamProtocol(endpointOf("POST", path), framingOf(type))).toBe(format);
});

import { describe, expect, test } from "bun:test";
import {
  createStreamReader,
  expectsJson,
  frameJson,
  framingOf,
  plainError,
  streamFormat,
  type WireFormat,
} from "../../../src/domain/dialects/wire-format.ts";

function read(format: WireFormat, payloads: readonly string[], event: string | null = null) {
  const reader = createStreamReader(format);
  return payloads.map((data) => {
    const frame = { bytes: new Uint8Array(0), event, data };
    return reader(frame, frameJson(frame));
  });
}
const delta = (value: object, finish: string | null = null, index = 0) =>
  JSON.stringify({ choices: [{ index, delta: value, finish_reason: finish }] });

describe("what counts as content", () => {
  test.each<[WireFormat, string, boolean]>([
    ["chat", delta({ role: "assistant" }), false],
    ["chat", delta({ role: "assistant", content: "" }), false],
    ["chat", delta({ content: "hi" }), true],
    ["chat", delta({ reasoning_content: "hm" }), true],
    ["chat", delta({ reasoning: "hm" }), true],
    ["chat", delta({ refusal: "no" }), true],
    ["chat", delta({ audio: { data: "AAAA" } }), true],
    ["chat", delta({ tool_calls: [{ index: 0 }] }), true],
    ["chat", delta({ tool_calls: [] }), false],
    ["chat", delta({ function_call: { name: "f" } }), true],
    ["chat", '{"choices":[{"text":"hi","index":0}]}', true],
    ["chat", '{"choices":[],"usage":{}}', false],
    ["responses", '{"type":"response.created"}', false],
    ["responses", '{"type":"response.output_text.delta","delta":"x"}', true],
    ["messages", '{"type":"message_start"}', false],
    ["messages", '{"type":"content_block_delta"}', true],
    ["ndjson", '{"message":{"role":"assistant","content":""},"done":false}', false],
    ["ndjson", '{"message":{"content":"x"},"done":false}', true],
    ["ndjson", '{"message":{"thinking":"x"},"done":false}', true],
    ["ndjson", '{"message":{"tool_calls":[{}]},"done":false}', true],
    ["ndjson", '{"response":"x","done":false}', true],
    ["opaque", "anything", true],
  ])("%s %s", (format, payload, content) => {
    expect(read(format, [payload])[0]?.content).toBe(content);
  });
});

describe("what counts as the proper end", () => {
  test.each<[WireFormat, string[], boolean]>([
    ["chat", [delta({ content: "a" })], false],
    ["chat", ["[DONE]"], true],
    ["chat", [delta({}, "stop")], true],
    [
      "chat",
      [delta({ content: "a" }, null, 0), delta({ content: "b" }, null, 1), delta({}, "stop", 0)],
      false,
    ],
    ["chat", [delta({ content: "a" }, null, 0), delta({}, "stop", 1), delta({}, "stop", 0)], true],
    ["chat", ['{"choices":[{"text":"a","index":0,"finish_reason":"length"}]}'], true],
    ["responses", ['{"type":"response.completed"}'], true],
    ["responses", ['{"type":"response.incomplete"}'], true],
    ["responses", ["[DONE]"], false],
    ["messages", ['{"type":"message_stop"}'], true],
    ["ndjson", ['{"done":false}'], false],
    ["ndjson", ['{"done":true}'], true],
  ])("%s %j", (format, payloads, end) => {
    expect(read(format, payloads).some((reading) => reading.end)).toBe(end);
  });
});

describe("what counts as an error", () => {
  test.each<[WireFormat, string, string, string[]]>([
    ["chat", '{"error":{"message":"no","code":"c","type":"t"}}', "no", ["c", "t"]],
    ["chat", '{"error":"no"}', "no", []],
    [
      "responses",
      '{"type":"response.failed","response":{"error":{"code":"c","message":"no"}}}',
      "no",
      ["c"],
    ],
    ["responses", '{"type":"error","code":"c","message":"no"}', "no", ["c", "error"]],
    [
      "messages",
      '{"type":"error","error":{"type":"overloaded_error","message":"no"}}',
      "no",
      ["overloaded_error"],
    ],
    ["ndjson", '{"error":"no"}', "no", []],
  ])("%s %s", (format, payload, message, codes) => {
    expect(read(format, [payload])[0]?.error).toEqual({ message, codes });
  });

  test.each<[WireFormat, string]>([
    ["chat", "{"],
    ["chat", "null"],
    ["responses", "hello"],
    ["messages", "[1]"],
    ["ndjson", '{"done":'],
  ])("%s %s is unreadable", (format, payload) => {
    expect(read(format, [payload])[0]?.unreadable).toBe(true);
  });
});

describe("a plain 2xx answer that is an error", () => {
  test.each<[string, boolean]>([
    ['{"error":{"message":"no"}}', true],
    ['{"error":"no"}', true],
    ['{"error":null,"choices":[]}', false],
    ['{"error":{"message":"partial"},"choices":[{}]}', false],
    ['{"choices":[]}', false],
    ['{"object":"response","error":null,"output":[]}', false],
  ])("%s", (body, isError) => {
    expect(plainError(JSON.parse(body)) !== null).toBe(isError);
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

test("only the paths the SPEC names have to answer JSON", () => {
  expect(
    ["/v1/chat/completions", "/v1/embeddings", "/v1/responses", "/api/chat"].every(expectsJson),
  ).toBe(true);
  expect(["/v1/audio/speech", "/v1/files/x/content"].some(expectsJson)).toBe(false);
});

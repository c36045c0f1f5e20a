import { describe, expect, test } from "bun:test";
import { demandsOf } from "../../../src/domain/fitness/demands.ts";
import { readFitness } from "../../../src/domain/fitness/read-fitness.ts";
import type { Requirement } from "../../../src/domain/routing/types.ts";
import { fakeCall } from "../../lab/fake-ports.ts";

const schema = { type: "object" };
const ask = { messages: [{ role: "user", content: "hi" }], model: "m" };
const demands = (path: string, body: object, ...require: readonly Requirement[]) =>
  demandsOf(fakeCall(body, path), { require });

describe("what is demanded of an answer", () => {
  const byJson = [
    ["/v1/chat/completions", { response_format: { type: "json_object" } }],
    ["/v1/responses", { text: { format: { type: "json_object" } } }],
    ["/api/chat", { format: "json" }],
    ["/api/generate", { format: "json" }],
  ] as const;
  const bySchema = [
    ["/v1/chat/completions", { response_format: { type: "json_schema", json_schema: { schema } } }],
    ["/v1/completions", { response_format: { type: "json_object", schema } }],
    ["/v1/responses", { text: { format: { type: "json_schema", schema } } }],
    ["/v1/messages", { output_config: { format: { type: "json_schema", schema } } }],
    ["/v1/messages", { output_format: { type: "json_schema", schema } }],
    ["/api/chat", { format: schema }],
  ] as const;

  test.each(byJson)("%s with %j asks for JSON, and for no schema", (path, how) => {
    const body = { ...ask, ...how };
    expect(demands(path, body, "json")).toEqual({ content: false, json: true, schema: undefined });
    expect(demands(path, body, "schema")).toBeNull();
    expect(demands(path, body)).toBeNull();
  });

  test.each(bySchema)("%s with %j asks for a schema", (path, how) => {
    const body = { ...ask, ...how };
    expect(demands(path, body, "schema")).toEqual({ content: false, json: true, schema });
    expect(demands(path, body, "json")).toEqual({ content: false, json: true, schema: undefined });
  });

  test.each([
    ["/v1/chat/completions", { response_format: { type: "text" } }],
    ["/v1/responses", { text: { verbosity: "low" } }],
    ["/v1/messages", {}],
    ["/api/chat", { format: "" }],
    ["/api/chat", { format: null }],
  ])("%s with %j asks for no form, so that nothing is held back for it", (path, how) => {
    expect(demands(path, { ...ask, ...how }, "json", "schema")).toBeNull();
    expect(demands(path, { ...ask, ...how }, "content", "json")).toEqual({
      content: true,
      json: false,
      schema: undefined,
    });
  });

  test.each([
    "/v1/embeddings",
    "/api/embed",
    "/v1/moderations",
    "/v1/messages/count_tokens",
    "/v1/x",
  ])("nothing where no text is asked for: %s", (path) => {
    expect(demands(path, ask, "content", "json", "schema")).toBeNull();
  });
});

const sse = (...events: readonly object[]) =>
  `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`;
const chat = (message: object, finish = "stop") =>
  JSON.stringify({ choices: [{ index: 0, message, finish_reason: finish }] });
const chunk = (delta: object, finish: string | null = null, index = 0) => ({
  choices: [{ index, delta, finish_reason: finish }],
});
const call = { tool_calls: [{ id: "c", index: 0, function: { name: "f", arguments: "{}" } }] };

const none = "the answer has no text, refusal or call";
const notJson = "the answer's text is not JSON";

test.each<[what: string, answer: string, content: string | null, json: string | null]>([
  ["text", chat({ content: "Hello" }), null, notJson],
  ["JSON", chat({ content: ' {"a":1}\n' }), null, null],
  ["fenced JSON", chat({ content: '```json\n{"a":1}\n```' }), null, notJson],
  [
    "cut JSON",
    chat({ content: '{"a":' }, "length"),
    null,
    `${notJson}; it was cut off at the length limit`,
  ],
  ["nothing", chat({ content: "" }), none, "the answer has no text where JSON was asked for"],
  [
    "white space",
    chat({ content: " \n" }),
    none,
    "the answer has no text where JSON was asked for",
  ],
  [
    "reasoning only",
    chat({ content: null, reasoning_content: "Hm" }),
    `${none}, only reasoning`,
    "the answer has no text where JSON was asked for",
  ],
  ["a call", chat({ content: null, ...call }, "tool_calls"), null, null],
  ["a call behind a text", chat({ content: "I look", ...call }, "tool_calls"), null, null],
  ["a refusal", chat({ content: null, refusal: "No." }), null, null],
  ["a filtered answer", chat({ content: "" }, "content_filter"), null, null],
  ["no choice", '{"choices":[]}', "the answer is empty", "the answer is empty"],
  [
    "two choices",
    JSON.stringify({
      choices: [
        { index: 0, message: { content: "1" }, finish_reason: "stop" },
        { index: 1, message: { content: "" }, finish_reason: "stop" },
      ],
    }),
    `choice 2: ${none}`,
    "choice 2: the answer has no text where JSON was asked for",
  ],
  [
    "a stream of JSON",
    sse(
      chunk({ role: "assistant" }),
      chunk({ content: '{"a"' }),
      chunk({ content: ":1}" }),
      chunk({}, "stop"),
    ),
    null,
    null,
  ],
  [
    "a stream of nothing",
    sse(chunk({ role: "assistant", content: "" }), chunk({}, "stop")),
    none,
    "the answer has no text where JSON was asked for",
  ],
  ["a stream of a call", sse(chunk(call), chunk({}, "tool_calls")), null, null],
  [
    "a message",
    JSON.stringify({
      type: "message",
      role: "assistant",
      content: [{ type: "text", text: "{}" }],
      stop_reason: "end_turn",
    }),
    null,
    null,
  ],
  [
    "a message of thinking",
    JSON.stringify({
      type: "message",
      content: [{ type: "thinking", thinking: "Hm" }],
      stop_reason: "end_turn",
    }),
    `${none}, only reasoning`,
    "the answer has no text where JSON was asked for",
  ],
  [
    "a message that refuses",
    JSON.stringify({ type: "message", content: [], stop_reason: "refusal" }),
    null,
    null,
  ],
  [
    "a response",
    JSON.stringify({
      status: "completed",
      output: [{ type: "message", content: [{ type: "output_text", text: "[1]" }] }],
    }),
    null,
    null,
  ],
  [
    "a response without output",
    JSON.stringify({ status: "completed", output: [] }),
    "the answer is empty",
    "the answer is empty",
  ],
  [
    "a response with a call",
    JSON.stringify({
      status: "completed",
      output: [{ type: "function_call", name: "f", arguments: "{}", call_id: "c" }],
    }),
    null,
    null,
  ],
  [
    "Ollama's lines",
    '{"message":{"content":"{"},"done":false}\n{"message":{"content":"}"},"done":true,"done_reason":"stop"}\n',
    null,
    null,
  ],
  [
    "Ollama's empty line",
    '{"message":{"content":""},"done":true,"done_reason":"stop"}\n',
    none,
    "the answer has no text where JSON was asked for",
  ],
])("%s", (_, answer, content, json) => {
  const bytes = new TextEncoder().encode(answer);
  const wants = { content: false, json: false, schema: undefined };
  expect(readFitness(bytes, { ...wants, content: true }).unfit).toBe(content);
  expect(readFitness(bytes, { ...wants, json: true }).unfit).toBe(json);
});

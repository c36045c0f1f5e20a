// Logged bodies as conversations, for every API's form.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readConversation } from "../../../src/domain/conversation/read-conversation.ts";
import type { Turn, TurnPart } from "../../../src/domain/conversation/turn.ts";

const events = (...documents: readonly object[]): string =>
  documents.map((document) => `data: ${JSON.stringify(document)}\n\n`).join("") +
  "data: [DONE]\n\n";
const lines = (...documents: readonly object[]): string =>
  documents.map((document) => `${JSON.stringify(document)}\n`).join("");

const delta = (fields: object, finish: string | null = null, index = 0) => ({
  choices: [{ index, delta: fields, finish_reason: finish }],
});

const text = (said: string): TurnPart => ({ kind: "text", text: said });
const thinking = (said: string): TurnPart => ({ kind: "thinking", text: said });
const call = (id: string | null, name: string, given: string): TurnPart => ({
  kind: "tool-call",
  id,
  name,
  arguments: given,
});
const answer = (finish: string | null, ...parts: readonly TurnPart[]): Turn => ({
  role: "assistant",
  name: null,
  parts,
  finish,
});

describe("an answer comes together from", () => {
  test.each<readonly [string, string, readonly Turn[]]>([
    [
      "a whole chat answer",
      JSON.stringify({
        choices: [{ message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
      }),
      [answer("stop", text("Hi"))],
    ],
    [
      "a chat's events, with reasoning apart",
      events(
        delta({ role: "assistant", content: "" }),
        delta({ reasoning_content: "h" }),
        delta({ reasoning_content: "m" }),
        delta({ content: "H" }),
        delta({ content: "i" }),
        delta({}, "stop"),
      ),
      [answer("stop", thinking("hm"), text("Hi"))],
    ],
    [
      "thoughts that only OpenRouter's list has, what cannot be read aside",
      events(
        delta({ reasoning: null, reasoning_details: [{ type: "reasoning.text", text: "h" }] }),
        delta({ reasoning_details: [{ type: "reasoning.summary", summary: "m" }] }),
        delta({ reasoning_details: [{ type: "reasoning.encrypted", data: "x" }], content: "Hi" }),
        delta({}, "stop"),
      ),
      [answer("stop", thinking("hm"), text("Hi"))],
    ],
    [
      "thoughts that are there twice, once",
      events(delta({ reasoning: "hm", reasoning_details: [{ text: "hm" }] }), delta({}, "stop")),
      [answer("stop", thinking("hm"))],
    ],
    [
      "parallel tool calls, piece by piece",
      events(
        delta({ tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: "" } }] }),
        delta({ tool_calls: [{ index: 1, id: "b", function: { name: "g", arguments: '{"y"' } }] }),
        delta({ tool_calls: [{ index: 0, function: { arguments: '{"x":1}' } }] }),
        delta({ tool_calls: [{ index: 1, function: { arguments: ":2}" } }] }, "tool_calls"),
      ),
      [answer("tool_calls", call("a", "f", '{"x":1}'), call("b", "g", '{"y":2}'))],
    ],
    [
      "several choices, each a turn",
      events(delta({ content: "b" }, null, 1), delta({ content: "a" }), delta({}, "stop", 1)),
      [answer(null, text("a")), answer("stop", text("b"))],
    ],
    [
      "a thinking block within the content",
      JSON.stringify({ choices: [{ message: { content: "<think>\nhm\n</think>\n\nHi" } }] }),
      [answer(null, thinking("hm"), text("Hi"))],
    ],
    [
      "a thinking block that was never closed",
      JSON.stringify({ choices: [{ message: { content: "<think>still at it" } }] }),
      [answer(null, thinking("still at it"))],
    ],
    [
      "a refusal",
      events(delta({ refusal: "I can" }), delta({ refusal: "not" }, "stop")),
      [answer("stop", { kind: "refusal", text: "I cannot" })],
    ],
    [
      "a completion",
      events({ choices: [{ text: "on" }] }, { choices: [{ text: "ce", finish_reason: "length" }] }),
      [answer("length", text("once"))],
    ],
    [
      "Ollama's chat lines",
      lines(
        { message: { role: "assistant", content: "", thinking: "hm" }, done: false },
        {
          message: {
            content: "Hi",
            tool_calls: [{ function: { name: "f", arguments: { x: 1 } } }],
          },
          done: false,
        },
        { message: { content: "" }, done: true, done_reason: "stop" },
      ),
      [answer("stop", thinking("hm"), text("Hi"), call(null, "f", '{"x":1}'))],
    ],
    [
      "Ollama's generate lines",
      lines({ response: "H", done: false }, { response: "i", done: true, done_reason: "stop" }),
      [answer("stop", text("Hi"))],
    ],
    [
      "a whole Responses answer",
      JSON.stringify({
        object: "response",
        status: "completed",
        error: null,
        output: [
          { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] },
          { type: "message", role: "assistant", content: [{ type: "output_text", text: "Hi" }] },
          { type: "function_call", call_id: "c", id: "fc", name: "f", arguments: "{}" },
        ],
      }),
      [answer("completed", thinking("hm"), text("Hi"), call("c", "f", "{}"))],
    ],
    [
      "Responses events cut before their end",
      events(
        {
          type: "response.output_item.added",
          output_index: 1,
          item: { type: "function_call", call_id: "c", name: "f" },
        },
        { type: "response.output_text.delta", output_index: 0, delta: "Hi" },
        { type: "response.function_call_arguments.delta", output_index: 1, delta: "{}" },
      ),
      [answer(null, text("Hi"), call("c", "f", "{}"))],
    ],
    [
      "Responses events with the whole at their end, once",
      events(
        { type: "response.output_text.delta", output_index: 0, delta: "Hi" },
        {
          type: "response.completed",
          response: {
            status: "completed",
            output: [{ type: "message", content: [{ type: "output_text", text: "Hi" }] }],
          },
        },
      ),
      [answer("completed", text("Hi"))],
    ],
    [
      "Anthropic's events",
      events(
        { type: "message_start", message: { type: "message", role: "assistant", content: [] } },
        {
          type: "content_block_start",
          index: 0,
          content_block: { type: "thinking", thinking: "" },
        },
        {
          type: "content_block_delta",
          index: 0,
          delta: { type: "thinking_delta", thinking: "hm" },
        },
        { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "Hi" } },
        {
          type: "content_block_start",
          index: 2,
          content_block: { type: "tool_use", id: "t", name: "f", input: {} },
        },
        {
          type: "content_block_delta",
          index: 2,
          delta: { type: "input_json_delta", partial_json: '{"x":1}' },
        },
        { type: "message_delta", delta: { stop_reason: "tool_use" } },
      ),
      [answer("tool_use", thinking("hm"), text("Hi"), call("t", "f", '{"x":1}'))],
    ],
    [
      "embeddings, as how many of what size",
      JSON.stringify({ data: [{ embedding: [1, 2, 3] }, { embedding: [4, 5, 6] }] }),
      [answer(null, { kind: "vectors", count: 2, dimensions: 3 })],
    ],
    [
      "embeddings as base64 of 32-bit numbers",
      JSON.stringify({ data: [{ embedding: "AAAAAAAAAAAAAAAA" }] }),
      [answer(null, { kind: "vectors", count: 1, dimensions: 3 })],
    ],
  ])("%s", (_name, response, turns) => {
    expect(readConversation(null, response).answered).toEqual(turns);
  });
});

describe("a request reads as", () => {
  const turn = (role: string, ...parts: readonly TurnPart[]): Turn => ({
    role,
    name: null,
    parts,
    finish: null,
  });

  test.each<readonly [string, object, readonly Turn[]]>([
    [
      "a chat with images, calls and results",
      {
        messages: [
          { role: "system", content: "Be brief" },
          {
            role: "user",
            content: [
              { type: "text", text: "Look" },
              { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
            ],
          },
          {
            role: "assistant",
            content: null,
            tool_calls: [{ id: "a", function: { name: "f", arguments: "{}" } }],
          },
          { role: "tool", tool_call_id: "a", content: "done" },
        ],
      },
      [
        turn("system", text("Be brief")),
        turn("user", text("Look"), {
          kind: "media",
          what: "image",
          label: "image/png",
          bytes: 3,
          url: null,
          data: "AAAA",
        }),
        turn("assistant", call("a", "f", "{}")),
        turn("tool", { kind: "tool-result", id: "a", text: "done", failed: false }),
      ],
    ],
    [
      "Anthropic's messages, with a system text and a tool's result",
      {
        system: [{ type: "text", text: "Be brief" }],
        messages: [
          {
            role: "assistant",
            content: [{ type: "tool_use", id: "t", name: "f", input: { x: 1 } }],
          },
          {
            role: "user",
            content: [
              { type: "tool_result", tool_use_id: "t", content: [{ type: "text", text: "ok" }] },
            ],
          },
        ],
      },
      [
        turn("system", text("Be brief")),
        turn("assistant", call("t", "f", '{"x":1}')),
        turn("user", { kind: "tool-result", id: "t", text: "ok", failed: false }),
      ],
    ],
    [
      "Responses input items",
      {
        instructions: "Be brief",
        input: [
          { role: "user", content: [{ type: "input_text", text: "Hi" }] },
          { type: "function_call_output", call_id: "c", output: "ok" },
        ],
      },
      [
        turn("system", text("Be brief")),
        turn("user", text("Hi")),
        turn("tool", { kind: "tool-result", id: "c", text: "ok", failed: false }),
      ],
    ],
    [
      "Ollama's prompt with a bare image",
      { system: "Be brief", prompt: "Look", images: ["AAAAAA=="] },
      [
        turn("system", text("Be brief")),
        turn("user", text("Look"), {
          kind: "media",
          what: "image",
          label: null,
          bytes: 4,
          url: null,
          data: "AAAAAA==",
        }),
      ],
    ],
    [
      "several inputs, each a turn",
      { input: ["a", "b"] },
      [turn("user", text("a")), turn("user", text("b"))],
    ],
    [
      "an image elsewhere, by its address",
      {
        messages: [
          {
            role: "user",
            content: [{ type: "image_url", image_url: { url: "https://a.example/b.png" } }],
          },
        ],
      },
      [
        turn("user", {
          kind: "media",
          what: "image",
          label: null,
          bytes: null,
          url: "https://a.example/b.png",
        }),
      ],
    ],
    [
      "a part of a type nobody knows, as its JSON",
      { messages: [{ role: "user", content: [{ type: "constructor", x: 1 }] }] },
      [turn("user", { kind: "other", type: "constructor", json: '{"type":"constructor","x":1}' })],
    ],
  ])("%s", (_name, request, turns) => {
    expect(readConversation(JSON.stringify(request), null).asked).toEqual(turns);
  });
});

test("the tools on offer are named", () => {
  const tools = [
    { type: "function", function: { name: "f" } },
    { name: "g", input_schema: {} },
    { type: "web_search" },
  ];
  expect(readConversation(JSON.stringify({ tools }), null).tools.map(({ name }) => name)).toEqual([
    "f",
    "g",
    "web_search",
  ]);
});

test.each([
  ['{"error":{"message":"no such model"}}', "no such model"],
  ['{"error":"no such model"}', "no such model"],
  [events(delta({ content: "H" }), { error: { message: "out of memory" } }), "out of memory"],
  [events({ type: "response.failed", response: { error: { message: "failed" } } }), "failed"],
  ['{"choices":[],"error":null}', null],
])("the error in %j is %p", (response, error) => {
  expect(readConversation(null, response).error).toBe(error);
});

test("a cut stream gives what came before the cut", () => {
  const whole = events(delta({ content: "one " }), delta({ content: "two" }));
  const cut = whole.slice(0, whole.indexOf("two"));
  expect(readConversation(null, cut).answered).toEqual([answer(null, text("one "))]);
});

/** Values with the names the reader looks for, in places where it does not expect them. */
const names = fc.constantFrom(
  "messages",
  "content",
  "role",
  "type",
  "text",
  "tool_calls",
  "function",
  "choices",
  "delta",
  "message",

  "response",
  "output",
  "item",
  "index",
  "image_url",
  "source",
  "data",
  "input",
  "prompt",
  "error",
  "done",
);
const { value: odd } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(
      "text",
      "tool",
      "message",
      "content_block_delta",
      "image_url",
      null,
      true,
      7,
      "",
    ),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(names, tie("value"), { maxKeys: 4 }),
  ),
}));

test("no body, however odd, makes it throw", () => {
  fc.assert(
    fc.property(fc.dictionary(names, odd), fc.dictionary(names, odd), (request, response) => {
      readConversation(JSON.stringify(request), events(response));
      readConversation(JSON.stringify(request), JSON.stringify(response));
    }),
    { numRuns: 400 },
  );
  for (const body of [
    "",
    "null",
    "[]",
    "{",
    "data: \n\n",
    '"\ud800"',
    "[".repeat(100_000),
    `{"messages":${'[{"content":'.repeat(20_000)}`,
  ])
    expect(readConversation(body, body).asked).toEqual([]);
});

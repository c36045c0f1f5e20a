// Anthropic's clients before servers that speak Responses only: what a chat between the two would lose.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import {
  responseEvents,
  type ResponsesAnswer,
  responseStream,
  wholeResponseOf,
} from "../../../lab/responses-answer.ts";
import { gatherMessage } from "../../../../src/domain/protocols/anthropic-messages/gather-message.ts";
import { responsesRefusal } from "../../../lab/responses-refusal.ts";
import { translatedCall } from "../../../lab/translated-call.ts";

const hi = { role: "user", content: "hi" };
const said = (text: string) => ({ type: "text", text });
const item = (role: string, content: unknown) => ({ type: "message", role, content });

function asked(request: JsonRecord, server = {}) {
  const whole = { max_tokens: 100, messages: [hi], ...request };
  const call = translatedCall("/v1/messages", whole, "openai-responses", {}, server);
  if (call.sent === null) throw new Error(`${call.cannot} ${JSON.stringify(call.instead)}`);
  return { ...call, sent: call.sent };
}

test("the system's words come first, and later ones join the user's", () => {
  const messages = [hi, { role: "system", content: "now shout" }];
  const { sent, dropped } = asked({ system: [said("be brief"), said("be kind")], messages });
  expect(sent["input"]).toEqual([
    item("system", "be brief\n\nbe kind"),
    item("user", "hi\n\nnow shout"),
  ]);
  expect(dropped).toEqual([]);
});

test("OpenAI gets later ones where they stand", () => {
  const messages = [hi, { role: "system", content: "now shout" }];
  const { sent } = asked({ messages }, { baseUrl: "https://api.openai.com/v1" });
  expect(sent["input"]).toEqual([item("user", "hi"), item("system", "now shout")]);
});

test("words, calls and results keep their order, pictures in results their place", () => {
  const use = (id: string) => ({ type: "tool_use", id, name: "look", input: { at: id } });
  const picture = { type: "base64", media_type: "image/png", data: "AAAA" };
  const { sent, dropped } = asked({
    messages: [
      hi,
      { role: "assistant", content: [said("one"), use("a"), said("two"), use("b")] },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "b", content: "no such thing", is_error: true },
          {
            type: "tool_result",
            tool_use_id: "a",
            content: [said("see"), { type: "image", source: picture }],
          },
          said("so?"),
        ],
      },
    ],
    tools: [{ name: "look", input_schema: { type: "object" } }],
  });
  expect(responsesRefusal(sent)).toBeNull();
  expect(sent["input"]).toEqual([
    item("user", "hi"),
    item("assistant", "one"),
    { type: "function_call", call_id: "a", name: "look", arguments: '{"at":"a"}' },
    item("assistant", "two"),
    { type: "function_call", call_id: "b", name: "look", arguments: '{"at":"b"}' },
    {
      type: "function_call_output",
      call_id: "a",
      output: [
        { type: "input_text", text: "see" },
        { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "auto" },
      ],
    },
    { type: "function_call_output", call_id: "b", output: "Error: no such thing" },
    item("user", "so?"),
  ]);
  expect(dropped).toEqual([]);
});

test("a failed result with a picture says so first", () => {
  const picture = { type: "image", source: { type: "url", url: "https://a.example/b.png" } };
  const result = { type: "tool_result", tool_use_id: "a", content: [picture], is_error: true };
  const { sent } = asked({
    messages: [
      { role: "assistant", content: [{ type: "tool_use", id: "a", name: "f", input: {} }] },
      { role: "user", content: [result] },
    ],
  });
  expect((sent["input"] as readonly unknown[])[1]).toMatchObject({
    output: [{ type: "input_text", text: "Error: " }, { type: "input_image" }],
  });
});

describe("settings", () => {
  test.each<[JsonRecord, JsonRecord, readonly string[]]>([
    [{ max_tokens: 5 }, { max_output_tokens: 16 }, ["max_tokens"]],
    [{ stop_sequences: ["x"], top_k: 4 }, {}, ["top_k", "stop_sequences"]],
    [
      { thinking: { type: "enabled", budget_tokens: 4_096 } },
      { reasoning: { effort: "low", summary: "auto" } },
      [],
    ],
    [{ thinking: { type: "adaptive" } }, { reasoning: { summary: "auto" } }, []],
    [{ thinking: { type: "disabled" } }, { reasoning: { effort: "none" } }, []],
    [{ output_config: { effort: "max" } }, { reasoning: { effort: "high" } }, []],
    [{ metadata: { user_id: "u" } }, { user: "u" }, []],
    [{ tool_choice: { type: "any" }, tools: [] }, {}, ["tool_choice"]],
  ])("%j", (settings, expected, lost) => {
    const { sent, dropped } = asked(settings);
    expect(responsesRefusal(sent)).toBeNull();
    const { model: _, input: __, stream: ___, store: ____, include: _____, ...rest } = sent;
    const limit = settings["max_tokens"] === undefined ? { max_output_tokens: 100 } : {};
    expect(rest).toEqual({ ...limit, ...expected });
    expect(dropped).toEqual(lost);
  });

  test("an answer to go on with cannot be served", () => {
    const messages = [hi, { role: "assistant", content: "well" }];
    const { cannot } = translatedCall(
      "/v1/messages",
      { max_tokens: 100, messages },
      "openai-responses",
    );
    expect(cannot).toBe("messages.assistant");
  });
});

/** The message, the same from a plain answer and from each kind of stream. */
function answered(answer: ResponsesAnswer, request: JsonRecord = {}) {
  const message = asked(request).whole(wholeResponseOf(answer));
  for (const sends of ["pieces", "items", "end"] as const) {
    const call = asked({ ...request, stream: true });
    const text = call.stream(responseStream(responseEvents({ ...answer, sends })));
    const gathered = gatherMessage(new TextEncoder().encode(text));
    if ("error" in gathered) throw new Error(gathered.error);
    expect<unknown>(JSON.parse(new TextDecoder().decode(gathered.body))).toEqual(message);
  }
  return message;
}

const words = (text: string) => ({ type: "message", content: [{ type: "output_text", text }] });
const call = { type: "function_call", call_id: "c", name: "look", arguments: '{"a":1}' };

test.each<[string, ResponsesAnswer, string]>([
  ["words", { output: [words("hello")] }, "end_turn"],
  ["a call", { output: [words("so"), call] }, "tool_use"],
  ["half", { output: [words("ha")], incomplete: "max_output_tokens" }, "max_tokens"],
  ["nothing", { output: [], incomplete: "content_filter" }, "refusal"],
  [
    "no",
    { output: [{ type: "message", content: [{ type: "refusal", refusal: "no" }] }] },
    "refusal",
  ],
])("an answer of %s ends with its own reason", (_, answer, reason) =>
  expect(answered(answer)["stop_reason"]).toBe(reason),
);

test("counts leave out what the cache had", () => {
  const usage = {
    input_tokens: 9,
    input_tokens_details: { cached_tokens: 4 },
    output_tokens: 5,
    total_tokens: 14,
  };
  expect(answered({ output: [words("hello")], usage })["usage"]).toMatchObject({
    input_tokens: 5,
    cache_read_input_tokens: 4,
    output_tokens: 5,
  });
});

describe("reasoning", () => {
  const reasoning = {
    type: "reasoning",
    summary: [{ type: "summary_text", text: "hm" }],
    encrypted_content: "E1",
  };
  const thinking = { thinking: { type: "adaptive" } };
  const output = [reasoning, words("so"), { ...reasoning, summary: [] }, call];

  const goesOn = (server = {}) => {
    const { content } = answered({ output }, thinking);
    const results = [{ type: "tool_result", tool_use_id: "c", content: "a wall" }];
    const messages = [hi, { role: "assistant", content }, { role: "user", content: results }];
    return asked({ messages, ...thinking }, server);
  };

  test("is kept by the client, sealed, and comes back as it was", () => {
    const { sent, dropped } = goesOn();
    expect(dropped).toEqual([]);
    expect(responsesRefusal(sent, new Set(["E1"]))).toBeNull();
    const [, ...rest] = sent["input"] as readonly JsonRecord[];
    expect(rest.slice(0, 4)).toEqual([
      reasoning,
      item("assistant", "so"),
      { ...reasoning, summary: [] },
      call,
    ]);
  });

  test("goes to no other server", () => {
    const { sent, dropped } = goesOn({ name: "other" });
    expect(responsesRefusal(sent)).toBeNull();
    expect(dropped).toEqual(["messages.content.signature", "messages.content.thinking"]);
  });
});

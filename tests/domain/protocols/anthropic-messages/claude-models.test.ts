// What Claude's generations are asked for one and the same chat: each in the words that it has.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { messagesUpstreamCodec } from "../../../../src/domain/protocols/anthropic-messages/upstream-codec.ts";
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import { chatClientCodec } from "../../../../src/domain/protocols/openai-chat/client-codec.ts";
import { serverTraits } from "../../../../src/domain/protocols/server-traits.ts";
import { anthropicRefusal } from "../../../lab/anthropic-checker.ts";
import { madeBy, sentTo } from "../../../lab/made-by.ts";
import { asRead, asReceived } from "../ollama/written.ts";

const hi = { role: "user", content: "hi" };

function ask(model: string, request: JsonRecord) {
  const asked = chatClientCodec.call(endpointOf("POST", "/v1/chat/completions"));
  const reading = asked?.readRequest(asReceived({ messages: [hi], ...request }));
  if (reading?.kind !== "request") throw new Error(JSON.stringify(reading));
  const traits = serverTraits("https://api.anthropic.com");
  const made = sentTo(madeBy("anthropic-messages"));
  const written = messagesUpstreamCodec.writeRequest(reading.request, model, traits, made);
  if (written.kind !== "request") throw new Error(written.field);
  const body = asRead(written.body);
  const inlineSystem = JSON.stringify(body["messages"]).includes('"role":"system"');
  expect(anthropicRefusal(body, new Set(), { betas: new Set(), inlineSystem })).toBeNull();
  const { messages, max_tokens: _, stream: __, model: ___, ...settings } = body;
  return { settings, messages, dropped: written.dropped };
}

const adaptive = { type: "adaptive", display: "summarized" };
const budget = (budget_tokens: number) => ({ type: "enabled", budget_tokens });

type Row = readonly [model: string, request: JsonRecord, settings: JsonRecord, dropped?: string[]];
const effort = (reasoning_effort: string, more: JsonRecord = {}) => ({ reasoning_effort, ...more });
const plenty = { max_tokens: 100_000 };
const named = ["reasoning_effort"];

describe("thinking", () => {
  test.each<Row>([
    [
      "claude-opus-4-8",
      effort("xhigh"),
      { thinking: adaptive, output_config: { effort: "xhigh" } },
    ],
    ["claude-opus-4-6", effort("xhigh"), { thinking: adaptive, output_config: { effort: "high" } }],
    ["claude-opus-4-6", effort("max"), { thinking: adaptive, output_config: { effort: "max" } }],
    ["claude-sonnet-5", effort("max"), { thinking: adaptive, output_config: { effort: "max" } }],
    [
      "anthropic/claude-opus-4.7",
      effort("minimal"),
      { thinking: adaptive, output_config: { effort: "low" } },
    ],
    [
      "claude-opus-4-5-20251101",
      effort("max", plenty),
      { thinking: budget(32_768), output_config: { effort: "high" } },
    ],
    ["claude-sonnet-4-5", effort("medium", plenty), { thinking: budget(16_384) }],
    ["claude-sonnet-4@20250514", effort("low", plenty), { thinking: budget(4_096) }],
    ["claude-3-7-sonnet-latest", effort("minimal", plenty), { thinking: budget(1_024) }],
    // Half of the answer's tokens are left to answer with.
    ["claude-haiku-4-5", effort("high"), { thinking: budget(4_096) }],
    ["claude-haiku-4-5", effort("high", { max_tokens: 4_000 }), { thinking: budget(2_000) }],
    ["claude-haiku-4-5", effort("high", { max_tokens: 2_000 }), {}, named],
    ["claude-3-5-haiku-20241022", effort("high"), {}, named],
    ["claude-3-5-haiku-20241022", effort("none"), {}],
    ["claude-opus-4-8", effort("none"), { thinking: { type: "disabled" } }],
    ["claude-haiku-5-5", effort("none"), { thinking: { type: "disabled" } }],
    // These think in any case.
    ["claude-opus-5-5", effort("none"), { output_config: { effort: "low" } }, named],
    ["claude-fable-5", effort("none"), { output_config: { effort: "low" } }, named],
    ["claude-sonnet-4-6", effort("high", { top_p: 0.9 }), { top_p: 0.9 }, named],
    [
      "claude-sonnet-4-6",
      effort("high", { top_p: 0.95 }),
      { top_p: 0.95, thinking: adaptive, output_config: { effort: "high" } },
    ],
  ])("%s, %j", (model, request, settings, dropped = []) => {
    expect(ask(model, request)).toMatchObject({ settings, dropped });
    expect(ask(model, request).settings).toEqual(settings);
  });
});

describe("sampling", () => {
  const sampling = { temperature: 0.5, top_k: 3 };
  test.each<Row>([
    ["claude-sonnet-4-6", sampling, sampling],
    ["claude-opus-4-7", sampling, {}, ["temperature", "top_k"]],
    ["claude-sonnet-5", { top_p: 0.5 }, {}, ["top_p"]],
    ["claude-opus-5", { temperature: 1, top_p: 1 }, {}],
    // What is not sent does not stand in the way of thinking.
    [
      "claude-opus-5",
      { ...sampling, reasoning_effort: "high" },
      { thinking: adaptive, output_config: { effort: "high" } },
      ["temperature", "top_k"],
    ],
    ["some-other-model", sampling, sampling],
  ])("%s, %j", (model, request, settings, dropped = []) => {
    const asked = ask(model, request);
    expect(asked.settings).toEqual(settings);
    expect(asked.dropped.toSorted()).toEqual(dropped);
  });
});

const parameters = { type: "object", properties: {} };
const tools = [{ type: "function", function: { name: "f", parameters } }];

test.each([
  ["claude-opus-5", { type: "any" }, []],
  ["claude-opus-5-5", undefined, ["tool_choice"]],
  ["claude-fable-5-1", undefined, ["tool_choice"]],
])("a tool that has to be called, of %s", (model, choice, dropped) => {
  const asked = ask(model, { tools, tool_choice: "required" });
  expect(asked.settings["tool_choice"]).toEqual(choice);
  expect(asked.dropped).toEqual(dropped);
});

test.each([
  ["claude-sonnet-4-20250514", false],
  ["claude-opus-4-1-20250805", true],
  ["claude-haiku-4-5", true],
])("a schema for the answer, of %s", (model, taken) => {
  const json_schema = { name: "a", schema: parameters };
  const asked = ask(model, { response_format: { type: "json_schema", json_schema } });
  expect(asked.settings["output_config"] !== undefined).toBe(taken);
  expect(asked.dropped).toEqual(taken ? [] : ["response_format"]);
});

describe("later instructions", () => {
  const system = (content: string) => ({ role: "system", content });
  const said = { role: "assistant", content: "so" };
  const text = (words: string) => ({ type: "text", text: words });
  const user = (...words: readonly string[]) => ({ role: "user", content: words.map(text) });
  const told = (...words: readonly string[]) => ({ role: "system", content: words.map(text) });
  const answered = { role: "assistant", content: [text("so")] };
  const called = {
    role: "assistant",
    content: null,
    tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }],
  };
  const result = { role: "tool", tool_call_id: "c", content: "r" };

  test.each<[string, readonly JsonRecord[], readonly JsonRecord[]]>([
    [
      "behind the user's words",
      [hi, system("b"), said, hi],
      [user("hi"), told("b"), answered, user("hi")],
    ],
    ["at the end", [hi, said, hi, system("b")], [user("hi"), answered, user("hi"), told("b")]],
    ["between two of the user's messages", [hi, system("b"), hi], [user("hi", "hi"), told("b")]],
    [
      "behind the assistant's words",
      [hi, said, system("b"), hi],
      [user("hi"), answered, user("hi"), told("b")],
    ],
    ["with no user's words to follow", [hi, said, system("b")], [user("hi"), answered, user("b")]],
    [
      "behind the results of tools",
      [hi, called, system("b"), result],
      [
        user("hi"),
        { role: "assistant", content: [{ type: "tool_use", id: "c", name: "f", input: {} }] },
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "c", content: [text("r")] }],
        },
        told("b"),
      ],
    ],
  ])("%s are the system's where a model takes them", (_, messages, sent) => {
    expect<unknown>(ask("claude-opus-4-8", { messages }).messages).toEqual(sent);
  });

  test.each(["claude-opus-4-7", "claude-sonnet-5", "anthropic.claude-opus-4-8-v1:0", "m"])(
    "are the user's to say before %s",
    (model) => {
      const { messages } = ask(model, { messages: [hi, system("b")] });
      expect<unknown>(messages).toEqual([user("hi", "b")]);
    },
  );
});

// Marks of what shall be kept in a cache: carried to servers that hand them on, named elsewhere.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { anthropicRefusal } from "../../../lab/anthropic-checker.ts";
import { translatedCall } from "../../../lab/translated-call.ts";
import { asChat } from "./over-chat.ts";

const cache_control = { type: "ephemeral", ttl: "1h" };
const text = (words: string) => ({ type: "text", text: words });
const marked = (words: string) => ({ ...text(words), cache_control });
const schema = { type: "object", properties: {} };
const call = { type: "tool_use", id: "c", name: "f", input: {} };
const hi = { role: "user", content: "hi" };

const url = "https://h/a.png";
const asked: JsonRecord = {
  system: [text("one"), marked("two")],
  tools: [
    { name: "f", input_schema: schema },
    { name: "g", input_schema: schema, cache_control },
  ],
  messages: [
    { role: "user", content: [{ type: "image", source: { type: "url", url }, cache_control }] },
    { role: "assistant", content: [marked("so"), call] },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "c", content: "r", is_error: true, cache_control },
        marked("and"),
      ],
    },
    { role: "system", content: [marked("now")] },
  ],
};

describe("of Anthropic's clients", () => {
  test("are carried to OpenRouter, in parts and on tools", () => {
    const chat = asChat(asked, "openrouter");
    expect(chat).toMatchObject({ dropped: [] });
    expect<unknown>(typeof chat === "string" ? chat : chat.body["messages"]).toEqual([
      { role: "system", content: [text("one"), marked("two")] },
      {
        role: "user",
        content: [{ type: "image_url", image_url: { url }, cache_control }],
      },
      {
        role: "assistant",
        content: [marked("so")],
        tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "c", content: [text("Error: "), marked("r")] },
      { role: "user", content: [marked("and\n\nnow")] },
    ]);
    expect(chat).toMatchObject({ body: { tools: [{}, { type: "function", cache_control }] } });
    expect(typeof chat === "string" ? "" : JSON.stringify(chat.body["tools"])).not.toStartWith(
      '[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}},"cache',
    );
  });

  test("that ask for all of it are carried, too", () => {
    const whole = { messages: [hi], cache_control };
    expect(asChat(whole, "openrouter")).toMatchObject({ body: { cache_control }, dropped: [] });
    expect(asChat(whole)).toMatchObject({ dropped: ["cache_control"] });
  });

  test("are named where they have no place, and texts stay texts", () => {
    const chat = asChat(asked);
    expect(chat).toMatchObject({ dropped: ["cache_control"] });
    expect(JSON.stringify(chat)).not.toContain("ephemeral");
    expect(chat).toMatchObject({ body: { messages: [{ content: "one\n\ntwo" }, {}, {}, {}, {}] } });
    const unplaced = {
      messages: [hi, { role: "assistant", content: [{ ...call, cache_control }] }],
    };
    expect(asChat(unplaced, "openrouter")).toMatchObject({ dropped: ["cache_control"] });
  });
});

describe("of chats' clients", () => {
  const part = { type: "image_url", image_url: { url } };
  const request = {
    messages: [
      { role: "system", content: [marked("be brief")] },
      { role: "user", content: [marked("hi"), { ...part, cache_control }] },
    ],
    tools: [{ type: "function", function: { name: "f", parameters: schema }, cache_control }],
  };

  test("are carried to Anthropic's servers", () => {
    const { sent, dropped } = translatedCall("/v1/chat/completions", request, "anthropic-messages");
    expect(anthropicRefusal(sent)).toBeNull();
    expect(dropped).toEqual([]);
    expect(sent).toMatchObject({
      system: [marked("be brief")],
      messages: [{ content: [marked("hi"), { type: "image", cache_control }] }],
      tools: [{ name: "f", cache_control }],
    });
  });

  test("are named before Ollama", () => {
    const said = { messages: [{ role: "user", content: [marked("hi")] }] };
    const { sent, dropped } = translatedCall("/v1/chat/completions", said, "ollama");
    expect(dropped).toEqual(["cache_control"]);
    expect(sent).toMatchObject({ messages: [hi] });
  });
});

test("on messages of a text, and on results, are carried to Anthropic as agents send them", () => {
  const messages = [
    { role: "system", content: "s", cache_control },
    { role: "user", content: "u", cache_control },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }],
    },
    { role: "tool", tool_call_id: "c", content: "r", cache_control },
  ];
  const tools = [{ type: "function", function: { name: "f", parameters: schema } }];
  const { sent, dropped } = translatedCall(
    "/v1/chat/completions",
    { messages, tools },
    "anthropic-messages",
  );
  expect(dropped).toEqual([]);
  expect(anthropicRefusal(sent)).toBeNull();
  expect(sent).toMatchObject({
    system: [marked("s")],
    messages: [
      { content: [marked("u")] },
      { content: [call] },
      { content: [{ type: "tool_result", content: [text("r")], cache_control }] },
    ],
  });
});

// Chats and Ollama's clients have no place for what Anthropic signs: it is remembered by the calls that it led to.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { JsonRecord } from "../../../src/domain/bytes/json.ts";
import { anthropicRefusal } from "../../lab/anthropic-checker.ts";
import { bridgeDeps } from "../../lab/bridge-deps.ts";
import { readChatStream } from "../../lab/chat-stream.ts";
import { messageEvents, messageStream, wholeMessage } from "../../lab/messages-answer.ts";
import { translatedCall } from "../../lab/translated-call.ts";

const hi = { role: "user", content: "Hi" };
const tools = [{ type: "function", function: { name: "look", parameters: { type: "object" } } }];
const chat = "/v1/chat/completions";

const thinking = (text: string, signature = `signed ${text}`) => ({
  type: "thinking",
  thinking: text,
  signature,
});
const redacted = { type: "redacted_thinking", data: "aGlkZGVu" };
const text = (words: string) => ({ type: "text", text: words });
const use = (id: string) => ({ type: "tool_use", id, name: "look", input: {} });

interface Loop {
  /** The assistant's turn as the server gets it back. */
  readonly turn: unknown;
  readonly sent: JsonRecord;
  readonly dropped: readonly string[];
}

/** A turn that calls tools, in the form of a client, and what the server gets when the client goes on. */
function goesOn(
  content: readonly JsonRecord[],
  how: { readonly stream?: boolean; readonly model?: string; readonly asks?: JsonRecord } = {},
  deps = bridgeDeps(),
): Loop {
  const { stream = false, model = "claude-opus-4-5", asks = { reasoning_effort: "low" } } = how;
  const first = translatedCall(
    chat,
    { messages: [hi], tools, stream, ...asks },
    "anthropic-messages",
    {},
    { model },
    deps,
  );
  const answer = { content, stop: "tool_use" };
  const message = stream
    ? readChatStream(first.stream(messageStream(messageEvents(answer)))).message
    : ((first.whole(wholeMessage(answer))["choices"] as readonly JsonRecord[])[0]?.[
        "message"
      ] as JsonRecord);
  return sendsBack(message, model, asks, deps);
}

function sendsBack(
  message: JsonRecord,
  model: string,
  asks: JsonRecord,
  deps = bridgeDeps(),
): Loop {
  const calls = (message["tool_calls"] ?? []) as readonly { readonly id: string }[];
  const results = calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "a wall" }));
  const { refusal: _, ...kept } = message;
  const request = { messages: [hi, kept, ...results], tools, ...asks };
  const next = translatedCall(chat, request, "anthropic-messages", {}, { model }, deps);
  const sent = next.sent ?? {};
  return { turn: turnIn(sent), sent, dropped: next.dropped };
}

/** The assistant's turn in a request. */
function turnIn(sent: JsonRecord | null): unknown {
  const [, assistant] = (sent?.["messages"] ?? []) as readonly JsonRecord[];
  return assistant?.["content"];
}

const signaturesIn = (content: readonly JsonRecord[]) =>
  new Set(
    content.flatMap(({ signature, data }) =>
      [signature ?? data].filter((one) => typeof one === "string"),
    ),
  );

describe.each([false, true])("streamed: %s", (stream) => {
  test.each<[string, readonly JsonRecord[]]>([
    ["thinking", [thinking("hm"), use("a")]],
    ["thinking and text", [thinking("hm"), text("Let me look."), use("a"), use("b")]],
    ["what is redacted", [redacted, use("a")]],
    ["thinking without a text", [thinking("", "of nothing shown"), text("So."), use("a")]],
    [
      "several, within the text and between the calls",
      [
        thinking("1"),
        redacted,
        text("Let me"),
        thinking("2"),
        text(" look."),
        thinking("3"),
        use("a"),
        thinking("4"),
        use("b"),
      ],
    ],
  ])("%s goes back word for word", (_, content) => {
    const { turn, sent, dropped } = goesOn(content, { stream });
    expect(turn).toEqual(content);
    expect(sent["thinking"]).toMatchObject({ type: "enabled" });
    expect(dropped).toEqual([]);
    expect(anthropicRefusal(sent, signaturesIn(content))).toBeNull();
  });

  test("any turn", () => {
    const words = fc.string({ minLength: 1, maxLength: 8 }).map((said) => `a${said}z`);
    const reasoning = fc.oneof(
      words.map((one) => thinking(one)),
      fc.constant(redacted),
    );
    const piece = fc.oneof(
      reasoning.map((one) => [one]),
      fc.tuple(words, reasoning).map(([said, one]) => [text(said), one]),
    );
    const turn = fc
      .tuple(
        fc.array(piece, { minLength: 1, maxLength: 4 }),
        fc.option(words),
        fc.array(fc.option(reasoning), { minLength: 1, maxLength: 3 }),
      )
      .map(([before, last, calls]): readonly JsonRecord[] => [
        ...before.flat(),
        ...(last === null ? [] : [text(last)]),
        ...calls.flatMap((one, at) =>
          one === null || at === 0 ? [use(`c${at}`)] : [one, use(`c${at}`)],
        ),
      ]);
    fc.assert(
      fc.property(turn, (content) => {
        expect(goesOn(content, { stream }).turn).toEqual(content);
      }),
      { numRuns: 200 },
    );
  });
});

describe("where nothing is remembered", () => {
  const message = {
    role: "assistant",
    content: null,
    reasoning_content: "hm",
    tool_calls: [{ id: "a", type: "function", function: { name: "look", arguments: "{}" } }],
  };
  const asks = { reasoning_effort: "high" };

  test.each(["claude-opus-4-5", "some-other-model"])(
    "%s does not think for this turn, which is named",
    (model) => {
      const { sent, dropped } = sendsBack(message, model, asks);
      expect(sent["thinking"]).toEqual({ type: "disabled" });
      expect(sent["output_config"]).toBeUndefined();
      expect(dropped).toEqual(["messages.reasoning_content", "reasoning_effort"]);
      expect(anthropicRefusal(sent)).toBeNull();
    },
  );

  test("newer models think all the same", () => {
    const { sent, dropped } = sendsBack(message, "claude-opus-4-8", asks);
    expect(sent["thinking"]).toMatchObject({ type: "adaptive" });
    expect(dropped).toEqual(["messages.reasoning_content"]);
  });

  test("and so do all once the assistant has spoken", () => {
    const later = [
      hi,
      message,
      { role: "tool", tool_call_id: "a", content: "a wall" },
      { role: "assistant", content: "Yes." },
      hi,
    ];
    const call = translatedCall(
      chat,
      { messages: later, tools, ...asks },
      "anthropic-messages",
      {},
      { model: "claude-opus-4-5" },
    );
    expect(call.sent?.["thinking"]).toMatchObject({ type: "enabled" });
  });
});

test("another server, another owner and a turn that broke off get nothing", () => {
  const deps = bridgeDeps();
  const content = [thinking("hm"), use("a")];
  const model = "claude-opus-4-5";
  const request = { messages: [hi], tools, stream: true, reasoning_effort: "low" };
  const ask = () => translatedCall(chat, request, "anthropic-messages", {}, { model }, deps);
  const events = messageEvents({ content, stop: "tool_use" });
  ask().stream(messageStream(events.slice(0, -1)), [], false);
  const call = { id: "a", type: "function", function: { name: "look", arguments: "{}" } };
  const message = { role: "assistant", content: null, tool_calls: [call] };
  const asks = { reasoning_effort: "low" };
  expect(sendsBack(message, model, asks, deps).turn).toEqual([use("a")]);
  ask().stream(messageStream(events));
  expect(sendsBack(message, model, asks, deps).turn).toEqual(content);
  const elsewhere = translatedCall(
    chat,
    { messages: [hi, message, { role: "tool", tool_call_id: "a", content: "a wall" }], tools },
    "anthropic-messages",
    {},
    { model, name: "other" },
    deps,
  );
  expect(JSON.stringify(elsewhere.sent)).not.toContain("signed hm");
});

test("a turn that a client has split into a message a call is whole again", () => {
  const deps = bridgeDeps();
  const content = [thinking("hm"), use("a"), use("b")];
  goesOn(content, {}, deps);
  const call = (id: string) => ({
    role: "assistant",
    content: "",
    tool_calls: [{ id, type: "function", function: { name: "look", arguments: "{}" } }],
  });
  const result = (id: string) => ({ role: "tool", tool_call_id: id, content: "a wall" });
  const messages = [hi, call("a"), call("b"), result("a"), result("b")];
  const next = translatedCall(
    chat,
    { messages, tools, reasoning_effort: "low" },
    "anthropic-messages",
    {},
    { model: "claude-opus-4-5" },
    deps,
  );
  expect(turnIn(next.sent)).toEqual(content);
});

test("Ollama's clients that hand back the ids of calls are served, too", () => {
  const deps = bridgeDeps();
  const content = [thinking("hm"), text("Let me look."), use("a")];
  const asks = { tools, think: true, stream: false };
  const ask = (messages: readonly JsonRecord[]) =>
    translatedCall(
      "/api/chat",
      { messages, ...asks },
      "anthropic-messages",
      {},
      { model: "claude-opus-4-5" },
      deps,
    );
  const message = ask([hi]).whole(wholeMessage({ content, stop: "tool_use" }))[
    "message"
  ] as JsonRecord;
  const next = ask([hi, message, { role: "tool", tool_name: "look", content: "a wall" }]);
  expect(turnIn(next.sent)).toEqual(content);
  expect(next.dropped).toEqual([]);
});

test("what is moved out of the text is nobody's signature", () => {
  const deps = bridgeDeps();
  const content = [thinking("own"), text("<think>hm</think>So."), use("a")];
  const asks = { tools, reasoning_effort: "low" };
  const ask = (messages: readonly JsonRecord[]) =>
    translatedCall(
      chat,
      { messages, ...asks },
      "anthropic-messages",
      { stripThinking: "move" },
      { model: "claude-opus-4-5" },
      deps,
    );
  const whole = ask([hi]).whole(wholeMessage({ content, stop: "tool_use" }));
  const [choice] = whole["choices"] as readonly { readonly message: JsonRecord }[];
  expect(choice?.message).toMatchObject({ content: "So.", reasoning_content: "own\n\nhm" });
  const next = ask([
    hi,
    choice?.message ?? {},
    { role: "tool", tool_call_id: "a", content: "a wall" },
  ]);
  expect(turnIn(next.sent)).toEqual([thinking("own"), text("So."), use("a")]);
});

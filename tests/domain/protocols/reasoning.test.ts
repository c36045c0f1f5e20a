// Reasoning goes back to the server that made it and to no other, by the seals that clients keep.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../src/domain/bytes/json.ts";
import { messagesClientCodec } from "../../../src/domain/protocols/anthropic-messages/client-codec.ts";
import { messagesUpstreamCodec } from "../../../src/domain/protocols/anthropic-messages/upstream-codec.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import type { AnswerEvent, WriterContext } from "../../../src/domain/protocols/neutral/answer.ts";
import type { ClientCall } from "../../../src/domain/protocols/neutral/codec.ts";
import { readSeal } from "../../../src/domain/protocols/neutral/seal.ts";
import { type RefusedPart, unthoughtCalls } from "../../../src/domain/protocols/refused-part.ts";
import { serverTraits } from "../../../src/domain/protocols/server-traits.ts";
import { bridgeDeps } from "../../lab/bridge-deps.ts";
import { translatedCall } from "../../lab/translated-call.ts";
import { madeBy, sentTo } from "../../lab/made-by.ts";
import { readStrictly } from "./anthropic-messages/block-grammar.ts";
import { asRead, asReceived } from "./ollama/written.ts";

const anthropic = madeBy("anthropic-messages", "anthropic");

function messagesCall(): ClientCall {
  const call = messagesClientCodec.call(endpointOf("POST", "/v1/messages"));
  if (call === null) throw new Error("/v1/messages is not translated");
  return call;
}

/** What a client of Messages gets, whole and as a stream, which are to be the same. */
function answered(said: readonly AnswerEvent[], request: JsonRecord = {}): readonly JsonRecord[] {
  const context: WriterContext = {
    id: "1",
    asked: asReceived(request),
    model: "m",
    maker: anthropic,
    startedAt: 0,
    kept: false,
    previous: null,
    lose: () => undefined,
    estimatedPrompt: () => 0,
  };
  const call = messagesCall();
  const whole = asRead(call.writeWhole(said, context, 0));
  const writer = call.writer?.(context);
  const bytes = said.flatMap((event) => writer?.events([event], 0) ?? []);
  const stream = [...bytes, ...(writer?.end(0) ?? [])].map((one) => new TextDecoder().decode(one));
  const { message, complete } = readStrictly(stream.join(""));
  expect(complete).toBe(true);
  expect(message).toEqual(whole);
  const gathered = messagesClientCodec.gather?.(new TextEncoder().encode(stream.join("")));
  expect(JSON.parse(new TextDecoder().decode((gathered as { body: Uint8Array }).body))).toEqual(
    whole,
  );
  return whole["content"] as readonly JsonRecord[];
}

/** The content as it goes back to a server, and what is named. */
function sentBack(content: readonly JsonRecord[], server = anthropic) {
  const messages = [
    { role: "user", content: "Hi" },
    { role: "assistant", content },
    { role: "user", content: "on" },
  ];
  const reading = messagesCall().readRequest(asReceived({ max_tokens: 9, messages }));
  if (reading.kind !== "request") throw new Error(JSON.stringify(reading));
  const traits = serverTraits("http://127.0.0.1:1");
  const written = messagesUpstreamCodec.writeRequest(reading.request, "m", traits, sentTo(server));
  if (written.kind !== "request") throw new Error(written.field);
  const [, assistant] = asRead(written.body)["messages"] as readonly JsonRecord[];
  return { content: assistant?.["content"], dropped: written.dropped };
}

const said: readonly AnswerEvent[] = [
  { kind: "thinking", text: "two " },
  { kind: "thinking", text: "cities" },
  { kind: "seal", of: "signature", data: "c2ln+/=" },
  { kind: "seal", of: "redacted", data: "aGlkZGVu" },
  { kind: "seal", of: "signature", data: "of thinking without a text" },
  { kind: "text", text: "Let me look." },
  { kind: "calls", pieces: [{ call: 0, id: "t", name: "look", given: "{}" }] },
  { kind: "finish", reason: "tool_calls" },
];

const theirs = [
  { type: "thinking", thinking: "two cities", signature: "c2ln+/=" },
  { type: "redacted_thinking", data: "aGlkZGVu" },
  { type: "thinking", thinking: "", signature: "of thinking without a text" },
];
const rest = [
  { type: "text", text: "Let me look." },
  { type: "tool_use", id: "t", name: "look", input: {} },
];

describe("what a server signed", () => {
  const content = answered(said);

  test("reaches the client under our seal, thinking without a text apart from what is redacted", () => {
    expect(content.map(({ type }) => type)).toEqual([...theirs, ...rest].map(({ type }) => type));
    const seals = content
      .slice(0, 3)
      .map(({ signature, data }) => readSeal(String(signature ?? data)));
    expect(seals).toEqual(
      ["signature", "redacted", "signature"].map((kind, at) => ({
        maker: anthropic,
        kind: kind as "signature",
        data: theirs[at]?.signature ?? theirs[at]?.data ?? "",
      })),
    );
  });

  test("goes back to it word for word", () => {
    expect(sentBack(content)).toEqual({
      content: [...theirs, ...rest],
      dropped: [],
    });
  });

  test("and to no other", () => {
    for (const other of [{ ...anthropic, server: "b" }, madeBy("openai-chat", "anthropic")])
      expect(sentBack(content, other)).toEqual({
        content: rest,
        dropped: [
          "messages.content.signature",
          "messages.content.thinking",
          "messages.content.redacted_thinking",
        ],
      });
  });

  test("nor does what somebody else's server signed", () => {
    const { content: sent, dropped } = sentBack([...theirs, ...rest]);
    expect(sent).toEqual(rest);
    expect(dropped).toContain("messages.content.signature");
  });

  test("is not shown where the client wants no thinking shown", () => {
    const hidden = answered(said, { thinking: { type: "adaptive", display: "omitted" } });
    expect(hidden).toEqual(rest);
  });
});

test("thinking that nobody signed bears our seal, whatever ends it", () => {
  const thinking = (text: string): AnswerEvent => ({ kind: "thinking", text });
  const content = answered([
    thinking("a"),
    { kind: "text", text: "b" },
    thinking("c"),
    { kind: "calls", pieces: [{ call: 0, id: "t", name: "f", given: "{" }] },
    thinking("d"),
    { kind: "calls", pieces: [{ call: 0, id: null, name: "", given: "}" }] },
    { kind: "finish", reason: "stop" },
  ]);
  const seals = content.flatMap(({ type, signature }) =>
    type === "thinking" ? [readSeal(String(signature))] : [],
  );
  expect(seals).toEqual(
    Array.from({ length: 3 }, () => ({ maker: anthropic, kind: "text", data: "" })),
  );
});

describe("a chat server that has refused", () => {
  const thought = { type: "thinking", thinking: "hm", signature: "" };
  const use = (id: string) => ({ type: "tool_use", id, name: "f", input: {} });
  const result = (id: string) => ({
    role: "user",
    content: [{ type: "tool_result", tool_use_id: id, content: "a" }],
  });
  const messages = [
    { role: "user", content: "Hi" },
    { role: "assistant", content: [thought, use("a")] },
    result("a"),
    { role: "assistant", content: [use("b")] },
    result("b"),
  ];

  test.each<[RefusedPart, readonly unknown[], readonly string[], readonly string[]]>([
    ["temperature", ["hm", undefined], [], []],
    [unthoughtCalls, ["hm", "(not shown)"], [], ["messages.reasoning_content"]],
    ["reasoning_content", [undefined, undefined], ["messages.content.thinking"], []],
  ])("%s", (part, thoughts, dropped, added) => {
    const servers = { of: () => ({ engine: null, refuses: new Set([part]) }) };
    const request = { max_tokens: 9, messages };
    const deps = { ...bridgeDeps(), servers };
    const call = translatedCall("/v1/messages", request, "openai-chat", {}, {}, deps);
    const sent = (call.sent?.["messages"] ?? []) as readonly JsonRecord[];
    const turns = sent.filter(({ role }) => role === "assistant");
    expect(turns.map(({ reasoning_content: reasoning }) => reasoning)).toEqual([...thoughts]);
    expect(call.dropped).toEqual([...dropped]);
    expect(call.added).toEqual([...added]);
  });
});

// Anthropic's own SDK before the translation to a chat server, without a network between them.
import Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { createSseSplitter } from "../../../../src/domain/bytes/sse.ts";
import type { IncomingCall } from "../../../../src/domain/call/incoming-call.ts";
import { messagesClientCodec } from "../../../../src/domain/protocols/anthropic-messages/client-codec.ts";
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import { chatUpstreamCodec } from "../../../../src/domain/protocols/openai-chat/codec.ts";
import { frameJson } from "../../../../src/domain/protocols/stream-reader.ts";
import { translatedBridge } from "../../../../src/domain/protocols/translated-bridge.ts";
import type { Target } from "../../../../src/domain/routing/plan.ts";
import { translating } from "../../../lab/ways.ts";
import { madeBy, unsigned } from "../../../lab/made-by.ts";
import { bridgeDeps } from "../../../lab/bridge-deps.ts";

interface Chat {
  readonly messages: readonly JsonRecord[];
}

interface ChatSaid {
  readonly content?: string;
  readonly reasoning?: string;
  readonly calls?: readonly (readonly [id: string, name: string, given: string])[];
}

const target = {
  server: { name: "s", type: "openai", baseUrl: "http://127.0.0.1:1" },
  model: "served",
  policy: { disableThinking: false, stripThinking: "keep", stripJsonMarkdown: false },
} as unknown as Target;

const endpoint = endpointOf("POST", "/v1/messages");

/** A client whose requests go through the bridge to a chat server. @param answer of that */
function clientOf(answer: (chat: Chat) => ChatSaid | Response, seen: Chat[] = []): Anthropic {
  return new Anthropic({
    apiKey: "k",
    maxRetries: 0,
    baseURL: "http://router",
    fetch: async (_, init) => {
      const text = init?.body as string;
      const json = JSON.parse(text) as JsonRecord;
      const bytes = new TextEncoder().encode(text);
      const wantsStream = json["stream"] === true;
      const asked = messagesClientCodec.call(endpoint)!;
      const call = { id: "0-1", endpoint, path: "/v1/messages", body: bytes, model: "claude" };
      const bridge = translatedBridge(
        { ...call, headers: [], json: () => json, wantsStream } as unknown as IncomingCall,
        { client: messagesClientCodec, asked, upstream: chatUpstreamCodec },
        target,
        translating("anthropic-messages", "openai-chat"),
        bridgeDeps(),
      );
      const type = { "content-type": wantsStream ? "text/event-stream" : "application/json" };
      if (bridge.instead !== null)
        return new Response(bridge.instead.body.slice(), { ...bridge.instead, headers: type });
      const chat = JSON.parse(
        new TextDecoder().decode(bridge.body ?? undefined),
      ) as unknown as Chat;
      seen.push(chat);
      const said = answer(chat);
      if (said instanceof Response) {
        const body = new Uint8Array(await said.arrayBuffer());
        const { status } = said;
        return new Response(bridge.error!(status, body).slice(), { status, headers: type });
      }
      if (!wantsStream) {
        const whole = new TextEncoder().encode(JSON.stringify(wholeOf(said)));
        return new Response(bridge.whole(whole, wholeOf(said))!.slice(), { headers: type });
      }
      const editor = bridge.editor({ framing: "sse", protocol: "openai-chat" })!;
      const frames = createSseSplitter().push(new TextEncoder().encode(streamOf(said)));
      const out = frames.flatMap((frame) => editor.frame(frame, frameJson(frame)));
      return new Response(new Blob([...out, ...editor.end(true)].map((one) => one.slice())), {
        headers: type,
      });
    },
  });
}

const usage = {
  prompt_tokens: 11,
  completion_tokens: 5,
  prompt_tokens_details: { cached_tokens: 4 },
};

function callsOf({ calls = [] }: ChatSaid) {
  return calls.map(([id, name, given], index) => ({
    index,
    id,
    type: "function",
    function: { name, arguments: given },
  }));
}

function wholeOf(said: ChatSaid): JsonRecord {
  const { content = null, reasoning, calls } = said;
  const message = { role: "assistant", content, reasoning, tool_calls: callsOf(said) };
  const finish_reason = calls === undefined ? "stop" : "tool_calls";
  return { choices: [{ index: 0, message, finish_reason }], usage };
}

/** Two characters at a time; calls take turns. */
function streamOf(said: ChatSaid): string {
  const deltas: JsonRecord[] = [{ role: "assistant", content: "" }];
  for (const piece of cut(said.reasoning ?? "")) deltas.push({ reasoning: piece });
  for (const piece of cut(said.content ?? "")) deltas.push({ content: piece });
  const calls = callsOf(said);
  for (const call of calls)
    deltas.push({ tool_calls: [{ ...call, function: { ...call.function, arguments: "" } }] });
  const pieces = calls.map((call) => cut(call.function.arguments));
  for (let at = 0; pieces.some((list) => at < list.length); at++)
    for (const [index, list] of pieces.entries())
      if (at < list.length)
        deltas.push({ tool_calls: [{ index, function: { arguments: list[at] } }] });
  const events = [
    ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: calls.length > 0 ? "tool_calls" : "stop" }] },
    { choices: [], usage },
  ];
  return [...events.map((event) => JSON.stringify(event)), "[DONE]"]
    .map((data) => `data: ${data}\n\n`)
    .join("");
}

function cut(text: string): readonly string[] {
  return text.match(/[\s\S]{1,2}/g) ?? [];
}

const asked = {
  model: "claude",
  max_tokens: 100,
  messages: [{ role: "user" as const, content: "weather in Rome and Oslo?" }],
};

const weather = {
  name: "weather",
  description: "the weather of a city",
  input_schema: { type: "object" as const, properties: { city: { type: "string" } } },
};

const thoughtful: ChatSaid = { reasoning: "Two cities.", content: "I will look." };
const calling: ChatSaid = {
  ...thoughtful,
  calls: [
    ["c1", "weather", '{"city":"Rome"}'],
    ["c2", "weather", '{"city":"Oslo"}'],
  ],
};

const signature = unsigned(madeBy("openai-chat"));
const thinking = { type: "thinking", thinking: "Two cities.", signature };
const looked = { type: "text", text: "I will look." };
const used = [
  { type: "tool_use", id: "c1", name: "weather", input: { city: "Rome" } },
  { type: "tool_use", id: "c2", name: "weather", input: { city: "Oslo" } },
];
const counts = { input_tokens: 7, cache_read_input_tokens: 4, output_tokens: 5 };

test("plain and streamed answers read the same", async () => {
  for (const [said, content, stop_reason] of [
    [thoughtful, [thinking, looked], "end_turn"],
    [calling, [thinking, looked, ...used], "tool_use"],
  ] as const) {
    const client = clientOf(() => said);
    const params = { ...asked, tools: [weather], thinking: { type: "adaptive" as const } };
    const expected = { id: "msg_01", model: "served", content, stop_reason, usage: counts };
    expect(await client.messages.create(params)).toMatchObject(expected);
    const stream = client.messages.stream(params);
    const texts: string[] = [];
    stream.on("text", (text) => texts.push(text));
    expect(await stream.finalMessage()).toMatchObject(expected);
    expect(texts.join("")).toBe("I will look.");
  }
});

test("a loop of tools: parallel calls, a picture in a result, a failed one, system blocks", async () => {
  const seen: Chat[] = [];
  const client = clientOf(
    ({ messages }) =>
      messages.at(-1)?.["role"] === "user" && messages.length < 4 ? calling : { content: "sunny" },
    seen,
  );
  const system = [
    { type: "text" as const, text: "x-anthropic-billing-header: a" },
    { type: "text" as const, text: "Be brief.", cache_control: { type: "ephemeral" as const } },
  ];
  const first = await client.messages.stream({ ...asked, system, tools: [weather] }).finalMessage();
  const image = { type: "base64" as const, media_type: "image/png" as const, data: "iVBO" };
  const results = [
    { type: "tool_result" as const, tool_use_id: "c2", content: "no such city", is_error: true },
    {
      type: "tool_result" as const,
      tool_use_id: "c1",
      content: [
        { type: "text" as const, text: "18 °C" },
        { type: "image" as const, source: image },
      ],
    },
  ];
  const messages: Anthropic.MessageParam[] = [
    ...asked.messages,
    { role: "assistant", content: first.content },
    { role: "user", content: results },
  ];
  const answer = await client.messages.create({ ...asked, system, tools: [weather], messages });
  expect(answer).toMatchObject({
    content: [{ type: "text", text: "sunny" }],
    stop_reason: "end_turn",
  });
  expect<unknown>(seen[1]?.messages).toEqual([
    { role: "system", content: "Be brief." },
    asked.messages[0],
    {
      role: "assistant",
      content: "I will look.",
      reasoning_content: "Two cities.",
      tool_calls: [
        { id: "c1", type: "function", function: { name: "weather", arguments: '{"city":"Rome"}' } },
        { id: "c2", type: "function", function: { name: "weather", arguments: '{"city":"Oslo"}' } },
      ],
    },
    { role: "tool", tool_call_id: "c1", content: "18 °C" },
    { role: "tool", tool_call_id: "c2", content: "Error: no such city" },
    {
      role: "user",
      content: [
        { type: "text", text: "From the result of c1:" },
        { type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } },
      ],
    },
  ]);
});

test("errors are of the SDK's kinds, in the upstream's words or the router's", async () => {
  const error = { error: { message: "slow down", type: "x" } };
  const limited = clientOf(() => Response.json(error, { status: 429 }));
  const failure: unknown = await limited.messages.create(asked).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(Anthropic.RateLimitError);
  expect(failure).toMatchObject({
    error: { type: "error", error: { type: "rate_limit_error", message: "slow down" } },
  });
  const refused: unknown = await clientOf(() => thoughtful)
    .messages.create({ ...asked, messages: [] })
    .catch((thrown: unknown) => thrown);
  expect(refused).toBeInstanceOf(Anthropic.BadRequestError);
  expect(String(refused)).toContain("messages must be a list with at least one message");
});

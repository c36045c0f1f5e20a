// Rules that hold for every exchange with a Messages server: a stream says what the whole answer says,
// wherever it is cut, and what is asked properly is what Anthropic takes.
import { expect } from "bun:test";
import fc from "fast-check";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { chatClientCodec } from "../../../../src/domain/protocols/openai-chat/client-codec.ts";
import { anthropicRefusal } from "../../../lab/anthropic-checker.ts";
import { readChatStream } from "../../../lab/chat-stream.ts";
import {
  type MessagesAnswer,
  messageEvents,
  messageStream,
  wholeMessage,
} from "../../../lab/messages-answer.ts";
import { translatedCall } from "../../../lab/translated-call.ts";
import { reassembledAnswer, untimed } from "../ollama/reassemble.ts";
import { anyChatRequest } from "../openai-chat/any-chat-request.ts";

const words = fc.string({ unit: "binary", maxLength: 12 }).filter((text) => text.isWellFormed());
const input = fc
  .dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }), {
    maxKeys: 2,
  })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonRecord);
const block: fc.Arbitrary<JsonRecord> = fc.oneof(
  words.map((text) => ({ type: "text", text })),
  words.map((thinking) => ({ type: "thinking", thinking, signature: "s" })),
  fc.record({
    type: fc.constant("tool_use"),
    id: words,
    name: fc.constantFrom("look", "stop"),
    input,
  }),
  fc.constant({ type: "redacted_thinking", data: "x" }),
  fc.record({ type: fc.constant("server_tool_use"), id: words, name: words, input }),
);
/** Any answer of a Messages server's. */
export const anyAnswer: fc.Arbitrary<MessagesAnswer> = fc.record({
  content: fc
    .array(block, { maxLength: 5 })
    .map((list) =>
      list.map((one, at) => (one["id"] === undefined ? one : { ...one, id: `id-${at}` })),
    ),
  stop: fc.constantFrom("end_turn", "max_tokens", "tool_use", "refusal"),
  usage: fc.record(
    { input_tokens: fc.nat(), cache_read_input_tokens: fc.nat(), output_tokens: fc.nat() },
    { requiredKeys: ["input_tokens", "output_tokens"] },
  ),
});
const anyPieces = fc.integer({ min: 1, max: 6 });
const anyCuts = fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 30 });

const hi = { role: "user", content: "hi" };

function call(path: string, request: JsonRecord) {
  return translatedCall(path, { messages: [hi], ...request }, "anthropic-messages");
}

const streams = { stream: true, stream_options: { include_usage: true } };

function chatsSayTheSame(answer: MessagesAnswer, piece: number, cuts: readonly number[]): void {
  const path = "/v1/chat/completions";
  const whole = call(path, {}).whole(wholeMessage(answer));
  const [choice] = whole["choices"] as readonly JsonRecord[];
  const text = messageStream(messageEvents(answer, piece));
  const said = readChatStream(call(path, streams).stream(text, cuts));
  expect(said.message as unknown).toEqual(choice?.["message"]);
  expect(said.finish as unknown).toEqual(choice?.["finish_reason"]);
  expect(said.usage as unknown).toEqual(whole["usage"]);
  const unasked = chatClientCodec.gather?.(new TextEncoder().encode(call(path, {}).stream(text)));
  expect(unasked).toEqual({ body: expect.any(Uint8Array) });
  if (unasked !== undefined && "body" in unasked)
    expect<unknown>(JSON.parse(new TextDecoder().decode(unasked.body))).toEqual(whole);
}

function ollamasSayTheSame(answer: MessagesAnswer, piece: number, cuts: readonly number[]): void {
  const whole = call("/api/chat", { stream: false }).whole(wholeMessage(answer));
  const text = messageStream(messageEvents(answer, piece));
  const lines = call("/api/chat", {})
    .stream(text, cuts)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonRecord);
  expect(untimed(reassembledAnswer("chat", lines))).toEqual(untimed(whole));
}

function neverEndsUnfinished(answer: MessagesAnswer, share: number): void {
  const text = messageStream(messageEvents(answer));
  const cut = Math.floor(text.indexOf("event: message_stop") * share);
  const chat = call("/v1/chat/completions", streams).stream(text.slice(0, cut), [], false);
  expect(chat).not.toContain("[DONE]");
  expect(chat).not.toContain('"finish_reason":"');
  const ollama = call("/api/chat", {}).stream(text.slice(0, cut), [], false);
  expect(ollama).not.toContain('"done":true');
}

function isTaken(request: JsonRecord): void {
  const { sent, instead } = call("/v1/chat/completions", request);
  expect(instead).toBeNull();
  expect(anthropicRefusal(sent)).toBeNull();
}

/** Prompt caches fit by what came before. */
function leavesTheTurnsBefore(request: JsonRecord): void {
  const before = request["messages"] as readonly JsonRecord[];
  const turns = (messages: readonly JsonRecord[]) =>
    call("/v1/chat/completions", { ...request, messages }).sent?.["messages"] as readonly unknown[];
  const first = turns(before);
  const grown = turns([...before, { role: "assistant", content: "so" }, hi]);
  expect(grown.slice(0, first.length)).toEqual([...first]);
}

/** Each rule, to be run so many times. */
export const rules: readonly (readonly [string, (runs: number) => void])[] = [
  [
    "a chat's stream says what the whole answer says",
    (numRuns) =>
      fc.assert(fc.property(anyAnswer, anyPieces, anyCuts, chatsSayTheSame), { numRuns }),
  ],
  [
    "so does a stream of Ollama's",
    (numRuns) =>
      fc.assert(fc.property(anyAnswer, anyPieces, anyCuts, ollamasSayTheSame), { numRuns }),
  ],
  [
    "a stream that was cut does not end as if it were whole",
    (numRuns) =>
      fc.assert(
        fc.property(anyAnswer, fc.double({ min: 0, max: 1, noNaN: true }), neverEndsUnfinished),
        { numRuns },
      ),
  ],
  [
    "what is asked properly is what Anthropic takes",
    (numRuns) => fc.assert(fc.property(anyChatRequest, isTaken), { numRuns }),
  ],
  [
    "what a turn adds leaves the turns before as they were",
    (numRuns) => fc.assert(fc.property(anyChatRequest, leavesTheTurnsBefore), { numRuns }),
  ],
];

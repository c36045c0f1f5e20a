// Rules that hold for every exchange with a Responses server: a stream says what the whole answer says, wherever it is
// cut and however much of it the server sends before its end, and what is asked properly is what OpenAI takes.
import { expect } from "bun:test";
import fc from "fast-check";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { gatherMessage } from "../../../../src/domain/protocols/anthropic-messages/gather-message.ts";
import { chatClientCodec } from "../../../../src/domain/protocols/openai-chat/client-codec.ts";
import { wholeAsEvents } from "../../../../src/domain/protocols/whole-as-events.ts";
import { readChatStream } from "../../../lab/chat-stream.ts";
import {
  responseEvents,
  type ResponsesAnswer,
  responseStream,
  wholeResponseOf,
} from "../../../lab/responses-answer.ts";
import { readResponseStream } from "../../../lab/responses-checker.ts";
import { responsesRefusal } from "../../../lab/responses-refusal.ts";
import { translatedCall } from "../../../lab/translated-call.ts";
import { anyMessagesRequest } from "../anthropic-messages/any-messages-request.ts";
import { anyRequest as anyOllamaRequest } from "../ollama/any-request.ts";
import { reassembledAnswer, untimed } from "../ollama/reassemble.ts";
import { anyChatRequest } from "../openai-chat/any-chat-request.ts";

const words = fc.string({ unit: "binary", maxLength: 12 }).filter((text) => text.isWellFormed());
const given = fc
  .dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }), {
    maxKeys: 2,
  })
  .map((value) => JSON.stringify(value));
const annotation = fc.tuple(fc.nat(20), fc.nat(20)).map(([start, length]) => ({
  type: "url_citation",
  url: "https://a.example",
  title: "A",
  start_index: start,
  end_index: start + length,
}));
const part = fc.oneof(
  words.map((text) => ({ type: "output_text", text })),
  fc.record({
    type: fc.constant("output_text"),
    text: words.map((text) => text.padEnd(40, ".")),
    annotations: fc.array(annotation, { maxLength: 2 }),
  }),
  words.map((refusal) => ({ type: "refusal", refusal })),
);
const texts = (type: string) =>
  fc.array(
    words.map((text) => ({ type, text })),
    { maxLength: 3 },
  );
const item: fc.Arbitrary<JsonRecord> = fc.oneof(
  fc.array(part, { maxLength: 3 }).map((content) => ({ type: "message", content })),
  fc.record({ type: fc.constant("reasoning"), summary: texts("summary_text") }),
  fc.record({
    type: fc.constant("reasoning"),
    summary: texts("summary_text"),
    encrypted_content: fc.constant("E"),
  }),
  fc.record({ type: fc.constant("reasoning"), content: texts("reasoning_text") }),
  fc.record({
    type: fc.constant("function_call"),
    name: fc.constantFrom("look", "stop"),
    arguments: given,
  }),
  fc.record({ type: fc.constant("custom_tool_call"), name: fc.constant("patch"), input: words }),
  fc.constant({ type: "web_search_call", action: { type: "search", query: "q" } }),
);
/** Any answer of a Responses server's. */
export const anyAnswer: fc.Arbitrary<ResponsesAnswer> = fc.record(
  {
    output: fc
      .array(item, { maxLength: 5 })
      .map((list) =>
        list.map((one, at) =>
          one["name"] === undefined ? one : { ...one, call_id: `call_${at}` },
        ),
      ),
    incomplete: fc.constantFrom("max_output_tokens", "content_filter"),
    sends: fc.constantFrom("pieces", "items", "end"),
  },
  { requiredKeys: ["output"] },
);
const anyPiece = fc.integer({ min: 1, max: 6 });
const anyCuts = fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 30 });

const hi = { role: "user", content: "hi" };
const tools = [{ type: "custom", custom: { name: "patch" } }];

function call(path: string, request: JsonRecord) {
  return translatedCall(path, { messages: [hi], ...request }, "openai-responses");
}

const chat = "/v1/chat/completions";
const streams = { tools, stream: true, stream_options: { include_usage: true } };

/** The checker knows what the router writes: no refusals, no searches. */
function isPlain({ output }: ResponsesAnswer): boolean {
  return output.every(({ type, content }) =>
    type === "message"
      ? (content as readonly JsonRecord[]).every((one) => one["type"] === "output_text")
      : type !== "web_search_call",
  );
}

function isStream(answer: ResponsesAnswer, piece: number): void {
  if (!isPlain(answer)) return;
  const stream = responseStream(responseEvents({ ...answer, sends: "pieces" }, piece));
  expect(readResponseStream(stream).response).toEqual(wholeResponseOf(answer));
}

/** To a client of Responses that reads a stream already. */
function passesAsEvents(answer: ResponsesAnswer): void {
  const response = wholeResponseOf(answer);
  const body = new TextEncoder().encode(JSON.stringify(response));
  const stream = new TextDecoder().decode(wholeAsEvents("openai-responses", body));
  if (isPlain(answer)) expect(readResponseStream(stream).response).toEqual(response);
  const chats = call(chat, streams);
  const [choice] = call(chat, { tools }).whole(response)["choices"] as readonly JsonRecord[];
  expect(readChatStream(chats.stream(stream)).message as unknown).toEqual(choice?.["message"]);
}

function chatsSayTheSame(answer: ResponsesAnswer, piece: number, cuts: readonly number[]): void {
  const plain = call(chat, { tools });
  const whole = plain.whole(wholeResponseOf(answer));
  const [choice] = whole["choices"] as readonly JsonRecord[];
  const text = responseStream(responseEvents(answer, piece));
  const streamed = call(chat, streams);
  const said = readChatStream(streamed.stream(text, cuts));
  expect(said.message as unknown).toEqual(choice?.["message"]);
  expect(said.finish as unknown).toEqual(choice?.["finish_reason"]);
  expect(said.usage as unknown).toEqual(whole["usage"]);
  expect([...streamed.lost()].toSorted()).toEqual([...plain.lost()].toSorted());
  const unasked = call(chat, { tools }).stream(text);
  const gathered = chatClientCodec.gather?.(new TextEncoder().encode(unasked));
  expect(gathered).toEqual({ body: expect.any(Uint8Array) });
  if (gathered !== undefined && "body" in gathered)
    expect<unknown>(JSON.parse(new TextDecoder().decode(gathered.body))).toEqual(whole);
}

function ollamasSayTheSame(answer: ResponsesAnswer, piece: number, cuts: readonly number[]): void {
  const whole = call("/api/chat", { stream: false }).whole(wholeResponseOf(answer));
  const lines = call("/api/chat", {})
    .stream(responseStream(responseEvents(answer, piece)), cuts)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonRecord);
  expect(untimed(reassembledAnswer("chat", lines))).toEqual(untimed(whole));
}

const thinks = { max_tokens: 100, thinking: { type: "adaptive" } };

function messagesSayTheSame(answer: ResponsesAnswer, piece: number, cuts: readonly number[]): void {
  const whole = call("/v1/messages", thinks).whole(wholeResponseOf(answer));
  const text = responseStream(responseEvents(answer, piece));
  const stream = call("/v1/messages", { ...thinks, stream: true }).stream(text, cuts);
  const gathered = gatherMessage(new TextEncoder().encode(stream));
  expect(gathered).toEqual({ body: expect.any(Uint8Array) });
  if ("body" in gathered)
    expect<unknown>(JSON.parse(new TextDecoder().decode(gathered.body))).toEqual(whole);
}

function neverEndsUnfinished(answer: ResponsesAnswer, share: number): void {
  const text = responseStream(responseEvents(answer));
  const end = text.lastIndexOf("event: response.");
  const said = text.slice(0, Math.floor(end * share));
  const stream = call(chat, streams).stream(said, [], false);
  expect(stream).not.toContain("[DONE]");
  expect(stream).not.toContain('"finish_reason":"');
  expect(call("/api/chat", {}).stream(said, [], false)).not.toContain('"done":true');
  const message = call("/v1/messages", { ...thinks, stream: true }).stream(said, [], false);
  expect(message).not.toContain("message_stop");
}

function isTaken(path: string, request: JsonRecord): void {
  const { sent, instead, cannot } = call(path, request);
  expect([cannot, instead]).toEqual([null, null]);
  expect(responsesRefusal(sent)).toBeNull();
}

/** Their schemas are nobody's to close. */
function loose(request: JsonRecord): JsonRecord {
  const list = (request["tools"] ?? []) as readonly JsonRecord[];
  const functions = list.map((tool) => ({
    ...tool,
    function: { ...(tool["function"] as JsonRecord), strict: false },
  }));
  return list.length === 0 ? request : { ...request, tools: functions };
}

/** Prompt caches fit by what came before. */
function leavesTheItemsBefore(request: JsonRecord): void {
  const before = request["messages"] as readonly JsonRecord[];
  const items = (messages: readonly JsonRecord[]) =>
    call(chat, { ...request, messages }).sent?.["input"] as readonly unknown[];
  const first = items(before);
  const grown = items([...before, { role: "assistant", content: "so" }, hi]);
  expect(grown.slice(0, first.length)).toEqual([...first]);
}

const everyAnswer =
  (holds: (answer: ResponsesAnswer, piece: number, cuts: readonly number[]) => void) =>
  (numRuns: number) =>
    fc.assert(fc.property(anyAnswer, anyPiece, anyCuts, holds), { numRuns });

/** Each rule, with how often it is to be tried. */
export const rules: readonly (readonly [string, (runs: number) => void])[] = [
  ["the lab's streams are streams of Responses", everyAnswer(isStream)],
  ["a whole response can go as its stream", everyAnswer(passesAsEvents)],
  ["a chat's stream says what the whole answer says", everyAnswer(chatsSayTheSame)],
  ["so does a stream of Ollama's", everyAnswer(ollamasSayTheSame)],
  ["so does a stream of Messages", everyAnswer(messagesSayTheSame)],
  [
    "a stream that was cut does not end as if it were whole",
    (numRuns) =>
      fc.assert(
        fc.property(anyAnswer, fc.double({ min: 0, max: 1, noNaN: true }), neverEndsUnfinished),
        { numRuns },
      ),
  ],
  [
    "what is asked properly in a chat is what OpenAI takes",
    (numRuns) =>
      fc.assert(
        fc.property(anyChatRequest, (any) => isTaken(chat, loose(any))),
        { numRuns },
      ),
  ],
  [
    "so is what is asked in Messages",
    (numRuns) =>
      fc.assert(
        fc.property(anyMessagesRequest, (any) => isTaken("/v1/messages", any)),
        { numRuns },
      ),
  ],
  [
    "so is what Ollama's clients ask",
    (numRuns) =>
      fc.assert(
        fc.property(
          anyOllamaRequest.filter(({ kind }) => kind === "chat"),
          ({ request }) => isTaken("/api/chat", request),
        ),
        { numRuns },
      ),
  ],
  [
    "what a turn adds leaves the items before as they were",
    (numRuns) => fc.assert(fc.property(anyChatRequest, leavesTheItemsBefore), { numRuns }),
  ],
];

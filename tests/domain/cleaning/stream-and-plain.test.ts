import { describe, expect, test } from "bun:test";
import type { CleanPolicy } from "../../../src/domain/cleaning/clean-text.ts";
import { cleanWhole } from "../../../src/domain/cleaning/whole-cleaner.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import { slotsOf } from "../../../src/domain/protocols/protocol.ts";
import { corpus } from "./corpus.ts";
import { cutAt, policies, randomCuts, seeded } from "./cutting.ts";
import { referenceClean } from "./reference.ts";
import { bytes, cleanedStream, ndjsonStream, reassembled, sseStream, decoded } from "./streams.ts";

const chance = seeded(4);
const oneOf = <T>(...choices: readonly T[]): T =>
  choices[Math.floor(chance() * choices.length)] as T;
const piecesOf = (raw: string) => cutAt(raw, randomCuts(raw, 10, chance));
const usage = { prompt_tokens: 3, completion_tokens: 12, total_tokens: 15 };
const ownThoughts = () => oneOf("", "", "Own thoughts.");

/** A choice's deltas: reasoning, text, tool calls and finish reason, apart or together. */
function deltasOf(raw: string, own: string): { delta: object; finish_reason: string | null }[] {
  const deltas: { delta: Record<string, unknown>; finish_reason: string | null }[] = [];
  const add = (delta: Record<string, unknown>) => deltas.push({ delta, finish_reason: null });
  const pieces = piecesOf(raw);
  if (chance() < 0.5) add({ role: "assistant", content: oneOf(null, "") });
  else if (own === "") add({ role: "assistant", content: pieces.shift() ?? "" });
  else add({ role: "assistant", reasoning_content: null });
  if (own !== "") {
    add({ reasoning_content: own.slice(0, 3) });
    add({
      reasoning_content: own.slice(3),
      ...(chance() < 0.5 && { content: pieces.shift() ?? "" }),
    });
  }
  for (const content of pieces)
    add({ content, ...(chance() < 0.2 && { reasoning_content: null }) });
  for (const part of ['{"city":', '"<think>Rome"}'])
    add({
      tool_calls: [{ index: 0, function: { arguments: part } }],
      ...(chance() < 0.5 && { content: null }),
    });
  if (chance() < 0.5) add(oneOf({}, { content: "" }, { content: null }));
  deltas.at(-1)!.finish_reason = "tool_calls";
  return deltas;
}

function chatStream(raws: readonly string[], own: readonly string[]): string {
  const head = { id: "c1", object: "chat.completion.chunk", created: 1, model: "m" };
  const lines = raws.map((raw, index) =>
    deltasOf(raw, own[index] ?? "").map((d) => ({ index, ...d })),
  );
  const events: object[] = [];
  while (lines.some((line) => line.length > 0)) {
    const ready = lines.filter((line) => line.length > 0 && chance() < 0.6);
    const choices = ready.map((line) => line.shift());
    if (choices.length > 1 && chance() < 0.5) events.push({ ...head, choices });
    else for (const choice of choices) events.push({ ...head, choices: [choice] });
  }
  return `${sseStream(...events, { ...head, choices: [], usage })}data: [DONE]\n\n`;
}

const chatAnswer = (raws: readonly string[], own: readonly string[]) => ({
  usage,
  choices: raws.map((raw, index) => ({
    index,
    finish_reason: "tool_calls",
    message: {
      role: "assistant",
      content: raw,
      ...(own[index] !== "" && { reasoning_content: own[index] }),
      tool_calls: [{ index: 0, function: { arguments: '{"city":"<think>Rome"}' } }],
    },
  })),
});

interface PlainMessage {
  readonly content: string;
  readonly reasoning_content?: string;
  readonly thinking?: string;
  readonly tool_calls: readonly { readonly function: { readonly arguments: string } }[];
}

/** The fields of a plain answer that the tests look at, of all four surfaces. */
interface Plain {
  readonly choices: readonly {
    readonly message: PlainMessage;
    readonly text: string;
    readonly reasoning_content?: string;
    readonly finish_reason: string;
  }[];
  readonly message: PlainMessage;
  readonly response: string;
  readonly thinking?: string;
}

const plain = (path: string, policy: CleanPolicy, answer: object): Plain =>
  JSON.parse(
    decoded(
      cleanWhole(slotsOf(endpointOf("POST", path)), policy, bytes(JSON.stringify(answer)), answer),
    ),
  ) as Plain;

describe("a streamed answer, put together, is the plain answer", () => {
  test("chat, with parallel choices, tool calls, reasoning, usage and finish reasons", () => {
    for (const [at, { raw }] of corpus.entries())
      for (const policy of policies) {
        const raws = [raw, corpus[(at * 7 + 3) % corpus.length]!.raw].slice(0, oneOf(1, 2));
        const own = raws.map(ownThoughts);
        const stream = chatStream(raws, own);
        const got = reassembled("openai-chat", cleanedStream("openai-chat", policy, stream));
        const { choices } = plain("/v1/chat/completions", policy, chatAnswer(raws, own));
        expect({ stream, ...got }).toEqual({
          stream,
          usage,
          done: true,
          choices: choices.map(({ message, finish_reason }) => ({
            content: message.content,
            reasoning: message.reasoning_content ?? "",
            tools: message.tool_calls[0]!.function.arguments,
            role: "assistant",
            finish: finish_reason,
          })),
        });
      }
  });

  test("completions", () => {
    for (const { raw } of corpus)
      for (const policy of policies) {
        const pieces = piecesOf(raw);
        const events = pieces.map((piece, at) => ({
          id: "c",
          choices: [
            {
              index: 0,
              text: piece,
              logprobs: null,
              finish_reason: at === pieces.length - 1 ? "stop" : null,
            },
          ],
        }));
        const [got] = reassembled(
          "openai-chat",
          cleanedStream("openai-chat", policy, sseStream(...events)),
        ).choices;
        const { choices } = plain("/v1/completions", policy, {
          choices: [{ index: 0, text: raw }],
        });
        expect([got?.content, got?.reasoning, got?.finish]).toEqual([
          choices[0]!.text,
          choices[0]!.reasoning_content ?? "",
          "stop",
        ]);
      }
  });

  test("Ollama's chat", () => {
    for (const { raw } of corpus)
      for (const policy of policies) {
        const own = ownThoughts();
        const line = (message: object, rest: object = { done: false }) => ({
          model: "m",
          created_at: "2025-01-01T00:00:00Z",
          message: { role: "assistant", ...message },
          ...rest,
        });
        const pieces = piecesOf(raw);
        const last = chance() < 0.5 ? "" : (pieces.pop() ?? "");
        const done = { done: true, done_reason: "stop", eval_count: 12 };
        const stream = ndjsonStream(
          ...(own === "" ? [] : [line({ content: "", thinking: own })]),
          ...pieces.map((content) => line({ content })),
          line({ content: "", tool_calls: [1] }),
          line({ content: last }, done),
        );
        const got = reassembled("ollama", cleanedStream("ollama", policy, stream));
        const { message } = plain("/api/chat", policy, {
          message: { content: raw, ...(own !== "" && { thinking: own }) },
        });
        expect(got).toEqual({
          usage: 12,
          done: true,
          choices: [
            {
              content: message.content,
              reasoning: message.thinking ?? "",
              tools: "[1]",
              role: "assistant",
              finish: "stop",
            },
          ],
        });
      }
  });

  test("Ollama's generate", () => {
    for (const { raw } of corpus)
      for (const policy of policies) {
        const lines = piecesOf(raw).map((response) => ({ model: "m", response, done: false }));
        const stream = ndjsonStream(...lines, {
          model: "m",
          response: "",
          done: true,
          eval_count: 12,
        });
        const got = reassembled("ollama", cleanedStream("ollama", policy, stream));
        const whole = plain("/api/generate", policy, { response: raw, done: true });
        expect([got.choices[0]?.content, got.choices[0]?.reasoning, got.usage, got.done]).toEqual([
          whole.response,
          whole.thinking ?? "",
          12,
          true,
        ]);
      }
  });
});

test("a stream of texts in which nothing changes keeps every byte, in order", () => {
  let unchanged = 0;
  for (const { raw } of corpus)
    for (const policy of policies) {
      const { content, moved } = referenceClean(policy, raw);
      if (content !== raw || moved !== "") continue;
      unchanged++;
      const deltas = piecesOf(raw)
        .filter((piece) => piece !== "")
        .map((content) => ({ choices: [{ index: 0, delta: { content } }] }));
      for (const end of [
        { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
        { choices: [{ index: 0, delta: { content: "" }, finish_reason: "stop" }] },
        { choices: [{ index: 0, delta: { role: "assistant" } }] },
      ]) {
        const opens = end.choices.some((choice) => "role" in choice.delta);
        const events = opens ? [end, ...deltas] : [...deltas, end];
        const stream = `${sseStream(...events).replaceAll("data: ", "id: 7\r\ndata:  ")}data: [DONE]\n\n`;
        expect(cleanedStream("openai-chat", policy, stream)).toBe(stream);
      }
    }
  expect(unchanged).toBeGreaterThan(150);
});

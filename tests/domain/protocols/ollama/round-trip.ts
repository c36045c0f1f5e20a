// Rules that hold for every exchange: there and back keeps what both APIs can say, and a stream says
// what the whole answer says. Run for a while by the fast suite, for long by the slow one.
import { expect } from "bun:test";
import fc from "fast-check";
import { isRecord, type JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { jsonText } from "../../../../src/domain/bytes/json-written.ts";
import { gatherLines } from "../../../../src/domain/protocols/ollama/gather-lines.ts";
import { anyAnswer, type AnyAnswer, type RandomAnswer } from "./any-answer.ts";
import { anyRequest, type AnyRequest } from "./any-request.ts";
import { anyNumberText, anyObjectText } from "./any-text.ts";
import { openAiToOllama } from "./openai-to-ollama.ts";
import { startedAt, translateAnswer, translateRequest, translateStream } from "./pipeline.ts";
import { reassembledAnswer, streamLines, untimed } from "./reassemble.ts";
import { openTraits, strict, translated } from "./translated.ts";
import { asRead, asReceived, received } from "./written.ts";

/** A request without the fields of these dotted names; what is empty then goes, too. */
function without(request: JsonRecord, names: readonly string[], prefix = ""): JsonRecord {
  return Object.fromEntries(
    Object.entries(request).flatMap(([key, value]) => {
      const name = prefix + key;
      if (names.includes(name)) return [];
      if (key === "messages")
        return [
          [key, (value as readonly JsonRecord[]).map((one) => without(one, names, "messages."))],
        ];
      if (key !== "options" || !isRecord(value)) return [[key, value]];
      const kept = without(value, names, "options.");
      return Object.keys(kept).length === 0 ? [] : [[key, kept]];
    }),
  );
}

function keepsRequest({ kind, request, foreign }: AnyRequest): void {
  const { body, dropped } = translated(kind, request, openTraits);
  // Options say nothing to embeddings, which `anyRequest` knows: it gives them foreign ones only.
  expect([...dropped].toSorted()).toEqual([...foreign].toSorted());
  expect(openAiToOllama(kind, body)).toEqual(without(request, dropped));
}

function keepsStrictRequest({ kind, request }: AnyRequest): void {
  const { body, dropped } = translated(kind, request, strict);
  expect(openAiToOllama(kind, body)).toEqual(without(request, dropped));
}

/** What one of Ollama's answers says. */
function saidBy(kind: AnyAnswer["kind"], answer: JsonRecord): RandomAnswer {
  const holder = kind === "chat" ? (answer["message"] as JsonRecord) : answer;
  const calls = (holder["tool_calls"] ?? []) as readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: JsonRecord };
  }[];
  return {
    thinking: (holder["thinking"] ?? "") as string,
    content: (kind === "chat" ? holder["content"] : holder["response"]) as string,
    calls: calls.map(({ id, function: detail }) => ({
      id,
      name: detail.name,
      given: detail.arguments,
    })),
    finish: answer["done_reason"] as RandomAnswer["finish"],
    prompt: answer["prompt_eval_count"] as number,
    completion: answer["eval_count"] as number,
  };
}

function keepsAnswer({ kind, said, whole, events }: AnyAnswer): void {
  const plain = asRead(translateAnswer(kind, asReceived(whole)));
  expect(saidBy(kind, plain)).toEqual(said);
  const lines = streamLines(kind, events);
  expect(untimed(reassembledAnswer(kind, lines))).toEqual(untimed(plain));
  const gathered = gatherLines(
    new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join("")),
  );
  if ("error" in gathered) throw new Error(gathered.error);
  const one = JSON.parse(new TextDecoder().decode(gathered.body)) as JsonRecord;
  expect(untimed(one)).toEqual(untimed(plain));
}

/** What each piece of foreign JSON was when it was received. */
interface Foreign {
  readonly object: string;
  readonly other: string;
  readonly number: string;
}

const anyForeign: fc.Arbitrary<Foreign> = fc.record({
  object: anyObjectText,
  other: anyObjectText,
  number: anyNumberText,
});

function keepsRequestTexts({ object, other, number }: Foreign): void {
  const text = (format: string) =>
    `{"model":"x", "messages" : [{"role":"user","content":"a"},
      {"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":${object}}}]}],
      "tools":[ ${other}, ${object} ], "options":{"seed": 1, "seed":${number}}, "format":${format}}`;
  const asked = (format: string) =>
    translateRequest("chat", received(text(format)), "m", openTraits);
  const whole = asked(other.replaceAll(/\s/g, "") === "{}" ? '{"type":"object"}' : other);
  if (whole.kind !== "request") throw new Error(JSON.stringify(whole));
  const written = jsonText(whole.body);
  expect(written).toContain(`"tools":[ ${other}, ${object} ]`);
  expect(written).toContain(`"seed":${number}`);
  expect(written).toContain(`"schema":${other.replaceAll(/\s/g, "") === "{}" ? "{" : other}`);
  const { messages } = JSON.parse(written) as {
    messages: readonly { tool_calls?: readonly { function: { arguments: string } }[] }[];
  };
  expect(messages[1]?.tool_calls?.[0]?.function.arguments).toBe(object);
}

/** On one line, which says the same. */
function onOneLine(text: string): string {
  return text
    .replaceAll(/[\r\n]+/g, " ")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029")
    .replaceAll("\u0085", "\\u0085");
}

function keepsAnswerTexts({ object, other }: Foreign): void {
  const call = (given: string) =>
    `{"index":0,"id":"x","function":{"name":"f","arguments":${given}}}`;
  const document = (holder: string, given: string) =>
    `{"choices":[{"index":0,"${holder}":{"content":"","tool_calls":[${call(given)}]},"finish_reason":"tool_calls"}]}`;
  // As text, as OpenAI has it; as an object, as some servers send it.
  for (const given of [JSON.stringify(object), object]) {
    const lines = translateStream("chat");
    const streamed = lines.push(received(document("delta", given)), startedAt);
    expect(streamed.join("")).toContain(`"arguments":${onOneLine(object)}`);
    for (const line of streamed) expect(line).not.toMatch(/[\r\n\u0085\u2028\u2029]/);
    const plain = translateAnswer("chat", received(document("message", given)));
    expect(jsonText(plain)).toContain(`"arguments":${object}`);
  }
  const vector = `{"data":[{"embedding":[${other.length}.0, 1e-05]}]}`;
  const embedded = translateAnswer("embeddings", received(vector));
  expect(jsonText(embedded)).toBe(`{"embedding":[${other.length}.0, 1e-05]}`);
}

/** Each rule, to be run so many times. */
export const rules: readonly (readonly [string, (runs: number) => void])[] = [
  [
    "a request says the same there and back, and what is dropped is named",
    (numRuns) => fc.assert(fc.property(anyRequest, keepsRequest), { numRuns }),
  ],
  [
    "towards a strict server, what is neither said nor named is nothing",
    (numRuns) => fc.assert(fc.property(anyRequest, keepsStrictRequest), { numRuns }),
  ],
  [
    "an answer says the same in Ollama's form, and a stream adds up to it",
    (numRuns) => fc.assert(fc.property(anyAnswer, keepsAnswer), { numRuns }),
  ],
  [
    "what others wrote in a request arrives in their own words: digits, order, escapes, repeats",
    (numRuns) => fc.assert(fc.property(anyForeign, keepsRequestTexts), { numRuns }),
  ],
  [
    "what others wrote in an answer arrives in their own words, on one line where lines count",
    (numRuns) => fc.assert(fc.property(anyForeign, keepsAnswerTexts), { numRuns }),
  ],
];

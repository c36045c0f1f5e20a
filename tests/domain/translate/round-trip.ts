// Rules that hold for every exchange: there and back keeps what both APIs can say, and a stream says
// what the whole answer says. Run for a while by the fast suite, for long by the slow one.
import { expect } from "bun:test";
import fc from "fast-check";
import { isRecord, type JsonRecord } from "../../../src/domain/json.ts";
import { answerToOllama } from "../../../src/domain/translate/answer-to-ollama.ts";
import { anyAnswer, type AnyAnswer, type Said } from "./any-answer.ts";
import { anyRequest, type AnyRequest } from "./any-request.ts";
import { openAiToOllama } from "./openai-to-ollama.ts";
import { reassembled, startedAt, streamLines, untimed } from "./reassemble.ts";
import { open, strict, translated } from "./translated.ts";

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
  const { body, dropped } = translated(kind, request, open);
  // Options say nothing to embeddings, which `anyRequest` knows: it gives them foreign ones only.
  expect([...dropped].toSorted()).toEqual([...foreign].toSorted());
  expect(openAiToOllama(kind, body)).toEqual(without(request, dropped));
}

function keepsStrictRequest({ kind, request }: AnyRequest): void {
  const { body, dropped } = translated(kind, request, strict);
  expect(openAiToOllama(kind, body)).toEqual(without(request, dropped));
}

/** What one of Ollama's answers says. */
function saidBy(kind: AnyAnswer["kind"], answer: JsonRecord): Said {
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
    finish: answer["done_reason"] as Said["finish"],
    prompt: answer["prompt_eval_count"] as number,
    completion: answer["eval_count"] as number,
  };
}

function keepsAnswer({ kind, said, whole, events }: AnyAnswer): void {
  const plain = answerToOllama(kind, whole, {
    model: "m",
    createdAt: startedAt,
    timings: { totalMs: 10, ttftMs: null },
  });
  expect(saidBy(kind, plain)).toEqual(said);
  expect(untimed(reassembled(kind, streamLines(kind, events)))).toEqual(untimed(plain));
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
];

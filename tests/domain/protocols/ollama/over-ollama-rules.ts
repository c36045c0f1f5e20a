// What holds for any answer of Ollama's to Anthropic's clients, as often as it is tried.
import { expect } from "bun:test";
import fc from "fast-check";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { translatedCall } from "../../../lab/translated-call.ts";
import { readStrictly } from "../anthropic-messages/block-grammar.ts";
import { anyAnswer, type RandomAnswer } from "./any-answer.ts";

type Rule = readonly [name: string, run: (times: number) => void];

const said = anyAnswer.map((answer) => answer.said);
const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 30 });
const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

export const rules: readonly Rule[] = [
  [
    "says as a stream what it says plain, wherever it is cut",
    (numRuns) =>
      fc.assert(
        fc.property(said, fc.integer({ min: 1, max: 6 }), cuts, (answer, piece, lengths) => {
          const { message, complete } = readStrictly(
            asked(true).stream(streamOf(answer, piece), lengths),
          );
          expect(complete).toBe(true);
          expect(message).toEqual(asked(false).whole(wholeOf(answer)));
          expect(readStrictly(asked(true).wholeText(wholeOf(answer))).message).toEqual(message);
        }),
        { numRuns },
      ),
  ],
  [
    "ends properly only where it ended, at whichever byte it is cut off",
    (numRuns) =>
      fc.assert(
        fc.property(said, share, (answer, of) => {
          const bytes = new TextEncoder().encode(streamOf(answer, 4));
          const last = streamOf(answer, 4).trimEnd().lastIndexOf("\n") + 1;
          const upTo = new TextEncoder().encode(streamOf(answer, 4).slice(0, last)).length;
          const cut = bytes.subarray(0, Math.floor(of * (upTo + 1)));
          const stream = asked(true).stream(new TextDecoder().decode(cut), [], false);
          expect(readStrictly(stream).complete).toBe(false);
        }),
        { numRuns },
      ),
  ],
];

function asked(stream: boolean) {
  const request = {
    stream,
    thinking: { type: "adaptive" },
    messages: [{ role: "user", content: "hi" }],
  };
  return translatedCall("/v1/messages", request, "ollama");
}

function ending({ finish, prompt, completion }: RandomAnswer): JsonRecord {
  return { done: true, done_reason: finish, prompt_eval_count: prompt, eval_count: completion };
}

function callsOf({ calls }: RandomAnswer): readonly JsonRecord[] {
  return calls.map(({ id, name, given }) => ({ id, function: { name, arguments: given } }));
}

/** What it says at once. */
export function wholeOf(answer: RandomAnswer): JsonRecord {
  const { content, thinking } = answer;
  const message = { role: "assistant", content, thinking, tool_calls: callsOf(answer) };
  return { model: "m", message, ...ending(answer) };
}

/** What Ollama streams, so many characters a line. */
export function streamOf(answer: RandomAnswer, piece: number): string {
  const lines = [
    ...pieces(answer.thinking, piece).map((thinking) => ({ content: "", thinking })),
    ...pieces(answer.content, piece).map((content) => ({ content })),
    ...callsOf(answer).map((call) => ({ content: "", tool_calls: [call] })),
  ];
  return [
    ...lines.map((message) => ({ message, done: false })),
    { message: { content: "" }, ...ending(answer) },
  ]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
}

function pieces(whole: string, length: number): readonly string[] {
  return Array.from({ length: Math.ceil(whole.length / length) }, (_, at) =>
    whole.slice(at * length, (at + 1) * length),
  );
}

import { expect, test } from "bun:test";
import { reportedUsage } from "../../src/domain/answer-usage.ts";

const usage = (text: string, piece = 100_000, truncated = false) => {
  const bytes = new TextEncoder().encode(text);
  const chunks = [];
  for (let at = 0; at < bytes.length; at += piece) chunks.push(bytes.subarray(at, at + piece));
  const { prompt, completion } = reportedUsage({ chunks, truncated });
  return [prompt, completion];
};

const long = "x".repeat(50_000);
const escaped = JSON.stringify('{"usage":{"prompt_tokens":999,"completion_tokens":999}}');

test.each<[string, string, (number | null)[]]>([
  [
    "OpenAI's chat",
    `{"choices":["${long}"],"usage":{"prompt_tokens":3,"completion_tokens": 4}}`,
    [3, 4],
  ],
  [
    "its stream",
    `data: {"choices":[]}\n\ndata: {"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\ndata: [DONE]\n\n`,
    [3, 4],
  ],
  [
    "responses",
    `{"usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":1},"output_tokens":6}}`,
    [5, 6],
  ],
  [
    "Anthropic's stream, the last count of each",
    `data: {"usage":{"input_tokens":7,"output_tokens":1}}\n\ndata: {"usage":{"output_tokens":9}}\n\n`,
    [7, 9],
  ],
  ["Ollama", `{"done":true,"prompt_eval_count":26,"eval_count":298,"eval_duration":4}`, [26, 298]],
  ["no usage", `{"choices":[]}`, [null, null]],
  ["usage that is null", `{"prompt_tokens":null,"completion_tokens":4.5}`, [null, null]],
  ["usage that a model only talks of", `{"content":${escaped}}`, [null, null]],
  ["nothing", "", [null, null]],
])("%s", (_name, text, expected) => {
  for (const piece of [1, 7, 100_000]) expect(usage(text, piece)).toEqual(expected);
});

test("an answer that was kept cut has no end to be read", () => {
  expect(usage('{"prompt_tokens":3}', 100, true)).toEqual([null, null]);
  expect(reportedUsage(null)).toEqual({ prompt: null, completion: null });
});

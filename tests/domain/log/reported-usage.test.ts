// Usage found without reading all of an answer; what each format says is in answer-reading.test.ts.
import { expect, test } from "bun:test";
import { noUsage } from "../../../src/domain/log/answer-usage.ts";
import { reportedUsage } from "../../../src/domain/log/reported-usage.ts";

const usage = (text: string, piece = 100_000, truncated = false) => {
  const bytes = new TextEncoder().encode(text);
  const chunks = [];
  for (let at = 0; at < bytes.length; at += piece) chunks.push(bytes.subarray(at, at + piece));
  return reportedUsage({ chunks, truncated });
};

const long = "x".repeat(300_000);
const delta = `data: {"choices":[{"delta":{"content":"${"y".repeat(1_000)}"}}]}\n\n`;
const spoken = JSON.stringify('{"usage":{"prompt_tokens":999,"completion_tokens":999}}');

test.each<[string, string, object]>([
  [
    "of one long document",
    `{"choices":["${long}"],"usage":{"prompt_tokens":3,"completion_tokens": 4,"prompt_tokens_details":{"cached_tokens":2}}}`,
    { prompt: 3, completion: 4, cached: 2 },
  ],
  [
    "of a long stream that reports it at its end",
    `${delta.repeat(400)}data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\ndata: [DONE]\n\n`,
    { prompt: 3, completion: 4 },
  ],
  [
    "of a long stream that reports it at its beginning and at its end",
    `data: {"type":"message_start","message":{"usage":{"input_tokens":12,"cache_read_input_tokens":5000,"output_tokens":1}}}\n\n${delta.repeat(400)}data: {"type":"message_delta","usage":{"output_tokens":9}}\n\n`,
    { prompt: 5_012, completion: 9, cached: 5_000 },
  ],
  [
    "of embeddings, thousands of numbers before it",
    `{"embeddings":[[${"0.123456789,".repeat(30_000)}1]],"total_duration":4,"prompt_eval_count":26}`,
    { prompt: 26, completion: null },
  ],
  [
    "of a short document, what follows it included",
    `{"choices":[{"message":{"content":${spoken}}}],"usage":{"prompt_tokens":3,"completion_tokens":4},"service_tier":"é"}`,
    { prompt: 3, completion: 4 },
  ],
  [
    "of a short document that names it once more, deeper",
    `{"usage":{"prompt_tokens":3,"completion_tokens":4},"tools":[{"properties":{"usage":{"prompt_tokens":9}}}]}`,
    { prompt: 3, completion: 4 },
  ],
  [
    "of several lines, the last of which counts only its part",
    `{"usage":{"prompt_tokens":3,"completion_tokens":0}}\n{"model":"m","usage":{"completion_tokens":4}}`,
    { prompt: 3, completion: 4 },
  ],
  ["that is null", `{"usage":{"prompt_tokens":null,"completion_tokens":4.5}}`, noUsage],
  ["that a model only talks of", `{"content":${spoken}}`, noUsage],
  ["that a model only talks of, at length", `{"text":"${long}","content":${spoken}}`, noUsage],
  ["of nothing", "", noUsage],
])("usage %s", (_name, text, expected) => {
  for (const piece of [997, 100_000, 1_000_000]) expect(usage(text, piece)).toMatchObject(expected);
});

test("of an answer that was kept cut, what it said at its beginning counts", () => {
  const start =
    'data: {"type":"message_start","message":{"usage":{"input_tokens":12,"output_tokens":1}}}\n\n';
  const continuous = 'data: {"usage":{"prompt_tokens":5,"completion_tokens":1}}\n\n';
  expect(usage(start + delta.repeat(5), 1_000, true)).toEqual({ ...noUsage, prompt: 12 });
  expect(usage(continuous + delta, 1_000, true)).toEqual({ ...noUsage, prompt: 5 });
  expect(usage('{"usage":{"prompt_tok', 1_000, true)).toEqual(noUsage);
  expect(reportedUsage(null)).toEqual(noUsage);
});

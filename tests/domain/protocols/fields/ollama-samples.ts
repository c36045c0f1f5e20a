// A sample of each type that a request to Ollama's chat and generate consists of, with all its members.
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import type { Sample } from "./field-fate.ts";

const hi = { role: "user", content: "hi" };
const tool = { type: "function", function: { name: "f", parameters: { type: "object" } } };
const call = { function: { name: "f", arguments: { a: 1 } } };
const pixel = "iVBORw0KGgo=";

const none = <T>(value: T | null): readonly T[] => (value === null ? [] : [value]);

/** One option at a time: thinking does not go with some of them. */
const options: JsonRecord = {
  numa: true,
  num_ctx: 9,
  num_batch: 9,
  num_gpu: 9,
  main_gpu: 9,
  low_vram: true,
  f16_kv: true,
  logits_all: true,
  vocab_only: true,
  use_mmap: true,
  use_mlock: true,
  embedding_only: true,
  num_thread: 9,
  num_keep: 9,
  seed: 9,
  num_predict: 90,
  top_k: 9,
  top_p: 0.9,
  min_p: 0.9,
  tfs_z: 0.9,
  typical_p: 0.9,
  repeat_last_n: 9,
  temperature: 0.9,
  repeat_penalty: 0.9,
  presence_penalty: 0.9,
  frequency_penalty: 0.9,
  mirostat: 9,
  mirostat_tau: 0.9,
  mirostat_eta: 0.9,
  penalize_newline: true,
  stop: ["a"],
};

const settings = {
  model: "x",
  stream: true,
  format: { type: "object", properties: { a: {} } },
  keep_alive: "5m",
  think: true,
  logprobs: true,
  top_logprobs: 2,
  options: { num_predict: 90 },
};

const quiet = { model: "the router's choice" };

export const ollamaChatSamples: readonly Sample[] = [
  {
    of: "ChatRequest",
    what: "the request to `/api/chat`",
    holds: { ...settings, messages: [hi], tools: [tool] },
    others: { messages: [{ role: "user", content: "ho" }] },
    in: (request) => ({ messages: [hi], stream: false, ...request }),
    quiet,
  },
  {
    of: "Message",
    what: "a message",
    holds: {
      role: "assistant",
      content: "a",
      thinking: "t",
      tool_calls: [call],
    },
    alone: { images: [pixel], tool_name: "f" },
    in: (message) => ({
      messages: [
        hi,
        ...(message?.["tool_name"] === undefined
          ? none(message && { ...hi, ...message })
          : [
              { role: "assistant", content: "", tool_calls: [call] },
              { role: "tool", content: "r", ...message },
            ]),
        hi,
      ],
      tools: [tool],
      stream: false,
    }),
  },
  {
    of: "ToolCall",
    what: "a call",
    holds: { function: { name: "f", arguments: { a: 1 } } },
    in: (given) => ({
      messages: [hi, { role: "assistant", content: "so", tool_calls: none(given) }, hi],
      tools: [tool],
      stream: false,
    }),
  },
  {
    of: "Tool",
    what: "a tool",
    holds: tool,
    in: (given) => ({ messages: [hi], tools: [tool, ...none(given)], stream: false }),
    quiet: { type: "all are functions" },
  },
  {
    of: "Options",
    what: "options",
    holds: {},
    alone: options,
    in: (given) => ({ messages: [hi], stream: false, options: given ?? {} }),
  },
];

export const ollamaGenerateSamples: readonly Sample[] = [
  {
    of: "GenerateRequest",
    what: "the request to `/api/generate`",
    holds: {
      ...settings,
      prompt: "hi",
      system: "s",
      template: "t",
      context: [1, 2],
      images: [pixel],
      width: 9,
      height: 9,
      steps: 9,
    },
    alone: { raw: true, suffix: "s" },
    others: { prompt: "ho" },
    in: (request) => ({ prompt: "hi", stream: false, ...request }),
    quiet,
  },
];

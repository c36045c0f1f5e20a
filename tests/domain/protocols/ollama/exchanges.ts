// Answers of several kinds of servers, each as a stream's events and as the same answer given whole,
// in the forms that these servers use.
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";

export interface OllamaExchange {
  readonly server: string;
  readonly kind: "chat" | "generate";
  readonly events: readonly (JsonRecord | "[DONE]")[];
  readonly whole: JsonRecord;
}

const usage = { prompt_tokens: 12, completion_tokens: 7, total_tokens: 19 };
const counted = { choices: [], usage };

const delta = (
  of: JsonRecord,
  finish: string | null = null,
  more: JsonRecord = {},
): JsonRecord => ({
  id: "c1",
  object: "chat.completion.chunk",
  created: 1,
  model: "upstream's own",
  choices: [{ index: 0, delta: of, logprobs: null, finish_reason: finish }],
  ...more,
});
const message = (of: JsonRecord, finish: string, more: JsonRecord = {}): JsonRecord => ({
  id: "c1",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", ...of }, finish_reason: finish }],
  usage,
  ...more,
});
const piece = (index: number | undefined, text: string, more: JsonRecord = {}): JsonRecord => ({
  ...(index === undefined ? {} : { index }),
  ...more,
  function: { arguments: text },
});
const opening = (index: number | undefined, id: string, name: string, text = ""): JsonRecord => ({
  ...(index === undefined ? {} : { index }),
  id,
  type: "function",
  function: { name, arguments: text },
});
const called = (id: string, name: string, text: string): JsonRecord => ({
  id,
  type: "function",
  function: { name, arguments: text },
});
const calls = (...list: readonly JsonRecord[]): JsonRecord => ({ tool_calls: list });

const token = (text: string): JsonRecord => ({
  token: text,
  logprob: -0.5,
  bytes: [1],
  top_logprobs: [{ token: text, logprob: -0.5, bytes: [1] }],
});
const withLogprobs = (content: string): JsonRecord => ({
  choices: [
    { index: 0, delta: { content }, logprobs: { content: [token(content)] }, finish_reason: null },
  ],
});

const twoCalls = message(
  {
    content: "Let me see.",
    tool_calls: [called("x", "weather", '{"city":"Ulm"}'), called("y", "time", '{"zone":1}')],
  },
  "tool_calls",
);

export const exchanges: readonly OllamaExchange[] = [
  {
    server: "OpenAI: usage in an event without choices",
    kind: "chat",
    events: [
      delta({ role: "assistant", content: "", refusal: null }, null, { usage: null }),
      delta({ content: "Hel" }, null, { usage: null }),
      delta({ content: "lo 🙂" }, null, { usage: null }),
      delta({}, "stop", { usage: null }),
      counted,
      "[DONE]",
    ],
    whole: message({ content: "Hello 🙂", refusal: null }, "stop"),
  },
  {
    server: "OpenAI: parallel calls in pieces",
    kind: "chat",
    events: [
      delta({ role: "assistant", content: null }),
      delta({ content: "Let me see." }),
      delta(calls(opening(0, "x", "weather"))),
      delta(calls(piece(0, '{"ci'))),
      delta(calls(piece(0, 'ty":"Ulm"}'))),
      delta(calls(opening(1, "y", "time"))),
      delta(calls(piece(1, '{"zone":1}'))),
      delta({}, "tool_calls"),
      counted,
      "[DONE]",
    ],
    whole: twoCalls,
  },
  {
    server: "calls whose pieces take turns",
    kind: "chat",
    events: [
      delta({ content: "Let me see." }),
      delta(calls(opening(0, "x", "weather", '{"city'), opening(1, "y", "time", '{"zo'))),
      delta(calls(piece(0, '":"Ulm"}'), piece(1, 'ne":1}'))),
      delta({}, "tool_calls"),
      counted,
    ],
    whole: twoCalls,
  },
  {
    server: "Gemini: every call counted 0, without index or whole",
    kind: "chat",
    events: [
      delta({ content: "Let me see." }),
      delta(calls(opening(0, "x", "weather", '{"city":"Ulm"}'))),
      delta(calls(opening(0, "y", "time", '{"zone":1}')), "tool_calls"),
      counted,
      "[DONE]",
    ],
    whole: twoCalls,
  },
  {
    server: "no index at all, the name with every piece",
    kind: "chat",
    events: [
      delta({ content: "Let me see." }),
      delta(calls(opening(undefined, "x", "weather", '{"city":'))),
      delta(calls({ id: "x", function: { name: "weather", arguments: '"Ulm"}' } })),
      delta(calls(opening(undefined, "y", "time"))),
      delta(calls(piece(undefined, '{"zone":1}'))),
      delta({}, "tool_calls"),
      counted,
      "[DONE]",
    ],
    whole: twoCalls,
  },
  {
    server: "whole calls with neither index nor id",
    kind: "chat",
    events: [
      delta(calls({ function: { name: "time", arguments: { zone: 1 } } })),
      delta(
        calls(
          { function: { name: "time", arguments: "{}" } },
          { function: { name: "time", arguments: '{"zone":2}' } },
        ),
      ),
      delta({}, "stop"),
      counted,
    ],
    whole: message(
      {
        content: "",
        tool_calls: [
          { index: 0, function: { name: "time", arguments: '{"zone":1}' } },
          { index: 0, function: { name: "time", arguments: "{}" } },
          { index: 0, function: { name: "time", arguments: '{"zone":2}' } },
        ],
      },
      "stop",
    ),
  },
  {
    server: "a call without arguments, and the older form of one",
    kind: "chat",
    events: [
      delta(calls(opening(0, "x", "now"))),
      delta({ function_call: { name: "weather", arguments: "" } }),
      delta({ function_call: { arguments: '{"city":"Ulm"}' } }),
      delta({}, "function_call"),
      counted,
    ],
    whole: message(
      {
        content: null,
        tool_calls: [called("x", "now", "")],
        function_call: { name: "weather", arguments: '{"city":"Ulm"}' },
      },
      "function_call",
    ),
  },
  {
    server: "a call cut by the limit",
    kind: "chat",
    events: [
      delta({ content: "Sure." }),
      delta(calls(opening(0, "x", "weather"))),
      delta(calls(piece(0, '{"city":"U'))),
      delta({}, "length"),
      counted,
      "[DONE]",
    ],
    whole: message(
      { content: "Sure.", tool_calls: [called("x", "weather", '{"city":"U')] },
      "length",
    ),
  },
  {
    server: "llama.cpp: reasoning, its own timings beside the usage",
    kind: "chat",
    events: [
      delta({ role: "assistant", content: null }),
      delta({ reasoning_content: "Hm" }),
      delta({ reasoning_content: ", yes." }),
      delta({ content: "Yes" }),
      delta({}, "stop"),
      { ...counted, timings: { prompt_ms: 12.5, predicted_ms: 99.25, prompt_n: 12 } },
      "[DONE]",
    ],
    whole: message({ content: "Yes", reasoning_content: "Hm, yes." }, "stop", {
      timings: { prompt_ms: 12.5, predicted_ms: 99.25, prompt_n: 12 },
    }),
  },
  {
    server: "vLLM: usage in every event, both names for reasoning",
    kind: "chat",
    events: [
      delta({ role: "assistant", content: "" }, null, {
        usage: { ...usage, completion_tokens: 0 },
      }),
      delta({ reasoning: "Hm", reasoning_content: "Hm" }, null, {
        usage: { ...usage, completion_tokens: 3 },
      }),
      delta({ content: "Yes" }, "stop", { usage }),
      counted,
      "[DONE]",
    ],
    whole: message({ content: "Yes", reasoning: "Hm", reasoning_content: "Hm" }, "stop"),
  },
  {
    server: "Groq: times in the usage, in seconds",
    kind: "chat",
    events: [
      delta({ content: "Yes" }),
      delta({}, "stop"),
      { choices: [], usage: { ...usage, prompt_time: 0.004, completion_time: 0.25 } },
      "[DONE]",
    ],
    whole: message({ content: "Yes" }, "stop", {
      usage: { ...usage, prompt_time: 0.004, completion_time: 0.25 },
    }),
  },
  {
    server: "Mistral: thinking and text as parts",
    kind: "chat",
    events: [
      delta({ content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }] }),
      delta({ content: [{ type: "text", text: "Ye" }] }),
      delta({ content: "s" }, "stop", { usage }),
      "[DONE]",
    ],
    whole: message(
      {
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "Hm" }] },
          { type: "text", text: "Yes" },
        ],
      },
      "stop",
    ),
  },
  {
    server: "a refusal",
    kind: "chat",
    events: [
      delta({ refusal: "I " }),
      delta({ refusal: "won't." }),
      delta({}, "content_filter"),
      counted,
    ],
    whole: message({ content: null, refusal: "I won't." }, "content_filter"),
  },
  {
    server: "several choices",
    kind: "chat",
    events: [
      { choices: [{ index: 1, delta: { content: "No" }, finish_reason: null }] },
      {
        choices: [
          { index: 1, delta: { content: "!" }, finish_reason: "length" },
          { index: 0, delta: { content: "Yes" }, finish_reason: null },
        ],
      },
      delta({}, "stop"),
      counted,
      "[DONE]",
    ],
    whole: {
      choices: [
        { index: 1, message: { content: "No!" }, finish_reason: "length" },
        { index: 0, message: { content: "Yes" }, finish_reason: "stop" },
      ],
      usage,
    },
  },
  {
    server: "log probabilities of a chat",
    kind: "chat",
    events: [withLogprobs("Y"), withLogprobs("es"), delta({}, "stop"), counted, "[DONE]"],
    whole: {
      choices: [
        {
          index: 0,
          message: { content: "Yes" },
          logprobs: { content: [token("Y"), token("es")] },
          finish_reason: "stop",
        },
      ],
      usage,
    },
  },
  {
    server: "a completion with log probabilities",
    kind: "generate",
    events: [
      {
        choices: [
          {
            index: 0,
            text: "ab",
            logprobs: {
              tokens: ["a", "b"],
              token_logprobs: [-1, -2],
              top_logprobs: [{ a: -1, x: -3 }, null],
            },
            finish_reason: null,
          },
        ],
      },
      { choices: [{ index: 0, text: "c", finish_reason: "length" }] },
      counted,
      "[DONE]",
    ],
    whole: {
      choices: [
        {
          index: 0,
          text: "abc",
          logprobs: {
            tokens: ["a", "b"],
            token_logprobs: [-1, -2],
            top_logprobs: [{ a: -1, x: -3 }, null],
          },
          finish_reason: "length",
        },
      ],
      usage,
    },
  },
  {
    server: "a prompt answered by a chat, no usage, no finish_reason",
    kind: "generate",
    events: [delta({ content: "Ye" }), delta({ content: "s" }), "[DONE]"],
    whole: { choices: [{ index: 0, message: { content: "Yes" }, finish_reason: null }] },
  },
  {
    server: "nothing said",
    kind: "chat",
    events: [delta({ role: "assistant", content: "" }), delta({}, "stop"), counted, "[DONE]"],
    whole: message({ content: "" }, "stop"),
  },
];

// Three streams as real servers send them, with text beyond ASCII, tool calls and usage.
import type { SeenKind } from "../lab/seen-answer.ts";

export interface RecordedStream {
  readonly kind: SeenKind;
  readonly path: string;
  /** Of the request; the model is the caller's to name. */
  readonly request: object;
  readonly contentType: string;
  readonly text: string;
}

const sse = (events: readonly string[]): string =>
  [...events, "[DONE]"].map((data) => `data: ${data}\n\n`).join("");

const chunk = (choices: string): string =>
  `{"id":"chatcmpl-7","object":"chat.completion.chunk","created":1735689600,"model":"m","choices":[${choices}]}`;
const choice = (delta: string, finish = "null"): string =>
  chunk(`{"index":0,"delta":{${delta}},"finish_reason":${finish}}`);
const call = (index: number, more: string): string =>
  choice(`"tool_calls":[{"index":${index},${more}}]`);

const chatWithTools: RecordedStream = {
  kind: "chat",
  path: "/v1/chat/completions",
  request: {
    stream: true,
    messages: [{ role: "user", content: "weather?" }],
    tools: [{ type: "function", function: { name: "weather" } }],
  },
  contentType: "text/event-stream; charset=utf-8",
  text: sse([
    choice('"role":"assistant","content":""'),
    choice('"content":"Grüße, ich sehe nach 🌦"'),
    call(0, '"id":"call_a","type":"function","function":{"name":"weather","arguments":""}'),
    call(0, '"function":{"arguments":"{\\"place\\":"}'),
    call(0, '"function":{"arguments":"\\"Zürich\\"}"}'),
    choice("", '"tool_calls"'),
    `{"id":"chatcmpl-7","object":"chat.completion.chunk","created":1735689600,"model":"m","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":21,"total_tokens":30}}`,
  ]),
};

const text = (token: string, finish = "null"): string =>
  `{"id":"cmpl-7","object":"text_completion","created":1735689600,"model":"m","choices":[{"text":"${token}","index":0,"logprobs":null,"finish_reason":${finish}}]}`;

const completions: RecordedStream = {
  kind: "completions",
  path: "/v1/completions",
  request: { stream: true, prompt: "Once" },
  contentType: "text/event-stream",
  text: sse([text(" upon"), text(" a time,\\n"), text(" “früher”…"), text("", '"stop"')]),
};

const line = (message: string, more: string): string =>
  `{"model":"m","created_at":"2025-01-01T00:00:00.123456789Z","message":{"role":"assistant",${message}},${more}}\n`;

const ndjson: RecordedStream = {
  kind: "ndjson",
  path: "/api/chat",
  request: { messages: [{ role: "user", content: "weather?" }] },
  contentType: "application/x-ndjson",
  text: [
    line('"content":"","thinking":"Mal sehen"', '"done":false'),
    line('"content":"Grüße"', '"done":false'),
    line('"content":" 🌦\\n"', '"done":false'),
    line(
      '"content":"","tool_calls":[{"function":{"name":"weather","arguments":{"place":"Zürich"}}}]',
      '"done":false',
    ),
    line(
      '"content":""',
      '"done":true,"done_reason":"stop","total_duration":9000000,"prompt_eval_count":9,"eval_count":21',
    ),
  ].join(""),
};

export const recordedStreams = { chatWithTools, completions, ndjson } as const;

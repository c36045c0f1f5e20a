// What servers say of a context that is too long, and what is about something else.
import { expect, test } from "bun:test";
import { messagesClientCodec } from "../../../src/domain/protocols/anthropic-messages/client-codec.ts";
import { contextOverflow } from "../../../src/domain/protocols/context-overflow.ts";
import { describeError } from "../../../src/domain/protocols/upstream-error.ts";
import { asRead } from "./ollama/written.ts";

const nine = { tokens: 9_000, limit: 4_096 };

test.each<[string, unknown, typeof nine | null]>([
  [
    "OpenAI",
    {
      message:
        "This model's maximum context length is 4096 tokens. However, your messages resulted in 9000 tokens.",
      code: "context_length_exceeded",
    },
    nine,
  ],
  [
    "vLLM",
    {
      message:
        "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens (8500 in the messages, 500 in the completion).",
    },
    nine,
  ],
  [
    "vLLM's engine",
    {
      message: "The decoder prompt (length 9000) is longer than the maximum model length of 4096.",
    },
    nine,
  ],
  [
    "llama.cpp",
    {
      code: 400,
      message:
        "request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it",
      type: "exceed_context_size_error",
    },
    nine,
  ],
  [
    "llama.cpp of old",
    { message: "the request exceeds the available context size. try increasing the context size" },
    null,
  ],
  [
    "SGLang",
    { message: "The input (9000 tokens) is longer than the model's context length (4096 tokens)." },
    nine,
  ],
  [
    "LM Studio",
    {
      message:
        "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens",
    },
    nine,
  ],
  [
    "Gemini",
    {
      message: "The input token count (9000) exceeds the maximum number of tokens allowed (4096).",
    },
    nine,
  ],
  ["Ollama", { message: "the input length exceeds the context length" }, null],
  ["Groq", { message: "Please reduce the length of the messages or completion." }, null],
  ["Anthropic", { message: "prompt is too long: 9000 tokens > 4096 maximum" }, nine],
])("%s", (_, error, figures) => {
  expect(contextOverflow(describeError({ error }))).toEqual({ figures });
});

test.each([
  "max_tokens is too large: 9000. This model supports at most 4096 completion tokens",
  "model not found",
  "the context of this call was cancelled",
  "Rate limit reached: 9000 tokens per minute",
])("something else: %s", (message) => {
  expect(contextOverflow(describeError({ error: { message } }))).toBe(null);
});

test("Anthropic's clients get words that stay the same, and then the server's own", () => {
  const said = (message: string) => {
    const body = new TextEncoder().encode(JSON.stringify({ error: { message } }));
    return asRead(messagesClientCodec.error(400, body, "id"));
  };
  const error = (message: string) => ({
    type: "error",
    error: { type: "invalid_request_error", message },
    request_id: "id",
  });
  const input = "The input (9000 tokens) is longer than the model's context length (4096 tokens).";
  expect(said(input)).toEqual(
    error(
      `prompt is too long: 9000 tokens > 4096 maximum (capability_rejected: prompt_too_long): ${input}`,
    ),
  );
  const short = "the input length exceeds the context length";
  expect(said(short)).toEqual(
    error(`prompt is too long (capability_rejected: prompt_too_long): ${short}`),
  );
  expect(said("no such luck")).toEqual(error("no such luck"));
});

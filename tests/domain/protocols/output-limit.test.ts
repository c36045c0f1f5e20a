// A server's own limit on answers: lowers what clients of other protocols ask for, and names it.
import { expect, test } from "bun:test";
import type { JsonRecord } from "../../../src/domain/bytes/json.ts";
import type { ProtocolName } from "../../../src/domain/call/endpoint.ts";
import { translatedCall } from "../../lab/translated-call.ts";

const messages = [{ role: "user", content: "hi" }];
const limit = 1_000;

interface Row {
  readonly path: string;
  readonly into: ProtocolName;
  readonly asked: (tokens: number) => JsonRecord;
  readonly sent: (tokens: number) => JsonRecord;
  readonly field: string;
}

const rows: readonly Row[] = [
  {
    path: "/v1/messages",
    into: "openai-chat",
    asked: (max_tokens) => ({ messages, max_tokens }),
    sent: (max_tokens) => ({ max_tokens }),
    field: "max_tokens",
  },
  {
    path: "/v1/messages",
    into: "ollama",
    asked: (max_tokens) => ({ messages, max_tokens }),
    sent: (tokens) => ({ options: { num_predict: tokens } }),
    field: "max_tokens",
  },
  {
    path: "/v1/chat/completions",
    into: "anthropic-messages",
    asked: (max_completion_tokens) => ({ messages, max_completion_tokens }),
    sent: (max_tokens) => ({ max_tokens }),
    field: "max_completion_tokens",
  },
  {
    path: "/api/chat",
    into: "openai-chat",
    asked: (tokens) => ({ messages, options: { num_predict: tokens } }),
    sent: (max_tokens) => ({ max_tokens }),
    field: "options.num_predict",
  },
  {
    path: "/api/generate",
    into: "openai-chat",
    asked: (tokens) => ({ raw: true, prompt: "hi", options: { num_predict: tokens } }),
    sent: (max_tokens) => ({ max_tokens }),
    field: "options.num_predict",
  },
];

test.each(rows)("$path into $into: no more than it gives", ({ path, into, asked, sent, field }) => {
  const call = (request: JsonRecord, maxOutputTokens: number | null) =>
    translatedCall(path, request, into, {}, { maxOutputTokens });
  expect(call(asked(limit + 1), limit)).toMatchObject({ sent: sent(limit), dropped: [field] });
  expect(call(asked(limit), limit)).toMatchObject({ sent: sent(limit), dropped: [], added: [] });
  expect(call(asked(limit + 1), null)).toMatchObject({ sent: sent(limit + 1), dropped: [] });
});

test.each([
  [limit, limit],
  [null, 8_192],
])("where Anthropic wants a limit and nobody set one, that of %p is %i", (given, max_tokens) => {
  const asking = { maxOutputTokens: given };
  const into = "anthropic-messages";
  const call = translatedCall("/v1/chat/completions", { messages }, into, {}, asking);
  expect(call).toMatchObject({ sent: { max_tokens }, added: ["max_tokens"], dropped: [] });
});

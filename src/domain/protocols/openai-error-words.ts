// Errors of servers of other protocols in the words of OpenAI's clients.
import type { WrittenObject } from "../bytes/json-written.ts";
import { contextOverflow } from "./context-overflow.ts";
import { readErrorBody } from "./upstream-error.ts";

/** An upstream's error answer, as a body: its own words, under OpenAI's types and codes. */
export function openAiError(status: number, body: Uint8Array): WrittenObject {
  const said = readErrorBody(body);
  const message = said?.message ?? `the upstream answered with status ${status} and said no more`;
  const { type, code } = openAiErrorWords.get(status) ?? (status < 500 ? refused : failed);
  const overflow = status < 500 && said !== null && contextOverflow(said) !== null;
  return {
    error: { message, type, param: null, code: overflow ? "context_length_exceeded" : code },
  };
}

interface ErrorWords {
  readonly type: string;
  readonly code: string | null;
}

const refused: ErrorWords = { type: "invalid_request_error", code: null };
const failed: ErrorWords = { type: "server_error", code: "upstream_error" };
const busy: ErrorWords = { type: "server_error", code: "service_unavailable" };

/** Types and codes by an upstream's status. */
export const openAiErrorWords: ReadonlyMap<number, ErrorWords> = new Map([
  [401, { type: "authentication_error", code: "authentication_error" }],
  [402, { type: "insufficient_quota", code: "insufficient_quota" }],
  [403, { type: "permission_error", code: "permission_error" }],
  [404, { type: "invalid_request_error", code: "model_not_found" }],
  [429, { type: "rate_limit_exceeded", code: "rate_limit_exceeded" }],
  [503, busy],
  [504, { type: "timeout", code: "timeout" }],
  [529, busy],
]);

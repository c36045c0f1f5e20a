// Errors of upstreams as the words of Ollama's `{"error": "message"}`.
import { failureIn } from "../failure-in.ts";
import { readUpstreamError } from "../upstream-error.ts";
import { isRecord, parseJson } from "../../bytes/json.ts";

/**
 * @param status of the answer; null for an event of a stream
 * @param body parsed, or its text
 */
export function errorWords(status: number | null, body: unknown): string {
  const said = typeof body === "string" ? (parseJson(body) ?? body) : body;
  const withStatus = status === null ? "" : ` with status ${status}`;
  const error = readUpstreamError(said) ?? (isRecord(said) ? failureIn(said, false) : null);
  return error?.message ?? `the upstream answered${withStatus} and said no more`;
}

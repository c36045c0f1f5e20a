// Errors of /v1 servers as Ollama's `{"error": "message"}`.
import { failureIn } from "../failure-in.ts";
import { readUpstreamError } from "../upstream-error.ts";
import { isRecord, parseJson } from "../../bytes/json.ts";

/**
 * The error in Ollama's form.
 * @param status of the answer; null for an event of a stream
 * @param body parsed, or its text
 */
export function errorToOllama(status: number | null, body: unknown): { readonly error: string } {
  const said = typeof body === "string" ? (parseJson(body) ?? body) : body;
  const told = status === null ? "" : ` with status ${status}`;
  const error = readUpstreamError(said) ?? (isRecord(said) ? failureIn(said, false) : null);
  return { error: error?.message ?? `the upstream answered${told} and said no more` };
}

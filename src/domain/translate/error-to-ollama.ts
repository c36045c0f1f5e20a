// Errors of /v1 servers, in the many forms they have, as Ollama's `{"error": "message"}`.
import { isRecord, parseJson } from "../json.ts";
import type { JsonRecord } from "../json.ts";
import { textMember } from "./call-ids.ts";

/**
 * The error in Ollama's form.
 * @param status of the answer; null for an event of a stream
 * @param body parsed, or its text
 */
export function errorToOllama(status: number | null, body: unknown): JsonRecord {
  const said = typeof body === "string" ? (parseJson(body) ?? body) : body;
  const told = status === null ? "" : ` with status ${status}`;
  return { error: messageOf(said) ?? `the upstream answered${told} and said no more` };
}

/** The words for people in an error, or in an object that holds one; null where there are none. */
function messageOf(said: unknown): string | null {
  if (typeof said === "string") {
    const text = said.trim();
    // A page of some proxy's says nothing that a client could use.
    return text === "" || text.startsWith("<") ? null : text;
  }
  if (Array.isArray(said)) {
    const messages = (said as readonly unknown[]).map(messageOf).filter((text) => text !== null);
    return messages.length === 0 ? null : messages.join("; ");
  }
  if (!isRecord(said)) return null;
  // `detail` is FastAPI's and `msg` its validator's; vLLM once had `message` at the top.
  for (const key of ["error", "message", "detail", "msg"]) {
    const message = messageOf(said[key]);
    if (message !== null) return message;
  }
  return textMember(said, "code") ?? textMember(said, "type");
}

// Plain 2xx answers: where they have to be JSON, and which of them are failures (SPEC section 7).
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import { choiceContent } from "./openai-chat/events.ts";
import { holdsText } from "./event-reading.ts";
import { failureIn } from "./failure-in.ts";
import { ollamaContent } from "./ollama/events.ts";
import type { UpstreamError } from "./upstream-error.ts";

/** The failure that a whole answer is; null where it is an answer. */
export function wholeFailure(answer: unknown): UpstreamError | null {
  return isRecord(answer) ? failureIn(answer, bringsContent(answer)) : failureOfList(answer);
}

/** Gemini words its errors as a list; no answer is one. */
function failureOfList(answer: unknown): UpstreamError | null {
  if (!Array.isArray(answer)) return null;
  for (const entry of (answer as readonly unknown[]).filter(isRecord)) {
    const failure = failureIn(entry, bringsContent(entry));
    if (failure !== null) return failure;
  }
  return null;
}

/** Where answers without choices keep what they bring: vectors, scores, output items, blocks. */
const lists = ["data", "embeddings", "embedding", "results", "output", "content"];

function bringsContent(answer: JsonRecord): boolean {
  const { choices } = answer;
  if (Array.isArray(choices))
    return (choices as readonly unknown[])
      .filter(isRecord)
      .some((one) => choiceContent(one) !== null);
  if (ollamaContent(answer) !== null || typeof answer["input_tokens"] === "number") return true;
  return lists.some((key) => Array.isArray(answer[key]) && holdsText(answer[key]));
}

// Which plain 2xx answers are failures, or none at all.
import type { Endpoint } from "../call/endpoint.ts";
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import { failureIn, mayFail } from "./failure-in.ts";
import { protocols } from "./protocol.ts";
import type { UpstreamError } from "./upstream-error.ts";

/** The failure that a whole answer is; null where it is an answer. */
export function wholeFailure(answer: unknown): UpstreamError | null {
  if (!isRecord(answer)) return failureOfList(answer);
  return mayFail(answer) ? failureIn(answer, bringsContent(answer)) : null;
}

/** Whether an answer has what every one of its kind has; others would look like a model that had nothing to say. */
export function isAnswerTo({ kind }: Endpoint, answer: unknown): boolean {
  return kind !== "messages" || (isRecord(answer) && Array.isArray(answer["content"]));
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

const all = Object.values(protocols);

/** In any protocol's form: servers answer in others than their path promises. */
function bringsContent(answer: JsonRecord): boolean {
  return all.some(({ events }) => events.brings(answer));
}

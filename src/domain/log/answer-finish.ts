// Why a model stopped, in chat's words whatever the format: the log speaks one language of it.
import { isRecord, type JsonRecord } from "../bytes/json.ts";

export interface FinishReader {
  /** The next document of the answer; see `visitDocuments`. */
  add(document: JsonRecord): void;
  /** Of the first choice that says so; null where none does. A word that is not known stays as it came. */
  finish(): string | null;
}

/** Other formats' words for `stop`, `length`, `tool_calls` and `content_filter`. */
const chatWords: ReadonlyMap<string, string> = new Map([
  // Anthropic's
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["pause_turn", "stop"],
  ["compaction", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_calls"],
  ["refusal", "content_filter"],
  // Responses'
  ["completed", "stop"],
  ["max_output_tokens", "length"],
  ["incomplete", "length"],
  // Chat's of old, and of other servers
  ["function_call", "tool_calls"],
  ["eos", "stop"],
  ["eos_token", "stop"],
  ["model_length", "length"],
  ["safety", "content_filter"],
]);

/** States of a Responses object that has not ended. */
const unfinished = new Set(["queued", "in_progress"]);

/** Kinds of items and blocks in which a model calls a client's tool. */
const callTypes = new Set(["function_call", "custom_tool_call", "tool_use"]);

export function createFinishReader(): FinishReader {
  let word: string | null = null;
  let calls = false;
  return {
    add(document) {
      word = wordOf(document) ?? word;
      calls ||= holdsCall(document);
    },
    finish() {
      if (word === null) return null;
      const finish = chatWords.get(word) ?? word;
      // Ollama and Responses have no word of their own for it, and some chat servers forget theirs.
      return finish === "stop" && calls ? "tool_calls" : finish;
    },
  };
}

function wordOf(document: JsonRecord): string | null {
  const { choices, delta, response } = document;
  return (
    text(document["done_reason"]) ??
    text(document["stop_reason"]) ??
    (Array.isArray(choices) ? choiceWord(choices) : null) ??
    (isRecord(delta) ? text(delta["stop_reason"]) : null) ??
    responseWord(document) ??
    responseWord(response)
  );
}

function choiceWord(choices: readonly unknown[]): string | null {
  for (const choice of choices) {
    const found = isRecord(choice) ? text(choice["finish_reason"]) : null;
    if (found !== null) return found;
  }
  return null;
}

/** An incomplete response's word is its reason. */
function responseWord(object: unknown): string | null {
  if (!isRecord(object) || object["object"] !== "response") return null;
  const { status, incomplete_details: details } = object;
  const reason = status === "incomplete" && isRecord(details) ? text(details["reason"]) : null;
  const word = reason ?? text(status);
  return word === null || unfinished.has(word) ? null : word;
}

function text(candidate: unknown): string | null {
  return typeof candidate === "string" && candidate !== "" ? candidate : null;
}

function holdsCall(document: JsonRecord): boolean {
  const { choices, message, item, content_block: block, output, content, response } = document;
  return (
    hasCalls(message) ||
    isCall(item) ||
    isCall(block) ||
    (Array.isArray(output) && output.some(isCall)) ||
    (Array.isArray(content) && content.some(isCall)) ||
    (isRecord(response) && Array.isArray(response["output"]) && response["output"].some(isCall)) ||
    (Array.isArray(choices) &&
      choices.some(
        (choice) => isRecord(choice) && (hasCalls(choice["message"]) || hasCalls(choice["delta"])),
      ))
  );
}

function hasCalls(message: unknown): boolean {
  if (!isRecord(message)) return false;
  const { tool_calls: calls, function_call: call } = message;
  return (Array.isArray(calls) && calls.length > 0) || isRecord(call);
}

function isCall(item: unknown): boolean {
  return isRecord(item) && callTypes.has(String(item["type"]));
}

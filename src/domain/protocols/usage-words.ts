// The words of a protocol for what an answer used, and for why it ended.
import { isRecord, type JsonRecord } from "../bytes/json.ts";

/**
 * Each count by itself, for Anthropic's streams report the prompt with their first event and the
 * answer with their last. `input` is a prompt that may leave out what the cache had.
 */
export type CountName =
  | "prompt"
  | "input"
  | "cacheRead"
  | "cacheWritten"
  | "completion"
  | "total"
  | "cached"
  | "reasoning";

export interface UsageWords {
  /** The usage of a document that has none at its top; null: it has none elsewhere. */
  readonly nested: (document: JsonRecord) => JsonRecord | null;
  /** Where each count stands in a usage, the first that is there; a dot leads into an object. */
  readonly counts: Partial<Record<CountName, readonly string[]>>;
  /** Counts that stand at a document's top, without a usage around them. */
  readonly bare: Partial<Record<CountName, string>>;
  /** An object in a usage that shows its input to include what the cache had; null: none does. */
  readonly includesCache: string | null;
  /** The type of a stream's first document, whose completion is not what it will be; null: all count. */
  readonly beginning: string | null;
}

export interface FinishWords {
  /** Why the answer ended, as the document says; null: it says nothing of it. */
  word(document: JsonRecord): string | null;
  /** Its words for `stop`, `length`, `tool_calls` and `content_filter`, where they are others. */
  readonly inChat: readonly (readonly [word: string, chats: string])[];
  /** Whether a document calls a client's tool. */
  calls(document: JsonRecord): boolean;
}

/** The `usage` of what may hold one. */
export function usageIn(holder: unknown): JsonRecord | null {
  if (!isRecord(holder)) return null;
  const { usage } = holder;
  return isRecord(usage) ? usage : null;
}

/** A word; null where there is none. */
export function wordIn(candidate: unknown): string | null {
  return typeof candidate === "string" && candidate !== "" ? candidate : null;
}

/** Whether a message, or a piece of one, holds a tool's call, as chat and Ollama write it. */
export function hasCalls(message: unknown): boolean {
  if (!isRecord(message)) return false;
  const { tool_calls: calls, function_call: call } = message;
  return (Array.isArray(calls) && calls.length > 0) || isRecord(call);
}

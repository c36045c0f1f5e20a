// Whether a call's prompt was cut, by what was read of it. Its words are looked at again only where the
// count leaves room for doubt, which it hardly ever does.
import type { JsonRecord } from "../../../domain/bytes/json.ts";
import { isRecord } from "../../../domain/bytes/json.ts";
import type { Turn } from "../../../domain/conversation/turn.ts";
import type { AnswerReading } from "../../../domain/log/answer-reading.ts";
import type { LogEntry } from "../../../domain/log/log-entry.ts";
import { isPromptCut, mayBeCut } from "../../../domain/log/prompt-cut.ts";
import type { ModelContext } from "./call-contexts.ts";

export interface ReadPrompt {
  readonly entry: Pick<LogEntry, "state" | "service" | "protocol">;
  readonly read: Pick<AnswerReading, "reported" | "cachedTokens">;
  /** Characters of the prompt that a model reads. */
  readonly characters: number;
  /** Tokens that its prompt may have, where the request says so to Ollama; null: it does not. */
  readonly contextWanted: number | null;
  /** What is known of the model that answered. */
  readonly model: ModelContext;
  /** Of the request. */
  turns(): readonly Turn[];
}

export function wasPromptCut(prompt: ReadPrompt): boolean {
  const { entry, read, characters, contextWanted: wanted, model } = prompt;
  const { prompt: counted } = read.reported;
  if (entry.state !== "completed" || counted === null) return false;
  // Where it was translated, the wish may have been left out.
  const isHeard = entry.service === "ollama" && entry.protocol === "native";
  const known = {
    counted,
    cached: read.cachedTokens ?? 0,
    context: (isHeard ? wanted : null) ?? model.tokens,
    isOllama: model.isOllama,
  };
  return mayBeCut(characters, known) && isPromptCut(prompt.turns(), known);
}

/** `options.num_ctx` of a request to Ollama, in tokens; null: it has none. */
export function contextWanted({ options }: JsonRecord): number | null {
  const wanted = isRecord(options) ? options["num_ctx"] : undefined;
  return typeof wanted === "number" && wanted > 0 ? wanted : null;
}

/** Whether a document of an answer is in Ollama's own words, or in those of its OpenAI surface. */
export function isOllamas(document: JsonRecord): boolean {
  return document["system_fingerprint"] === "fp_ollama" || "eval_count" in document;
}

// Whether an upstream read less of a prompt than was sent: model servers cut what does not fit, in silence.
import type { Turn, TurnPart } from "../conversation/turn.ts";

export interface CountedPrompt {
  /** Tokens as the upstream counted them. */
  readonly counted: number;
  /** Of these, what it read from a cache; 0 where it does not say. */
  readonly cached: number;
  /** Tokens that fit into the model's context, as the request asked for or the server said; null: not known. */
  readonly context: number | null;
  /** Ollama's versions before 0.4, and 0.30, leave what is cached out of their counts, and do not say so. */
  readonly isOllama: boolean;
}

/** Contexts that Ollama chooses by itself, or that people set. */
const usualContexts: ReadonlySet<number> = new Set(
  [2, 4, 8, 16, 32, 64, 128, 256].map((thousands) => thousands * 1024),
);
/** Fewer are what a cache left over, or stand for no count: no context is so small. */
const fewestCounted = 512;
/** Prose has four to five characters for a token, code and other alphabets fewer: what has no more than this was read whole. */
const clearlyMore = 6;
/**
 * Prose is 1.5 tokens for a word, code and most other languages 2 to 5, single letters and one short
 * word again and again 1. Some vocabularies have tokens of several words: they take two thirds.
 */
const farMore = 1.5;

/** Characters of a prompt that reach the model as text. Reasoning of earlier turns does not: templates leave it out. */
export function sentCharacters(turns: readonly Turn[]): number {
  let characters = 0;
  for (const { parts } of turns)
    for (const part of parts) characters += sentText(part)?.length ?? 0;
  return characters;
}

/** Whether a prompt is worth a closer look, going by its length in characters; true for hardly any that was read whole. */
export function mayBeCut(characters: number, { counted, cached, context }: CountedPrompt): boolean {
  return counted === context || characters > clearlyMore * (counted + cached);
}

/** @param turns of the request */
export function isPromptCut(turns: readonly Turn[], prompt: CountedPrompt): boolean {
  // Then there is no room for an answer, so this is no chance.
  if (prompt.counted === prompt.context) return true;
  const most = mostRead(prompt);
  return most !== null && holdsMoreTokens(turns, most);
}

/** Tokens of which no prompt has more that was read whole; null: its count does not say. */
function mostRead({ counted, cached, context, isOllama }: CountedPrompt): number | null {
  // Loaded anew for this call, the model has another context than its server said.
  if (context !== null && counted < context) return farMore * context;
  if (isOllama) return usualContexts.has(counted) ? counted : null;
  return counted < fewestCounted ? null : farMore * (counted + cached);
}

/** null: it has no text, or does not reach the model. */
function sentText(part: TurnPart): string | null {
  if (part.kind === "tool-call") return part.arguments;
  const isSent = part.kind === "text" || part.kind === "refusal" || part.kind === "tool-result";
  return isSent ? part.text : null;
}

/** Of scripts without spaces, so many characters are a token at the least. */
const charactersOfIdeograms = 4;
const word = /[\p{L}\p{M}]+/gu;
const ideogram = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * Whether the fewest tokens that texts can be are more than so many. Tokens end where words do, in nearly
 * every vocabulary, however many spaces, dashes or digits they take in; so each run of letters is one at
 * least. Media say nothing.
 */
export function holdsMoreTokens(turns: readonly Turn[], most: number): boolean {
  let tokens = 0;
  for (const { parts } of turns)
    for (const part of parts)
      for (const [run] of sentText(part)?.matchAll(word) ?? []) {
        tokens += ideogram.test(run) ? run.length / charactersOfIdeograms : 1;
        if (tokens > most) return true;
      }
  return false;
}

// Whether an upstream refuses a request for having more tokens than its model takes: every server has
// words of its own for it, and agents shorten the conversation only where they recognise it.
import type { UpstreamError } from "./upstream-error.ts";

export interface ContextOverflow {
  /** Of the request, and what the model takes; null: the upstream does not say both. */
  readonly figures: { readonly tokens: number; readonly limit: number } | null;
}

/** OpenAI's and its like's, and llama.cpp's. */
const codes: ReadonlySet<string> = new Set([
  "context_length_exceeded",
  "exceed_context_size_error",
]);

/** vLLM and OpenAI, Anthropic, Ollama, Gemini, Groq; then llama.cpp, SGLang, LM Studio and others. */
const wordings: readonly RegExp[] = [
  /maximum (context|model) length/i,
  /prompt (is )?too long/i,
  /input token count.* exceeds/i,
  /reduce the length of the (messages|prompt|input)/i,
  /(exceed|overflow|longer than|greater than|larger than)[^.]*\bcontext\b/i,
  /\bcontext\b[^.]*(exceed|overflow)/i,
];

/** What stands before the number of tokens that the model takes. */
const limitAfter =
  /(?:maximum (?:context|model) length|context (?:length|size|window)|tokens allowed|tokens >)[^\d.]{0,12}(\d[\d,]*)/i;

/** null: it is about something else. */
export function contextOverflow({ message, codes: own }: UpstreamError): ContextOverflow | null {
  const said =
    own.some((code) => codes.has(code)) || wordings.some((wording) => wording.test(message));
  return said ? { figures: figuresIn(message) } : null;
}

function figuresIn(message: string): ContextOverflow["figures"] {
  const found = limitAfter.exec(message)?.[1];
  if (found === undefined) return null;
  const limit = amount(found);
  const tokens = (message.match(/\d[\d,]*/g) ?? []).map(amount).find((one) => one > limit);
  return tokens === undefined ? null : { tokens, limit };
}

function amount(text: string): number {
  return Number(text.replaceAll(",", ""));
}

// The token counts an answer reports of itself, in every format: the one reader of them, for log,
// metrics and traces alike.
import { parseRecord, visitDocuments } from "./answer-documents.ts";
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import type { CapturedBody } from "./log-entry.ts";

/** null: not reported; 0 is as good as that. */
export interface ReportedUsage {
  /** What was read from and written to a cache included. */
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly total: number | null;
  /** Of the prompt, what was read from a cache; 0 says that nothing was. */
  readonly cached: number | null;
  /** Of the completion, what was thinking; 0 says that nothing was. */
  readonly reasoning: number | null;
}

export const noUsage: ReportedUsage = {
  prompt: null,
  completion: null,
  total: null,
  cached: null,
  reasoning: null,
};

export interface UsageReader {
  /** The next document of the answer; see `visitDocuments`. */
  add(document: JsonRecord): void;
  usage(): ReportedUsage;
}

/**
 * Each count by itself, for Anthropic's streams report the prompt with their first event and the
 * answer with their last. The last value counts; a 0 does not take the place of a number.
 */
type Counts = Record<
  | "prompt"
  | "input"
  | "cacheRead"
  | "cacheWritten"
  | "completion"
  | "total"
  | "cached"
  | "reasoning",
  number | null
>;

/** Where each count stands, in the order asked; the first that is there is taken. */
const places: Readonly<Record<keyof Counts, readonly string[]>> = {
  prompt: ["prompt_tokens"],
  input: ["input_tokens"],
  cacheRead: ["cache_read_input_tokens"],
  cacheWritten: ["cache_creation_input_tokens"],
  completion: ["completion_tokens", "output_tokens"],
  total: ["total_tokens"],
  cached: [
    "prompt_tokens_details.cached_tokens",
    "input_tokens_details.cached_tokens",
    "prompt_cache_hit_tokens", // DeepSeek
    "cached_tokens", // Moonshot
  ],
  reasoning: [
    "completion_tokens_details.reasoning_tokens",
    "output_tokens_details.reasoning_tokens",
    "output_tokens_details.thinking_tokens", // Anthropic
  ],
};
const names = Object.keys(places) as readonly (keyof Counts)[];

export function createUsageReader(): UsageReader {
  const counts: Counts = {
    prompt: null,
    input: null,
    cacheRead: null,
    cacheWritten: null,
    completion: null,
    total: null,
    cached: null,
    reasoning: null,
  };
  /** Within the input already, as OpenAI counts it; else beside it, as Anthropic does. */
  let includesCache = false;

  function report(name: keyof Counts, value: number | null): void {
    if (value !== null && (value > 0 || counts[name] === null)) counts[name] = value;
  }

  return {
    add(document) {
      // Ollama's stand at the top, by names of their own.
      report("prompt", count(document["prompt_eval_count"]));
      report("completion", count(document["eval_count"]));
      const usage = usageOf(document);
      if (usage === null) return;
      includesCache ||= isRecord(usage["input_tokens_details"]);
      // What a stream counts before it has said anything is not what it will have said.
      const isBeginning = document["type"] === "message_start";
      for (const name of names)
        if (!isBeginning || name !== "completion") report(name, at(usage, places[name]));
    },
    usage() {
      const { input, cacheRead, cacheWritten, completion, total, cached, reasoning } = counts;
      const beside = includesCache ? 0 : (cacheRead ?? 0) + (cacheWritten ?? 0);
      const prompt = counts.prompt ?? (input === null ? null : input + beside);
      return {
        prompt: positive(prompt),
        completion: positive(completion),
        total: positive(total),
        cached: cached ?? cacheRead,
        reasoning,
      };
    },
  };
}

/**
 * Usage as one document reports it: at its top, in the `response` of a Responses event, in the
 * `message` of an Anthropic one, in the first choice (Moonshot), or under a name of Groq's.
 */
function usageOf(document: JsonRecord): JsonRecord | null {
  const { choices } = document;
  return (
    usageIn(document) ??
    usageIn(document["response"]) ??
    usageIn(document["message"]) ??
    (Array.isArray(choices) ? usageIn(choices[0]) : null) ??
    usageIn(document["x_groq"])
  );
}

function usageIn(holder: unknown): JsonRecord | null {
  if (!isRecord(holder)) return null;
  const { usage } = holder;
  return isRecord(usage) ? usage : null;
}

function at(usage: JsonRecord, paths: readonly string[]): number | null {
  for (const path of paths) {
    const [first = "", second] = path.split(".");
    const inner = usage[first];
    const found = count(second === undefined ? inner : isRecord(inner) ? inner[second] : null);
    if (found !== null) return found;
  }
  return null;
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function positive(value: number | null): number | null {
  return value === 0 ? null : value;
}

/** Bytes at the beginning and at the end of a long answer that are looked at: usage is said first or last. */
const headBytes = 8 * 1024;
const tailBytes = 32 * 1024;

/** What a document with usage holds; others are not parsed. */
const namesUsage = /"usage"\s*:\s*\{|_eval_count"/;

/**
 * Usage as an answer reports it, without reading all of it: for where nothing else needs to be read.
 * Of an answer that was kept cut, the part that was said at its beginning.
 */
export function reportedUsage(body: CapturedBody | null): ReportedUsage {
  if (body === null) return noUsage;
  const { bytes, isWhole } = edges(body.chunks);
  const reader = createUsageReader();
  const add = (document: JsonRecord) => {
    reader.add(document);
  };
  visitDocuments(bytes, add, (text) => namesUsage.test(text));
  // One document too long to be looked at whole has its usage near its end.
  if (!isWhole) lastCounts(new TextDecoder().decode(bytes.subarray(-tailBytes))).forEach(add);
  const { prompt, cached, ...later } = reader.usage();
  return body.truncated ? { ...noUsage, prompt, cached } : { prompt, cached, ...later };
}

/** An answer in one piece; of a long one its beginning and its end, parted by a line's end. */
function edges(chunks: readonly Uint8Array[]): { readonly bytes: Uint8Array; isWhole: boolean } {
  let size = 0;
  for (const chunk of chunks) size += chunk.length;
  if (size <= headBytes + tailBytes) return { bytes: joined(chunks), isWhole: true };
  const [head, tail]: Uint8Array[][] = [[], []];
  for (let at = 0, left = headBytes; left > 0; at++) {
    const piece = chunks[at]?.subarray(0, left) ?? new Uint8Array(0);
    left -= piece.length;
    head?.push(piece);
  }
  for (let at = chunks.length - 1, left = tailBytes; left > 0; at--) {
    const chunk = chunks[at] ?? new Uint8Array(0);
    const piece = chunk.subarray(Math.max(0, chunk.length - left));
    left -= piece.length;
    tail?.unshift(piece);
  }
  const lineEnd = new Uint8Array([0x0a]);
  return { bytes: joined([...(head ?? []), lineEnd, ...(tail ?? [])]), isWhole: false };
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) return first;
  let size = 0;
  for (const chunk of chunks) size += chunk.length;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** The last usage in the rest of a JSON text; within a text of the model's the quotes would be escaped. */
function lastCounts(text: string): readonly JsonRecord[] {
  const usage = /^\s*:\s*(\{(?:[^{}]|\{[^{}]*\})*\})/.exec(behindLast(text, '"usage"'))?.[1];
  const parsed = usage === undefined ? null : parseRecord(usage);
  const evaluated = /^\s*:\s*(\d{1,12})\b/.exec(behindLast(text, '"prompt_eval_count"'))?.[1];
  return [
    ...(parsed === null ? [] : [{ usage: parsed }]),
    ...(evaluated === undefined ? [] : [{ prompt_eval_count: Number(evaluated) }]),
  ];
}

function behindLast(text: string, key: string): string {
  const at = text.lastIndexOf(key);
  return at < 0 || text[at - 1] === "\\" ? "" : text.slice(at + key.length);
}

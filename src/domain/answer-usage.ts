// The token counts an answer's end reports, found without reading all of it: for counters that must cost next to nothing.
import type { CapturedBody } from "./log-entry.ts";

export interface ReportedUsage {
  /** null: not reported. */
  readonly prompt: number | null;
  readonly completion: number | null;
}

/** Bytes at the end of an answer that are looked at: usage is among the last things said. */
const tailBytes = 8_192;

/** OpenAI's chat and responses, Anthropic's and Ollama's names for the same thing. */
const promptKeys = ["prompt_tokens", "input_tokens", "prompt_eval_count"];
const completionKeys = ["completion_tokens", "output_tokens", "eval_count"];

/** The counts reported last; of an answer that was kept cut, none: its end is missing. */
export function reportedUsage(body: CapturedBody | null): ReportedUsage {
  if (body === null || body.truncated) return { prompt: null, completion: null };
  const text = tailOf(body.chunks);
  return { prompt: lastCount(text, promptKeys), completion: lastCount(text, completionKeys) };
}

function tailOf(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  let text = "";
  let left = tailBytes;
  for (let index = chunks.length - 1; index >= 0 && left > 0; index--) {
    const chunk = chunks[index] ?? new Uint8Array(0);
    const part = chunk.subarray(Math.max(0, chunk.length - left));
    left -= part.length;
    text = decoder.decode(part) + text;
  }
  return text;
}

/** The number behind the last of these keys that stands in JSON and not in a text: there its quotes are escaped. */
function lastCount(text: string, keys: readonly string[]): number | null {
  let found: number | null = null;
  let foundAt = -1;
  for (const key of keys) {
    const at = text.lastIndexOf(`"${key}"`);
    if (at <= foundAt || text[at - 1] === "\\") continue;
    const value = /^\s*:\s*(\d{1,12})(?![\d.])/.exec(text.slice(at + key.length + 2));
    if (value === null) continue;
    foundAt = at;
    found = Number(value[1]);
  }
  return found;
}

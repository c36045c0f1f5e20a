// Log probabilities of a choice, in Ollama's form: a flat list of tokens.
import { isRecord } from "../json.ts";
import type { JsonRecord } from "../json.ts";

/** The tokens of a choice of a chat, or of a completion in its older form; none where it has none. */
export function readLogprobs(choice: JsonRecord): readonly JsonRecord[] {
  const { logprobs } = choice;
  if (!isRecord(logprobs)) return [];
  if (Array.isArray(logprobs["content"])) return logprobs["content"].filter(isRecord).map(token);
  const tokens = listOf(logprobs["tokens"]);
  const values = listOf(logprobs["token_logprobs"]);
  const tops = listOf(logprobs["top_logprobs"]);
  return tokens.map((text, index) => {
    const top = tops[index];
    const others = isRecord(top)
      ? Object.entries(top).map(([other, logprob]) => ({ token: other, logprob }))
      : [];
    const held = others.length > 0 ? { top_logprobs: others } : {};
    return { token: text, logprob: values[index] ?? null, ...held };
  });
}

function token(entry: JsonRecord): JsonRecord {
  const top = listOf(entry["top_logprobs"]).filter(isRecord).map(plainToken);
  return top.length > 0 ? { ...plainToken(entry), top_logprobs: top } : plainToken(entry);
}

function plainToken(entry: JsonRecord): JsonRecord {
  const bytes = Array.isArray(entry["bytes"]) ? { bytes: entry["bytes"] } : {};
  return { token: entry["token"], logprob: entry["logprob"], ...bytes };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

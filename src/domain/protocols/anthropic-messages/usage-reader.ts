// What an answer of Anthropic's says of tokens: its prompt leaves out what the cache had, the neutral form's does not.
import { isRecord } from "../../bytes/json.ts";
import { jsonSource, type JsonSource } from "../../bytes/json-source.ts";
import type { UsageEvent } from "../neutral/answer.ts";

export interface UsageReader {
  /**
   * Takes the next word on usage, which a stream says in parts.
   * @param begins it is a stream's first, whose answer is not yet what it will be
   * @returns null where it counts nothing
   */
  take(usage: JsonSource, begins: boolean): UsageEvent | null;
}

export function createUsageReader(): UsageReader {
  let input: JsonSource | null = null;
  let cacheRead: JsonSource | null = null;
  let cacheWritten: JsonSource | null = null;

  return {
    take(usage, begins) {
      if (!isRecord(usage.value)) return null;
      input = count(usage, "input_tokens") ?? input;
      cacheRead = count(usage, "cache_read_input_tokens") ?? cacheRead;
      cacheWritten = count(usage, "cache_creation_input_tokens") ?? cacheWritten;
      const details = usage.member("output_tokens_details");
      return {
        kind: "usage",
        prompt: sum(input, cacheRead, cacheWritten),
        completion: begins ? null : count(usage, "output_tokens"),
        cacheRead,
        cacheWritten,
        reasoning: begins ? null : count(details, "thinking_tokens"),
        promptMs: null,
        completionMs: null,
      };
    },
  };
}

function count(holder: JsonSource, key: string): JsonSource | null {
  const value = holder.record[key];
  return typeof value === "number" && value >= 0 ? holder.member(key) : null;
}

/** In the upstream's own digits where there is nothing to add; null where it says nothing of its prompt. */
function sum(
  input: JsonSource | null,
  ...cached: readonly (JsonSource | null)[]
): JsonSource | null {
  if (input === null) return null;
  const more = cached.map((source) => Number(source?.value ?? 0)).filter((value) => value > 0);
  if (more.length === 0) return input;
  const total = more.reduce((all, value) => all + value, Number(input.value));
  return jsonSource(total, () => ({ bytes: encoder.encode(JSON.stringify(total)), start: 0 }));
}

const encoder = new TextEncoder();

// Counts of tokens as Responses has them, estimated where nobody counted: clients fail without.
import type { JsonSource } from "../../bytes/json-source.ts";
import { ownNumber, type RawJson, type WrittenObject } from "../../bytes/json-written.ts";
import type { UsageEvent } from "../neutral/answer.ts";

export interface ResponseUsage {
  /** Takes the next word on usage; the last on each count is the one that holds. */
  take(usage: UsageEvent): void;
  /** @param characters of what the model wrote */
  written(characters: number): WrittenObject;
}

/** Prose and code come within a third of it. */
const charactersPerToken = 4;

/** @param estimate of the prompt's tokens */
export function createResponseUsage(estimate: () => number): ResponseUsage {
  let prompt: JsonSource | null = null;
  let completion: JsonSource | null = null;
  let cacheRead: JsonSource | null = null;
  let cacheWritten: JsonSource | null = null;
  let reasoning: JsonSource | null = null;
  return {
    take(usage) {
      prompt = usage.prompt ?? prompt;
      completion = usage.completion ?? completion;
      cacheRead = usage.cacheRead ?? cacheRead;
      cacheWritten = usage.cacheWritten ?? cacheWritten;
      reasoning = usage.reasoning ?? reasoning;
    },
    written(characters) {
      const input = amount(prompt) ?? estimate();
      const output = amount(completion) ?? Math.ceil(characters / charactersPerToken);
      return {
        input_tokens: count(input),
        input_tokens_details: {
          cache_write_tokens: count(amount(cacheWritten) ?? 0),
          cached_tokens: count(amount(cacheRead) ?? 0),
        },
        output_tokens: count(output),
        output_tokens_details: { reasoning_tokens: count(amount(reasoning) ?? 0) },
        total_tokens: count(input + output),
      };
    },
  };
}

/** null: nobody said it, or said 0, which is as good as that where there is a text. */
function amount(source: JsonSource | null): number | null {
  return typeof source?.value === "number" && source.value > 0 ? source.value : null;
}

function count(value: number): RawJson {
  return ownNumber(Math.max(0, Math.round(value)));
}

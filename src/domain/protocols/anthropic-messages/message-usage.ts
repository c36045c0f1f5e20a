// Counts of tokens as Anthropic writes them: the input leaves out what the cache had.
import type { JsonSource } from "../../bytes/json-source.ts";
import { ownNumber, type RawJson, type WrittenObject } from "../../bytes/json-written.ts";
import type { UsageEvent } from "../neutral/answer.ts";

export interface MessageUsage {
  /** Takes the next word on usage; the last on each count is the one that holds. */
  take(usage: UsageEvent): void;
  /** As it stands; counts that nobody gave are 0, for clients add them up, and the input's an estimate. */
  written(): WrittenObject;
}

/** @param estimate of the input's tokens, for as long as nobody gives the count */
export function createMessageUsage(estimate: () => number): MessageUsage {
  let prompt: JsonSource | null = null;
  let completion: JsonSource | null = null;
  let cacheRead: JsonSource | null = null;
  let cacheWritten: JsonSource | null = null;
  let reasoning: JsonSource | null = null;
  let estimated: number | null = null;

  function input(): RawJson {
    if (prompt === null) return whole((estimated ??= estimate()));
    const cached = amount(cacheRead) + amount(cacheWritten);
    return cached === 0 ? count(prompt) : whole(amount(prompt) - cached);
  }

  return {
    take(usage) {
      prompt = usage.prompt ?? prompt;
      completion = usage.completion ?? completion;
      cacheRead = usage.cacheRead ?? cacheRead;
      cacheWritten = usage.cacheWritten ?? cacheWritten;
      reasoning = usage.reasoning ?? reasoning;
    },
    written() {
      return {
        input_tokens: input(),
        cache_creation_input_tokens: count(cacheWritten),
        cache_read_input_tokens: count(cacheRead),
        output_tokens: count(completion),
        ...(reasoning === null
          ? {}
          : { output_tokens_details: { thinking_tokens: count(reasoning) } }),
      };
    },
  };
}

function amount(source: JsonSource | null): number {
  return typeof source?.value === "number" ? source.value : 0;
}

/** As the server wrote it, where that is a whole number. */
function count(source: JsonSource | null): RawJson {
  const raw = source?.raw() ?? ownNumber(0);
  return /^\d+$/.test(raw.text) ? raw : whole(amount(source));
}

function whole(value: number): RawJson {
  return ownNumber(Math.max(0, Math.round(value)));
}

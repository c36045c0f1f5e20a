// An answer's counts as a chat's `usage`.
import type { JsonSource } from "../../bytes/json-source.ts";
import { ownNumber, type RawJson, type WrittenObject } from "../../bytes/json-written.ts";
import type { UsageEvent } from "../neutral/answer.ts";

export interface UsageWriter {
  /** Takes the next word on usage; the last on each matter counts. */
  take(usage: UsageEvent): void;
  /** null: nobody said anything of it. */
  written(): WrittenObject | null;
}

type Counts = Pick<
  UsageEvent,
  "prompt" | "completion" | "cacheRead" | "cacheWritten" | "reasoning"
>;

export function createUsageWriter(): UsageWriter {
  let counts: Counts | null = null;
  return {
    take(said) {
      counts = {
        prompt: said.prompt ?? counts?.prompt ?? null,
        completion: said.completion ?? counts?.completion ?? null,
        cacheRead: said.cacheRead ?? counts?.cacheRead ?? null,
        cacheWritten: said.cacheWritten ?? counts?.cacheWritten ?? null,
        reasoning: said.reasoning ?? counts?.reasoning ?? null,
      };
    },
    written: () => (counts === null ? null : usageOf(counts)),
  };
}

function usageOf({
  prompt,
  completion,
  cacheRead,
  cacheWritten,
  reasoning,
}: Counts): WrittenObject {
  return {
    prompt_tokens: count(prompt),
    completion_tokens: count(completion),
    total_tokens: ownNumber(amount(prompt) + amount(completion)),
    ...details("prompt_tokens_details", {
      cached_tokens: cacheRead?.raw(),
      cache_write_tokens: cacheWritten?.raw(),
    }),
    ...details("completion_tokens_details", { reasoning_tokens: reasoning?.raw() }),
  };
}

function details(key: string, held: Readonly<Record<string, RawJson | undefined>>): WrittenObject {
  return Object.values(held).some((one) => one !== undefined) ? { [key]: held } : {};
}

function count(source: JsonSource | null): RawJson {
  return source?.raw() ?? ownNumber(0);
}

function amount(source: JsonSource | null): number {
  return typeof source?.value === "number" ? source.value : 0;
}

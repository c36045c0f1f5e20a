// What a chat's document says of tokens and time.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { UsageEvent } from "../neutral/answer.ts";

/** @param document one with `usage` or `timings`; of any other it is all null */
export function usageEvent(document: JsonSource): UsageEvent {
  const { timings, usage } = document.record;
  const measured = isRecord(timings) ? timings : null;
  const counted = isRecord(usage) ? usage : null;
  const source = document.member("usage");
  const counts = (key: string) => (amount(counted?.[key]) === null ? null : source.member(key));
  const detail = (of: string, key: string) => {
    const details = counted?.[of];
    return isRecord(details) && amount(details[key]) !== null
      ? source.member(of).member(key)
      : null;
  };
  return {
    kind: "usage",
    prompt: counts("prompt_tokens"),
    completion: counts("completion_tokens"),
    cacheRead: detail("prompt_tokens_details", "cached_tokens"),
    cacheWritten: detail("prompt_tokens_details", "cache_write_tokens"),
    reasoning: detail("completion_tokens_details", "reasoning_tokens"),
    // Groq's are in seconds, llama.cpp's in ms.
    promptMs: inMs(counted?.["prompt_time"]) ?? amount(measured?.["prompt_ms"]),
    completionMs: inMs(counted?.["completion_time"]) ?? amount(measured?.["predicted_ms"]),
  };
}

function amount(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

function inMs(seconds: unknown): number | null {
  const read = amount(seconds);
  return read === null ? null : read * 1000;
}

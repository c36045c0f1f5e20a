// Ollama's counts and durations from what an OpenAI answer says, else from what the router measured.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { ownNumber, type RawJson, type WrittenObject } from "../../bytes/json-written.ts";

/** Measured by the router, in ms. */
export interface Timings {
  /** From the request sent to the answer's end. */
  readonly totalMs: number;
  /** From the request sent to the first content; null where the answer came in one piece. */
  readonly ttftMs: number | null;
}

export interface Metrics {
  /** Takes the next document of an answer; the last word on each matter counts. */
  read(document: JsonSource): void;
  /** The counts and durations of Ollama's last line. */
  statistics(timings: Timings): WrittenObject;
  /** Those of its embeddings. */
  embedStatistics(timings: Timings): WrittenObject;
}

/** Counts and durations that nobody gave are 0, as Ollama's own are where there is none. */
export function createMetrics(): Metrics {
  let prompt: JsonSource | null = null;
  let completion: JsonSource | null = null;
  let promptMs: number | null = null;
  let completionMs: number | null = null;

  return {
    read(document) {
      // llama.cpp's own measures, in ms.
      const { timings, usage } = document.record;
      if (isRecord(timings)) {
        promptMs = amount(timings["prompt_ms"]) ?? promptMs;
        completionMs = amount(timings["predicted_ms"]) ?? completionMs;
      }
      if (!isRecord(usage)) return;
      const source = document.member("usage");
      if (amount(usage["prompt_tokens"]) !== null) prompt = source.member("prompt_tokens");
      if (amount(usage["completion_tokens"]) !== null)
        completion = source.member("completion_tokens");
      // Groq's, in seconds.
      promptMs = seconds(usage["prompt_time"]) ?? promptMs;
      completionMs = seconds(usage["completion_time"]) ?? completionMs;
    },
    statistics({ totalMs, ttftMs }) {
      const first = ttftMs ?? 0;
      return {
        total_duration: nanoseconds(totalMs),
        load_duration: ownNumber(0),
        prompt_eval_count: count(prompt),
        prompt_eval_duration: nanoseconds(promptMs ?? first),
        eval_count: count(completion),
        eval_duration: nanoseconds(completionMs ?? totalMs - first),
      };
    },
    embedStatistics: ({ totalMs }) => ({
      total_duration: nanoseconds(totalMs),
      load_duration: ownNumber(0),
      prompt_eval_count: count(prompt),
    }),
  };
}

function amount(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

function seconds(value: unknown): number | null {
  const read = amount(value);
  return read === null ? null : read * 1000;
}

/** As the server wrote it. Ollama's clients want a whole number, written as one. */
function count(source: JsonSource | null): RawJson {
  const raw = source?.raw() ?? ownNumber(0);
  return /^\d+$/.test(raw.text) ? raw : ownNumber(Math.round(Number(raw.text)));
}

function nanoseconds(ms: number): RawJson {
  return ownNumber(Math.max(0, Math.round(ms * 1e6)));
}

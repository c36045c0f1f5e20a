// Ollama's counts and durations from what an OpenAI answer says, else from what the router measured.
import { isRecord } from "../json.ts";
import type { JsonRecord } from "../json.ts";

/** Measured by the router, in ms. */
export interface Timings {
  /** From the request sent to the answer's end. */
  readonly totalMs: number;
  /** From the request sent to the first content; null where the answer came in one piece. */
  readonly ttftMs: number | null;
}

export interface Metrics {
  /** Takes the next document of an answer; the last word on each matter counts.
   * @returns whether it holds usage */
  read(document: JsonRecord): boolean;
  /** The counts and durations of Ollama's last line. */
  statistics(timings: Timings): JsonRecord;
  /** Those of its embeddings. */
  embedStatistics(timings: Timings): JsonRecord;
}

/** Counts and durations that nobody gave are 0, as Ollama's own are where there is none. */
export function createMetrics(): Metrics {
  let prompt = 0;
  let completion = 0;
  let promptMs: number | null = null;
  let completionMs: number | null = null;

  return {
    read(document) {
      // llama.cpp's own measures, in ms.
      const { timings, usage } = document;
      if (isRecord(timings)) {
        promptMs = amount(timings["prompt_ms"]) ?? promptMs;
        completionMs = amount(timings["predicted_ms"]) ?? completionMs;
      }
      if (!isRecord(usage)) return false;
      prompt = amount(usage["prompt_tokens"]) ?? prompt;
      completion = amount(usage["completion_tokens"]) ?? completion;
      // Groq's, in seconds.
      promptMs = seconds(usage["prompt_time"]) ?? promptMs;
      completionMs = seconds(usage["completion_time"]) ?? completionMs;
      return true;
    },
    statistics({ totalMs, ttftMs }) {
      const first = ttftMs ?? 0;
      return {
        total_duration: nanoseconds(totalMs),
        load_duration: 0,
        prompt_eval_count: prompt,
        prompt_eval_duration: nanoseconds(promptMs ?? first),
        eval_count: completion,
        eval_duration: nanoseconds(completionMs ?? totalMs - first),
      };
    },
    embedStatistics: ({ totalMs }) => ({
      total_duration: nanoseconds(totalMs),
      load_duration: 0,
      prompt_eval_count: prompt,
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

function nanoseconds(ms: number): number {
  return Math.max(0, Math.round(ms * 1e6));
}

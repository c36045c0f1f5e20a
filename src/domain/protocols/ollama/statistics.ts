// Ollama's counts and durations from what an upstream says of its answer, else from what the router measured.
import type { JsonSource } from "../../bytes/json-source.ts";
import { ownNumber, type RawJson, type WrittenObject } from "../../bytes/json-written.ts";
import type { UsageEvent } from "../neutral/answer.ts";

/** Measured by the router, in ms. */
export interface Timings {
  /** From the request sent to the answer's end. */
  readonly totalMs: number;
  /** From the request sent to the first content; null where the answer came in one piece. */
  readonly ttftMs: number | null;
}

export interface Statistics {
  /** Takes the next word on usage; the last on each matter counts. */
  take(usage: UsageEvent): void;
  /** The counts and durations of Ollama's last line. */
  ofText(timings: Timings): WrittenObject;
  /** Those of its embeddings. */
  ofEmbeddings(timings: Timings): WrittenObject;
}

/** Counts and durations that nobody gave are 0, as Ollama's own are where there is none. */
export function createStatistics(): Statistics {
  let prompt: JsonSource | null = null;
  let completion: JsonSource | null = null;
  let promptMs: number | null = null;
  let completionMs: number | null = null;

  return {
    take(usage) {
      prompt = usage.prompt ?? prompt;
      completion = usage.completion ?? completion;
      promptMs = usage.promptMs ?? promptMs;
      completionMs = usage.completionMs ?? completionMs;
    },
    ofText({ totalMs, ttftMs }) {
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
    ofEmbeddings: ({ totalMs }) => ({
      total_duration: nanoseconds(totalMs),
      load_duration: ownNumber(0),
      prompt_eval_count: count(prompt),
    }),
  };
}

/** As the server wrote it. Ollama's clients want a whole number, written as one. */
function count(source: JsonSource | null): RawJson {
  const raw = source?.raw() ?? ownNumber(0);
  return /^\d+$/.test(raw.text) ? raw : ownNumber(Math.round(Number(raw.text)));
}

function nanoseconds(ms: number): RawJson {
  return ownNumber(Math.max(0, Math.round(ms * 1e6)));
}

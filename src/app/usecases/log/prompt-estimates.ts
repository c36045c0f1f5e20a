// Estimates of prompts' tokens, by what the log's rows of each model say; the log is read when the first is wanted.
import type { TokenRatios } from "../../../domain/log/token-ratios.ts";
import type { LogRow } from "../../../ports/browse.ts";
import type { LogReader } from "../../../ports/log-reader.ts";

export interface PromptEstimates {
  /** @param bytes of the request, media aside */
  tokens(model: string | null, bytes: number): number;
  /** Settles once the log's rows count, or cannot be read. Never rejects. */
  ready(): Promise<void>;
}

/** Enough for a ratio of each model in use. */
const rowsRead = 500;

/** @param log null: what comes from now on is all that is known */
export function createPromptEstimates(
  ratios: TokenRatios,
  log: Pick<LogReader, "list"> | null,
): PromptEstimates {
  let learning: Promise<void> | null = log === null ? Promise.resolve() : null;

  function ready(): Promise<void> {
    return (learning ??= learn());
  }

  async function learn(): Promise<void> {
    try {
      const page = await log?.list({ limit: rowsRead });
      for (const row of page?.logs.toReversed() ?? []) note(row);
    } catch {
      // Without a log the usual ratio has to do; the log's own trouble is said where it belongs.
    }
  }

  function note(row: LogRow): void {
    const { mapped_model: model, request_size: size, prompt_tokens: tokens } = row;
    if (tokens !== null && tokens > 0 && !row.tokens_estimated) ratios.counted(model, size, tokens);
  }

  return {
    tokens(model, bytes) {
      learning ??= learn();
      return ratios.tokens(model, bytes);
    },
    ready,
  };
}

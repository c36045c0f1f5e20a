// How many bytes of a request a model takes for one token, learned from what servers have counted: for estimates of prompts.

export interface TokenRatios {
  /** A server has counted a request's prompt. @param bytes the request's size */
  counted(model: string | null, bytes: number, tokens: number): void;
  /** An estimate of a prompt's tokens; at least 1. @param bytes of the request, media aside */
  tokens(model: string | null, bytes: number): number;
}

/** Before anything is known; prose and code in JSON come within a third of it. */
const usualRatio = 4;

/** Shorter prompts say more of the frame around them than of the model. */
const fewestTokens = 100;

/** Pictures make requests large, and caches that nobody reports make prompts small: such a call says nothing. */
const lowestRatio = 1.5;
const highestRatio = 12;

/** Tokens of a model after which what was counted before weighs half. */
const halvedAt = 500_000;

/** A name is whatever clients ask for; the least recently counted is forgotten. */
const mostModels = 500;

interface Sums {
  bytes: number;
  tokens: number;
}

export function createTokenRatios(): TokenRatios {
  const byModel = new Map<string, Sums>();
  const all: Sums = { bytes: 0, tokens: 0 };

  return {
    counted(model, bytes, tokens) {
      const ratio = bytes / tokens;
      if (model === null || tokens < fewestTokens || ratio < lowestRatio || ratio > highestRatio)
        return;
      const sums = byModel.get(model) ?? { bytes: 0, tokens: 0 };
      add(sums, bytes, tokens);
      add(all, bytes, tokens);
      byModel.delete(model);
      byModel.set(model, sums);
      const [oldest] = byModel.keys();
      if (byModel.size > mostModels && oldest !== undefined) byModel.delete(oldest);
    },
    tokens(model, bytes) {
      const own = model === null ? undefined : byModel.get(model);
      return Math.max(1, Math.round(bytes / ratioOf(own ?? all)));
    },
  };
}

function add(sums: Sums, bytes: number, tokens: number): void {
  sums.bytes += bytes;
  sums.tokens += tokens;
  if (sums.tokens < halvedAt) return;
  sums.bytes /= 2;
  sums.tokens /= 2;
}

function ratioOf({ bytes, tokens }: Sums): number {
  return tokens === 0 ? usualRatio : bytes / tokens;
}

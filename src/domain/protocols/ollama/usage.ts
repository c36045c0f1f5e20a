// Usage and ends of Ollama's answers.
import { type FinishWords, hasCalls, type UsageWords, wordIn } from "../usage-words.ts";

export const ollamaUsage: UsageWords = {
  nested: () => null,
  counts: {},
  bare: { prompt: "prompt_eval_count", completion: "eval_count" },
  includesCache: null,
  beginning: null,
};

export const ollamaFinish: FinishWords = {
  word: ({ done_reason }) => wordIn(done_reason),
  inChat: [],
  calls: ({ message }) => hasCalls(message),
};

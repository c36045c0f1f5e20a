// Usage and ends of chat and text completions, and of embeddings, which have usage only.
import { isRecord, type JsonRecord } from "../../bytes/json.ts";
import { type FinishWords, hasCalls, usageIn, type UsageWords, wordIn } from "../usage-words.ts";

export const chatUsage: UsageWords = {
  /** In the first choice (Moonshot), or under a name of Groq's. */
  nested: ({ choices, x_groq }) =>
    (Array.isArray(choices) ? usageIn(choices[0]) : null) ?? usageIn(x_groq),
  counts: {
    prompt: ["prompt_tokens"],
    completion: ["completion_tokens"],
    total: ["total_tokens"],
    cached: [
      "prompt_tokens_details.cached_tokens",
      "prompt_cache_hit_tokens", // DeepSeek
      "cached_tokens", // Moonshot
    ],
    reasoning: ["completion_tokens_details.reasoning_tokens"],
  },
  bare: {},
  includesCache: null,
  beginning: null,
};

export const chatFinish: FinishWords = {
  word({ choices }) {
    for (const choice of listOf(choices)) {
      const found = isRecord(choice) ? wordIn(choice["finish_reason"]) : null;
      if (found !== null) return found;
    }
    return null;
  },
  // Chat's of old, and of other servers.
  inChat: [
    ["function_call", "tool_calls"],
    ["eos", "stop"],
    ["eos_token", "stop"],
    ["model_length", "length"],
    ["safety", "content_filter"],
  ],
  calls: ({ choices }: JsonRecord) =>
    listOf(choices).some(
      (choice) => isRecord(choice) && (hasCalls(choice["message"]) || hasCalls(choice["delta"])),
    ),
};

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : none;
}
const none: readonly unknown[] = [];

// Usage and ends of Anthropic's messages.
import { isRecord, type JsonRecord } from "../../bytes/json.ts";
import { type FinishWords, usageIn, type UsageWords, wordIn } from "../usage-words.ts";

export const messagesUsage: UsageWords = {
  nested: ({ message }) => usageIn(message),
  counts: {
    input: ["input_tokens"],
    cacheRead: ["cache_read_input_tokens"],
    cacheWritten: ["cache_creation_input_tokens"],
    completion: ["output_tokens"],
    reasoning: ["output_tokens_details.thinking_tokens"],
  },
  bare: {},
  includesCache: null,
  beginning: "message_start",
};

export const messagesFinish: FinishWords = {
  word: ({ stop_reason, delta }) =>
    wordIn(stop_reason) ?? (isRecord(delta) ? wordIn(delta["stop_reason"]) : null),
  inChat: [
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["pause_turn", "stop"],
    ["compaction", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["tool_use", "tool_calls"],
    ["refusal", "content_filter"],
  ],
  calls: ({ content, content_block: block }: JsonRecord) =>
    isCall(block) || (Array.isArray(content) && content.some(isCall)),
};

function isCall(block: unknown): boolean {
  return isRecord(block) && block["type"] === "tool_use";
}

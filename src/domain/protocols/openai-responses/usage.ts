// Usage and ends of Responses.
import { isRecord, type JsonRecord } from "../../bytes/json.ts";
import { type FinishWords, usageIn, type UsageWords, wordIn } from "../usage-words.ts";

export const responsesUsage: UsageWords = {
  nested: ({ response }) => usageIn(response),
  counts: {
    input: ["input_tokens"],
    completion: ["output_tokens"],
    total: ["total_tokens"],
    cached: ["input_tokens_details.cached_tokens"],
    reasoning: ["output_tokens_details.reasoning_tokens"],
  },
  bare: {},
  includesCache: "input_tokens_details",
  beginning: null,
};

export const responsesFinish: FinishWords = {
  word: (document) => responseWord(document) ?? responseWord(document["response"]),
  inChat: [
    ["completed", "stop"],
    ["max_output_tokens", "length"],
    ["incomplete", "length"],
  ],
  calls: ({ item, output, response }: JsonRecord) =>
    isCall(item) || someCalls(output) || (isRecord(response) && someCalls(response["output"])),
};

/** States of a response that has not ended. */
const unfinished = new Set(["queued", "in_progress"]);

/** An incomplete response's word is its reason. */
function responseWord(object: unknown): string | null {
  if (!isRecord(object) || object["object"] !== "response") return null;
  const { status, incomplete_details: details } = object;
  const reason = status === "incomplete" && isRecord(details) ? wordIn(details["reason"]) : null;
  const word = reason ?? wordIn(status);
  return word === null || unfinished.has(word) ? null : word;
}

function someCalls(items: unknown): boolean {
  return Array.isArray(items) && items.some(isCall);
}

/** Calls of which the client is to bring the results. */
const clientsCalls: ReadonlySet<unknown> = new Set([
  "function_call",
  "custom_tool_call",
  "local_shell_call",
  "shell_call",
  "apply_patch_call",
  "computer_call",
  "tool_search_call",
]);

function isCall(item: unknown): boolean {
  return isRecord(item) && clientsCalls.has(item["type"]);
}

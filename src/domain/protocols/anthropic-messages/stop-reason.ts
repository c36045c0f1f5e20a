// Why an answer ended, in Anthropic's words.
import type { WrittenObject } from "../../bytes/json-written.ts";

/** Of chats, and of servers that have words of their own for the same. */
const reasons: ReadonlyMap<string, string> = new Map([
  ["length", "max_tokens"],
  ["model_length", "max_tokens"],
  ["content_filter", "refusal"],
  ["safety", "refusal"],
]);

/**
 * @param finish as the upstream said it; null: it said nothing
 * @param called the answer calls a tool: servers say `stop` of such, too. One that was cut short is
 * not for running
 */
export function stopFields(finish: string | null, called: boolean): WrittenObject {
  const known = finish === null ? undefined : reasons.get(finish);
  const stop_reason = known ?? (called ? "tool_use" : "end_turn");
  const refused = { type: "refusal", category: null, explanation: null };
  return {
    stop_reason,
    stop_sequence: null,
    ...(stop_reason === "refusal" ? { stop_details: refused } : {}),
  };
}

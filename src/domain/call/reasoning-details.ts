// Thoughts as OpenRouter and MiniMax list them, in `reasoning_details` of a message or a delta.
import { isRecord, textMember } from "../bytes/json.ts";

/**
 * What of them can be read: texts and summaries; what is encrypted is for the server alone.
 * @param details of a server that says the same in `reasoning` too, as a rule: to be read where it does not
 * @returns null: none
 */
export function detailsText(details: unknown): string | null {
  if (!Array.isArray(details)) return null;
  const texts = (details as readonly unknown[])
    .filter(isRecord)
    .map((one) => textMember(one, "text") ?? textMember(one, "summary") ?? "");
  const text = texts.join("");
  return text === "" ? null : text;
}

// Cleans a plain answer: the same texts as a stream's would be, spliced into its bytes.
import { isRecord } from "../bytes/json.ts";
import { type CleanPolicy, cleanText, filterFor, hasNoBlock, leavesTexts } from "./clean-text.ts";
import { type AnswerSlots, ownReasoning } from "./slot.ts";
import { type TextChange, withTexts } from "./splice-texts.ts";

/**
 * A plain answer as the policy wants it.
 * @param slots finds the answer's texts; null: it has none to clean
 * @param body UTF-8
 * @param json what `body` parsed to; anything but an object is left alone
 * @returns the very same `body` where nothing changes
 */
export function cleanWhole(
  slots: Pick<AnswerSlots, "whole"> | null,
  policy: CleanPolicy,
  body: Uint8Array,
  json: unknown,
): Uint8Array {
  if (slots === null || leavesTexts(policy) || !isRecord(json)) return body;
  const changes: TextChange[] = [];
  for (const slot of slots.whole(json)) {
    if (slot.text === null || hasNoBlock(policy, slot.text)) continue;
    const make = filterFor(policy);
    if (make === null) continue;
    const cleaned = cleanText(make, slot.text, ownReasoning(slot) !== "");
    if (cleaned.content !== slot.text || cleaned.moved !== "") changes.push({ slot, ...cleaned });
  }
  return changes.length === 0 ? body : withTexts(body, body.indexOf(0x7b), changes);
}

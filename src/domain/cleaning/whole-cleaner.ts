// Cleans a plain answer: the same texts as a stream's would be, spliced into its bytes.
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import { type CleanPolicy, cleanText, filterFor } from "./clean-text.ts";
import { chatSlots, ollamaSlot, ownReasoning, type Slot } from "./slots.ts";
import { type TextChange, withTexts } from "./splice-texts.ts";

const slotsByPath: readonly (readonly [
  ending: string,
  slots: (json: JsonRecord) => readonly Slot[],
])[] = [
  ["/completions", (json) => chatSlots(json, "message")],
  ["/api/chat", (json) => [ollamaSlot(json)]],
  ["/api/generate", (json) => [ollamaSlot(json)]],
];

/**
 * A plain answer as the policy wants it.
 * @param path the call's; only chat, completions and Ollama's two are cleaned
 * @param body UTF-8
 * @param json what `body` parsed to; anything but an object is left alone
 * @returns the very same `body` where nothing changes
 */
export function cleanWhole(
  path: string,
  policy: CleanPolicy,
  body: Uint8Array,
  json: unknown,
): Uint8Array {
  const slotsOf = slotsByPath.find(([ending]) => path.endsWith(ending))?.[1];
  const make = filterFor(policy);
  if (slotsOf === undefined || make === null || !isRecord(json)) return body;
  const changes: TextChange[] = [];
  for (const slot of slotsOf(json)) {
    if (slot.text === null) continue;
    const cleaned = cleanText(make, slot.text, ownReasoning(slot) !== "");
    if (cleaned.content !== slot.text || cleaned.moved !== "") changes.push({ slot, ...cleaned });
  }
  return changes.length === 0 ? body : withTexts(body, body.indexOf(0x7b), changes);
}

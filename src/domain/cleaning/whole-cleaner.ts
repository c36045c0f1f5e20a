// Cleans a plain answer: the same texts as a stream's would be, spliced into its bytes.
import { endpointOf } from "../call/endpoint.ts";
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import { type CleanPolicy, cleanText, filterFor } from "./clean-text.ts";
import { chatSlots, ollamaSlot, ownReasoning, type Slot } from "./slots.ts";
import { type TextChange, withTexts } from "./splice-texts.ts";

/** Where cleaners may act in a whole answer; null: nowhere. */
function slotsIn(path: string, json: JsonRecord): readonly Slot[] | null {
  const { api, kind } = endpointOf(path);
  if (kind !== "chat" && kind !== "completion" && kind !== "generate") return null;
  return api === "ollama" ? [ollamaSlot(json)] : chatSlots(json, "message");
}

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
  const make = filterFor(policy);
  const slots = make === null || !isRecord(json) ? null : slotsIn(path, json);
  if (make === null || slots === null) return body;
  const changes: TextChange[] = [];
  for (const slot of slots) {
    if (slot.text === null) continue;
    const cleaned = cleanText(make, slot.text, ownReasoning(slot) !== "");
    if (cleaned.content !== slot.text || cleaned.moved !== "") changes.push({ slot, ...cleaned });
  }
  return changes.length === 0 ? body : withTexts(body, body.indexOf(0x7b), changes);
}

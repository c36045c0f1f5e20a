// Puts cleaned texts into an answer's bytes; every other byte stays as it was.
import { type Edit, spanAt, spliced } from "../bytes/json-members.ts";
import { jsonLine } from "../bytes/json-written.ts";
import type { CleanText } from "./clean-text.ts";
import { holderPath, ownReasoning, type Slot } from "./slot.ts";

export interface TextChange extends CleanText {
  readonly slot: Slot;
}

/**
 * The bytes with each slot's text replaced, and its moved thinking behind what reasoning it has.
 * @param start where the JSON's value begins, which must be what the slots were read from
 */
export function withTexts(
  bytes: Uint8Array,
  start: number,
  changes: readonly TextChange[],
): Uint8Array {
  const edits: Edit[] = [];
  for (const { slot, content, moved } of changes) {
    const holder = spanAt(bytes, start, holderPath(slot))?.start;
    const text = holder === undefined ? null : spanAt(bytes, holder, [slot.field]);
    if (holder === undefined || text === null)
      throw new Error("the bytes are not those that the slot was read from");
    const put = jsonLine(content);
    if (moved === "") {
      edits.push({ span: text, put });
      continue;
    }
    const reasoning = spanAt(bytes, holder, [slot.moveTo]);
    const joined = jsonLine(ownReasoning(slot) + moved);
    if (reasoning === null) edits.push({ span: text, put: `${put},"${slot.moveTo}":${joined}` });
    else edits.push({ span: text, put }, { span: reasoning, put: joined });
  }
  return spliced(bytes, edits);
}

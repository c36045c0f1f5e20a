// Requests of Anthropic's clients without the thinking that bears a seal of the router's: made by another
// server, it would be refused by theirs. All other bytes stay as they are, for signatures depend on them.
import { isRecord, type JsonRecord } from "../../bytes/json.ts";
import { cutItems, type Edit, itemSpans, spanAt, spliced } from "../../bytes/json-members.ts";
import { isSeal, mayHoldSeal } from "../neutral/seal.ts";

/**
 * @param json what the body parses to, or would if its model were another
 * @returns the very same body where nothing in it is sealed
 */
export function withoutOwnSeals(body: Uint8Array, json: () => JsonRecord | null): Uint8Array {
  if (!mayHoldSeal(body)) return body;
  const list = json()?.["messages"];
  const at = body.indexOf(openBrace);
  const place = spanAt(body, at, ["messages"]);
  if (!Array.isArray(list) || place === null) return body;
  const messages = itemSpans(body, place.start);
  const edits: Edit[] = [];
  const emptied = (list as readonly unknown[]).map((message, index) => {
    const content = isRecord(message) ? message["content"] : undefined;
    const blocks: readonly unknown[] = Array.isArray(content) ? content : [];
    const sealed = blocks.map(isSealed);
    // A message of nothing at all would be refused, too.
    if (blocks.length > 0 && sealed.every(Boolean)) return true;
    const span = messages[index];
    const inside = span === undefined ? null : spanAt(body, span.start, ["content"]);
    if (inside !== null && sealed.includes(true))
      edits.push(...cutItems(itemSpans(body, inside.start), sealed));
    return false;
  });
  return spliced(body, [...edits, ...cutItems(messages, emptied)]);
}

const openBrace = 0x7b;

function isSealed(block: unknown): boolean {
  if (!isRecord(block)) return false;
  const { type, signature, data } = block;
  return (
    (type === "thinking" && isSeal(signature)) || (type === "redacted_thinking" && isSeal(data))
  );
}

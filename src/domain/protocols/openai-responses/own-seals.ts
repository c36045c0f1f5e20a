// Requests of Responses' clients without the reasoning that bears a seal of the router's: made by a server of
// another protocol, it would be refused by one that looks into it. All other bytes stay as they are.
import { isRecord, type JsonRecord } from "../../bytes/json.ts";
import { cutItems, itemSpans, spanAt, spliced } from "../../bytes/json-members.ts";
import { isSeal, mayHoldSeal } from "../neutral/seal.ts";

/**
 * @param json what the body parses to, or would if its model were another
 * @returns the very same body where nothing in it is sealed
 */
export function withoutSealedItems(body: Uint8Array, json: () => JsonRecord | null): Uint8Array {
  if (!mayHoldSeal(body)) return body;
  const list = json()?.["input"];
  const place = spanAt(body, body.indexOf(openBrace), ["input"]);
  if (!Array.isArray(list) || place === null) return body;
  const sealed = (list as readonly unknown[]).map(isSealed);
  return spliced(body, cutItems(itemSpans(body, place.start), sealed));
}

const openBrace = 0x7b;

function isSealed(item: unknown): boolean {
  return isRecord(item) && item["type"] === "reasoning" && isSeal(item["encrypted_content"]);
}

// What a choice of a chat or completion says, be it of a whole message, a delta or a text.
import { isRecord, type JsonRecord, textMember } from "../../bytes/json.ts";
import { detailsText } from "../../call/reasoning-details.ts";
import type { AnswerEvent } from "../neutral/answer.ts";

/** Where a choice holds what it says; of a completion that is nowhere but in the choice itself. */
export function messageKey(choice: JsonRecord): "message" | "delta" {
  return isRecord(choice["message"]) ? "message" : "delta";
}

/** Puts thoughts, text and pictures of a choice with the events. @param held its message or delta */
export function readContent(choice: JsonRecord, held: JsonRecord, into: AnswerEvent[]): void {
  const { content } = held;
  const parts = Array.isArray(content) ? (content as readonly unknown[]).filter(isRecord) : none;
  // Servers that know both names fill them with the same words.
  const thought = textMember(held, "reasoning_content") ?? textMember(held, "reasoning") ?? "";
  const reasoning = thought === "" ? (detailsText(held["reasoning_details"]) ?? "") : thought;
  const thinking = parts.length === 0 ? reasoning : reasoning + parts.map(partThinking).join("");
  if (thinking !== "") into.push({ kind: "thinking", text: thinking });
  const spoken = typeof content === "string" ? content : parts.map(partText).join("");
  const text = (textMember(choice, "text") ?? "") + spoken;
  if (text !== "") into.push({ kind: "text", text });
  const refused = (textMember(held, "refusal") ?? "") + parts.map(partRefusal).join("");
  if (refused !== "") into.push({ kind: "text", text: refused, refusal: true });
  readImages(held["images"], into);
  if (parts.length > 0) readImages(parts, into);
}

const none: readonly JsonRecord[] = [];

/** Pictures of OpenRouter's `images`, or parts of the content. */
function readImages(images: unknown, into: AnswerEvent[]): void {
  if (!Array.isArray(images)) return;
  for (const part of (images as readonly unknown[]).filter(isRecord)) {
    const image = part["image_url"];
    const url = isRecord(image) ? textMember(image, "url") : textMember(part, "image_url");
    if (url !== null) into.push({ kind: "image", url });
  }
}

function partText(part: JsonRecord): string {
  return textMember(part, "text") ?? "";
}

function partRefusal(part: JsonRecord): string {
  return textMember(part, "refusal") ?? "";
}

/** Mistral's models think in parts of the content. */
function partThinking(part: JsonRecord): string {
  const held = part["thinking"];
  if (typeof held === "string") return held;
  return Array.isArray(held)
    ? (held as readonly unknown[]).filter(isRecord).map(partText).join("")
    : "";
}

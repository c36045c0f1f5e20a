// The text of a request that takes a hint, in the two forms that several protocols share.
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import type { TextPlace } from "../cleaning/slot.ts";

/** @returns null where the request has no such text */
export type FindText = (request: JsonRecord) => TextPlace | null;

/** The last text of a chat's last user message. */
export function lastUserText({ messages }: JsonRecord): TextPlace | null {
  if (!Array.isArray(messages)) return null;
  const at = messages.findLastIndex((message) => isRecord(message) && message["role"] === "user");
  const message: unknown = messages[at];
  if (!isRecord(message)) return null;
  const content = message["content"];
  const path = ["messages", at, "content"];
  if (typeof content === "string") return { path, text: content };
  if (!Array.isArray(content)) return null;
  const last = content.findLastIndex((part) => textOfPart(part) !== null);
  const text = textOfPart(content[last]);
  return text === null ? null : { path: [...path, last, "text"], text };
}

function textOfPart(part: unknown): string | null {
  if (!isRecord(part) || part["type"] !== "text") return null;
  return typeof part["text"] === "string" ? part["text"] : null;
}

/** A prompt, or the last text in a list of them. */
export function promptText({ prompt }: JsonRecord): TextPlace | null {
  if (typeof prompt === "string") return { path: ["prompt"], text: prompt };
  if (!Array.isArray(prompt)) return null;
  const last = prompt.findLastIndex((item) => typeof item === "string");
  const text: unknown = prompt[last];
  return typeof text === "string" ? { path: ["prompt", last], text } : null;
}

// The text of Ollama's chat and generate that cleaners may touch, and those that take a hint.
import type { EndpointKind } from "../../call/endpoint.ts";
import { lineJson } from "../../bytes/event-json.ts";
import { isRecord, type JsonRecord } from "../../bytes/json.ts";
import type { AnswerSlots, Slot } from "../../cleaning/slot.ts";
import { type FindText, lastUserText, promptText } from "../request-text.ts";

export const ollamaSlots: AnswerSlots = {
  whole: (answer) => [slotOf(answer)],
  event: (line) => [slotOf(line)],
  lone: slotOf,
  locate: lineJson,
};

export const ollamaHints: Partial<Record<EndpointKind, FindText>> = {
  chat: lastUserText,
  generate: promptText,
};

/** The one text of a line or plain answer. */
function slotOf(json: JsonRecord): Slot {
  const message = json["message"];
  const nested = isRecord(message);
  const text = nested ? message["content"] : json["response"];
  return {
    choice: 0,
    at: null,
    around: null,
    key: nested ? "message" : null,
    holder: nested ? message : json,
    field: nested ? "content" : "response",
    moveTo: "thinking",
    text: typeof text === "string" ? text : null,
    ends: json["done"] === true,
  };
}

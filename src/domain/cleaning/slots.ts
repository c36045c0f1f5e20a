// Where the texts that cleaners may touch stand in an answer or event, by wire format (SPEC section 8).
import { isRecord, type JsonRecord } from "../bytes/json.ts";

/** One choice's text. */
export interface Slot {
  /** Which of the parallel choices. */
  readonly choice: number;
  /** Where the choice stands among those of the event; null where the format has but one. */
  readonly at: number | null;
  /** The choice around a delta or message; null where the holder stands alone. */
  readonly around: JsonRecord | null;
  /** The key of the object that holds the text; null where that is the choice, or the top. */
  readonly key: "delta" | "message" | null;
  readonly holder: JsonRecord;
  readonly field: "content" | "text" | "response";
  /** The holder's field that takes moved thinking. */
  readonly moveTo: "reasoning_content" | "thinking";
  /** null where this event brings no text. */
  readonly text: string | null;
  /** The choice's text is complete with this event. */
  readonly ends: boolean;
}

/**
 * The choices of a chat or completions answer.
 * @param message `delta` in a stream's events, `message` in a plain answer
 */
export function chatSlots(json: JsonRecord, message: "delta" | "message"): readonly Slot[] {
  const choices = json["choices"];
  if (!Array.isArray(choices)) return [];
  const slots: Slot[] = [];
  for (let at = 0; at < choices.length; at++) {
    const choice: unknown = choices[at];
    if (isRecord(choice)) slots.push(chatSlot(choice, at, message));
  }
  return slots;
}

/** The one choice of a stream's event, as most bring; null where there is none, or several. */
export function loneChatSlot(json: JsonRecord): Slot | null {
  const choices = json["choices"];
  if (!Array.isArray(choices) || choices.length !== 1) return null;
  const choice: unknown = choices[0];
  return isRecord(choice) ? chatSlot(choice, 0, "delta") : null;
}

function chatSlot(choice: JsonRecord, at: number, message: "delta" | "message"): Slot {
  const index = choice["index"];
  const inner = choice[message];
  const nested = isRecord(inner);
  const holder = nested ? inner : choice;
  const text = nested ? inner["content"] : choice["text"];
  const finish = choice["finish_reason"];
  return {
    choice: typeof index === "number" ? index : at,
    at,
    around: nested ? choice : null,
    key: nested ? message : null,
    holder,
    field: nested ? "content" : "text",
    moveTo: "reasoning_content",
    text: typeof text === "string" ? text : null,
    ends: typeof finish === "string" && finish !== "",
  };
}

/** The one text of a line or plain answer of Ollama's chat or generate. */
export function ollamaSlot(json: JsonRecord): Slot {
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

/** The way from an answer's top to the object that holds the text. */
export function holderPath({ at, key }: Slot): readonly (string | number)[] {
  const path: (string | number)[] = at === null ? [] : ["choices", at];
  return key === null ? path : [...path, key];
}

/** The answer's own reasoning, in the field that takes moved thinking; empty where there is none. */
export function ownReasoning(slot: Slot): string {
  const own = slot.holder[slot.moveTo];
  return typeof own === "string" ? own : "";
}

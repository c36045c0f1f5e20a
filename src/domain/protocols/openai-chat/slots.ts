// The texts of chat and completions that cleaners may touch, and those that take a hint.
import type { EndpointKind } from "../../call/endpoint.ts";
import { sseJson } from "../../bytes/event-json.ts";
import { isRecord, type JsonRecord } from "../../bytes/json.ts";
import type { AnswerSlots, Slot } from "../../cleaning/slot.ts";
import { type FindText, lastUserText, promptText } from "../request-text.ts";

export const chatSlots: AnswerSlots = {
  whole: (answer) => slotsOf(answer, "message"),
  event: (event) => slotsOf(event, "delta"),
  lone({ choices }) {
    if (!Array.isArray(choices) || choices.length !== 1) return null;
    const choice: unknown = choices[0];
    return isRecord(choice) ? slotOf(choice, 0, "delta") : null;
  },
  locate: sseJson,
};

export const chatHints: Partial<Record<EndpointKind, FindText>> = {
  chat: lastUserText,
  completion: promptText,
};

/** @param message `delta` in a stream's events, `message` in a plain answer */
function slotsOf({ choices }: JsonRecord, message: "delta" | "message"): readonly Slot[] {
  if (!Array.isArray(choices)) return [];
  const slots: Slot[] = [];
  for (let at = 0; at < choices.length; at++) {
    const choice: unknown = choices[at];
    if (isRecord(choice)) slots.push(slotOf(choice, at, message));
  }
  return slots;
}

function slotOf(choice: JsonRecord, at: number, message: "delta" | "message"): Slot {
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

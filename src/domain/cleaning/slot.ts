// Where the texts that cleaners may touch stand in an answer or event. Each protocol says so of its own.
import type { EventJson } from "../bytes/event-json.ts";
import type { Frame } from "../bytes/frame.ts";
import type { JsonRecord } from "../bytes/json.ts";

/** The keys under which such texts stand. */
export const slotFields = ["content", "text", "response"] as const;

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
  readonly field: (typeof slotFields)[number];
  /** The holder's field that takes moved thinking. */
  readonly moveTo: "reasoning_content" | "thinking";
  /** null where this event brings no text. */
  readonly text: string | null;
  /** The choice's text is complete with this event. */
  readonly ends: boolean;
}

/** Finds the slots of one protocol's answers. */
export interface AnswerSlots {
  /** Of a plain answer. */
  whole(answer: JsonRecord): readonly Slot[];
  /** An event's only slot; null where `event` has to look. */
  lone(event: JsonRecord): Slot | null;
  event(event: JsonRecord): readonly Slot[];
  /** Where the event's JSON stands in its bytes. */
  locate(frame: Frame): EventJson;
}

/** A text in a request's body. */
export interface TextPlace {
  /** The way to it from the top. */
  readonly path: readonly (string | number)[];
  readonly text: string;
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

// What an event says beside its texts: whether a cleaned one is to be dropped, and whether its place in the stream matters.
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import type { TextChange } from "./splice-texts.ts";
import type { Slot } from "./slot.ts";

/**
 * True for an event whose texts became empty and that carries nothing else: no role, finish
 * reason, usage, reasoning, tool call or log probabilities. What every event of a stream repeats
 * (id, model, creation time) is nothing, as is any field that is null or empty.
 * @param slots all of the event's
 */
export function leavesNothing(
  json: JsonRecord,
  slots: readonly Slot[],
  changes: readonly TextChange[],
): boolean {
  if (changes.some(({ content, moved }) => content !== "" || moved !== "")) return false;
  const choices = json["choices"];
  if (Array.isArray(choices) && choices.length !== slots.length) return false;
  return slots.every(
    (slot) =>
      ((slot.text ?? "") === "" || changes.some((change) => change.slot === slot)) &&
      isBare(slot, json),
  );
}

/** Whether a choice's part of an event says nothing beside its text. */
export function isBare(slot: Slot, json: JsonRecord): boolean {
  // At the top, scalars describe the stream; only structures (usage, timings) say something new.
  for (const key in json)
    if (key !== "choices" && key !== "message" && isStructure(json[key])) return false;
  return !slot.ends && isNothing(slot.holder["role"]) && !saysMore(slot, json);
}

/**
 * Whether an event brings its choice something beside text and role, such as a part of a tool call
 * or of its own reasoning: such parts have to stay in order.
 */
export function saysMore(slot: Slot, json: JsonRecord): boolean {
  const { holder, around, field, moveTo } = slot;
  if (holder === json) return !isNothing(holder[moveTo]);
  for (const key in holder)
    if (key !== field && key !== "index" && key !== "role" && !isNothing(holder[key])) return true;
  for (const key in around)
    if (key !== "index" && around[key] !== holder && !isNothing(around[key])) return true;
  return false;
}

function isStructure(value: unknown): boolean {
  return typeof value === "object" && !isNothing(value);
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

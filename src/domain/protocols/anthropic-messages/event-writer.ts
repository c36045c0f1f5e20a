// The events of a Messages stream as bytes. Nearly all bring a piece of text; these are put together
// from pieces of text, which costs a third of writing an object member by member.
import { jsonLine, ownNumber, type WrittenObject } from "../../bytes/json-written.ts";
import type { WrittenEvent } from "../neutral/answer.ts";

const encoder = new TextEncoder();

/** An event of the type that its object says. */
export function writtenEvent(type: string, fields: WrittenObject): WrittenEvent {
  const json = { type, ...fields };
  return asEvent(type, jsonLine(json), json);
}

export function blockStart(index: number, block: WrittenObject): WrittenEvent {
  return writtenEvent("content_block_start", { index: ownNumber(index), content_block: block });
}

export function blockStop(index: number): WrittenEvent {
  return writtenEvent("content_block_stop", { index: ownNumber(index) });
}

/** By the type of a delta, the key of its text. */
const textKeys = {
  text_delta: "text",
  thinking_delta: "thinking",
  signature_delta: "signature",
  input_json_delta: "partial_json",
} as const;

export function blockDelta(index: number, type: keyof typeof textKeys, text: string): WrittenEvent {
  const key = textKeys[type];
  const kind = "content_block_delta";
  const data = `{"type":"${kind}","index":${index},"delta":{"type":"${type}","${key}":${jsonLine(text)}}}`;
  return asEvent(kind, data, { type: kind, index, delta: { type, [key]: text } });
}

function asEvent(event: string, data: string, json: NonNullable<WrittenEvent["json"]>) {
  const bytes = encoder.encode(`event: ${event}\ndata: ${data}\n\n`);
  return { frame: { bytes, event, data }, json };
}

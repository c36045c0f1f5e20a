// The events of a Messages stream as bytes. Nearly all bring a piece of text; these are put together
// from pieces of text, which costs a third of writing an object member by member.
import { jsonLine, ownNumber, type WrittenObject } from "../../bytes/json-written.ts";

const encoder = new TextEncoder();

/** An event of the type that its object says. */
export function writtenEvent(type: string, fields: WrittenObject): Uint8Array {
  return asEvent(type, jsonLine({ type, ...fields }));
}

export function blockStart(index: number, block: WrittenObject): Uint8Array {
  return writtenEvent("content_block_start", { index: ownNumber(index), content_block: block });
}

export function blockStop(index: number): Uint8Array {
  return writtenEvent("content_block_stop", { index: ownNumber(index) });
}

/** By the type of a delta, the key of its text. */
const textKeys = {
  text_delta: "text",
  thinking_delta: "thinking",
  signature_delta: "signature",
  input_json_delta: "partial_json",
} as const;

export function blockDelta(index: number, type: keyof typeof textKeys, text: string): Uint8Array {
  const key = textKeys[type];
  const kind = "content_block_delta";
  const data = `{"type":"${kind}","index":${index},"delta":{"type":"${type}","${key}":${jsonLine(text)}}}`;
  return asEvent(kind, data);
}

function asEvent(event: string, data: string): Uint8Array {
  return encoder.encode(`event: ${event}\ndata: ${data}\n\n`);
}

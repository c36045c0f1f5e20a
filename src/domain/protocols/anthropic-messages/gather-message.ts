// The events of a Messages stream made one object, for a client that asked for no stream.
import { sseJson } from "../../bytes/event-json.ts";
import { isRecord, type JsonRecord, parseJson } from "../../bytes/json.ts";
import { type JsonSource, jsonSource } from "../../bytes/json-source.ts";
import { inOrder, jsonBytes, type Written } from "../../bytes/json-written.ts";
import { createSseSplitter } from "../../bytes/sse.ts";
import type { Gathered } from "../bridge.ts";
import { argumentsObject } from "../neutral/call-arguments.ts";
import { describeError } from "../upstream-error.ts";
import { unreadableCall } from "./message-shape.ts";

interface GatheredBlock {
  readonly start: JsonRecord;
  text: string;
  signature: string;
}

/** @param stream as the writer wrote it */
export function gatherMessage(stream: Uint8Array): Gathered {
  const splitter = createSseSplitter();
  const frames = [...splitter.push(stream)];
  const rest = splitter.end();
  if (rest !== null) frames.push(rest);
  const blocks: GatheredBlock[] = [];
  let message: JsonSource | null = null;
  let ending: JsonSource | null = null;
  let complete = false;
  for (const frame of frames) {
    const json = frame.data === null ? undefined : parseJson(frame.data);
    if (!isRecord(json)) continue;
    const event = jsonSource(json, () => sseJson(frame));
    switch (json["type"]) {
      case "message_start":
        message = event.member("message");
        break;
      case "content_block_start":
        blocks.push({ start: event.member("content_block").record, text: "", signature: "" });
        break;
      case "content_block_delta":
        addDelta(blocks.at(-1), event.member("delta").record);
        break;
      case "message_delta":
        ending = event;
        break;
      case "message_stop":
        complete = true;
        break;
      case "error":
        return { error: describeError(json).message };
    }
  }
  // Half an answer would look like a whole one.
  return message === null || ending === null || !complete
    ? { error: "the upstream's stream ended before the answer was complete" }
    : { body: jsonBytes(gathered(message, blocks, ending)) };
}

function addDelta(block: GatheredBlock | undefined, delta: JsonRecord): void {
  if (block === undefined) return;
  const { text, thinking, partial_json: json, signature } = delta;
  for (const piece of [text, thinking, json]) if (typeof piece === "string") block.text += piece;
  if (typeof signature === "string") block.signature += signature;
}

function gathered(message: JsonSource, blocks: readonly GatheredBlock[], ending: JsonSource) {
  const members = new Map<string, Written>();
  for (const key of message.keys()) members.set(key, message.member(key).raw());
  members.set("content", blocks.map(writeBlock));
  const delta = ending.member("delta");
  for (const key of delta.keys()) members.set(key, delta.member(key).raw());
  members.set("usage", ending.member("usage").raw());
  return inOrder(members);
}

function writeBlock({ start, text, signature }: GatheredBlock): Written {
  switch (start["type"]) {
    case "thinking":
      return { type: "thinking", thinking: text, signature };
    case "redacted_thinking":
      return { type: "redacted_thinking", data: String(start["data"]) };
    case "tool_use": {
      const { id, name } = start;
      const input = argumentsObject(text);
      return input === null
        ? { type: "text", text: unreadableCall(String(name), text) }
        : { type: "tool_use", id: String(id), name: String(name), input };
    }
    default:
      return { type: "text", text };
  }
}

// Neutral messages as those of Ollama's chats: one text each, with its pictures beside it.
import type { WrittenObject } from "../../bytes/json-written.ts";
import { argumentsObject } from "../neutral/call-arguments.ts";
import { foldInstructions } from "../neutral/fold-instructions.ts";
import { hoistPictures } from "../neutral/hoist-pictures.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type { CallPart, RequestMessage, RequestPart } from "../neutral/request.ts";
import { textBesideCalls, textOf } from "../neutral/said-text.ts";

type Result = Extract<RequestMessage, { readonly role: "result" }>;

export function writeMessages(
  messages: readonly RequestMessage[],
  placed: PlacedFields,
): readonly WrittenObject[] {
  /** By the id of the call; ids that repeat mean the last one. */
  const tools = new Map<string, string>();
  return hoistPictures(foldInstructions(messages, placed)).map((message) => {
    switch (message.role) {
      case "instruction":
        return { role: roleOf(message.voice), content: textOf(message.parts, "\n\n", placed) };
      case "user":
        return userMessage(message.parts, placed);
      case "assistant":
        for (const part of message.parts) if (part.kind === "call") tools.set(part.id, part.name);
        return assistantMessage(message.parts, placed);
      case "result":
        return resultMessage(message, tools.get(message.callId), placed);
    }
  });
}

/** OpenAI's newer name of it, which templates do not know. */
function roleOf(voice: string): string {
  return voice === "developer" ? "system" : voice;
}

/** Pictures stand before the text, wherever they stood in it: with texts between them, that says less. */
function userMessage(parts: readonly RequestPart[], placed: PlacedFields): WrittenObject {
  const first = parts.findIndex(({ kind }) => kind === "image");
  const last = parts.findLastIndex(({ kind }) => kind === "image");
  if (parts.slice(Math.max(first, 0), last + 1).some(({ kind }) => kind === "text"))
    placed.drop("messages.content.order");
  const content = textOf(parts, "\n", placed);
  const images = imagesOf(parts, placed);
  return { role: "user", content, images: images.length === 0 ? undefined : images };
}

/** Base64. Ollama fetches nothing, so that without the data a picture would be missing. */
function imagesOf(parts: readonly RequestPart[], placed: PlacedFields): readonly string[] {
  const images: string[] = [];
  for (const part of parts) {
    if (part.kind !== "image") continue;
    const data = /^data:[^,]*;base64,(.+)$/is.exec(part.url)?.[1];
    if (data === undefined) placed.require(part);
    else {
      images.push(data);
      placed.place(part);
    }
  }
  return images;
}

function resultMessage(
  { callId, name, failed, parts }: Result,
  called: string | undefined,
  placed: PlacedFields,
): WrittenObject {
  // It has no place of its own.
  if (failed !== null) placed.place(failed);
  return {
    role: "tool",
    content: (failed === null ? "" : "Error: ") + textOf(parts, "\n", placed),
    tool_name: name ?? called,
    tool_call_id: callId,
  };
}

function assistantMessage(parts: readonly RequestPart[], placed: PlacedFields): WrittenObject {
  const content = textBesideCalls(parts, placed);
  let thinking = "";
  const calls: WrittenObject[] = [];
  for (const part of parts)
    switch (part.kind) {
      case "reasoning":
        if (part.text === "") break;
        thinking += part.text;
        placed.place(part);
        break;
      case "call":
        calls.push(writeCall(part, placed));
        break;
      case "text":
      case "image":
      case "file":
        break;
    }
  return {
    role: "assistant",
    content,
    thinking: thinking === "" ? undefined : thinking,
    tool_calls: calls.length === 0 ? undefined : calls,
  };
}

function writeCall(part: CallPart, placed: PlacedFields): WrittenObject {
  const { id, name, given } = part;
  const read = argumentsObject(given);
  // Arguments that no object holds are kept, but named: the model reads another call than it made.
  if (read !== null) placed.place(part);
  return { id, function: { name, arguments: read ?? { raw: given } } };
}

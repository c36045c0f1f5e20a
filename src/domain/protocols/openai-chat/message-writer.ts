// Neutral messages as those of a chat.
import type { Written, WrittenObject } from "../../bytes/json-written.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type { RequestMessage, RequestPart } from "../neutral/request.ts";

/** @param extras whether the server takes fields that OpenAI's API does not define */
export function writeMessages(
  messages: readonly RequestMessage[],
  extras: boolean,
  placed: PlacedFields,
): readonly WrittenObject[] {
  return messages.map((message) => {
    const { role, parts } = message;
    switch (role) {
      case "instruction":
        return { role: message.voice, content: textOf(parts, placed) };
      case "user":
        return { role, content: userContent(parts, placed) };
      case "assistant":
        return assistantMessage(parts, extras, placed);
      case "result": {
        const { callId, name, failed } = message;
        const named = name !== null && extras ? { name } : {};
        // There is no other place for it.
        if (failed !== null) placed.place(failed);
        const content = (failed === null ? "" : "Error: ") + textOf(parts, placed);
        return { role: "tool", tool_call_id: callId, ...named, content };
      }
    }
  });
}

/** The texts alone, where nothing else has a place. */
function textOf(parts: readonly RequestPart[], placed: PlacedFields): string {
  let text = "";
  for (const part of parts)
    if (part.kind === "text") {
      text += part.text;
      placed.place(part);
    }
  return text;
}

function userContent(parts: readonly RequestPart[], placed: PlacedFields): Written {
  if (parts.every(({ kind }) => kind === "text")) return textOf(parts, placed);
  return parts.flatMap((part): readonly WrittenObject[] => {
    switch (part.kind) {
      case "text":
        placed.place(part);
        return [{ type: "text", text: part.text }];
      case "image":
        placed.place(part);
        return [{ type: "image_url", image_url: { url: part.url } }];
      case "file":
      case "reasoning":
      case "call":
        return [];
    }
  });
}

function assistantMessage(
  parts: readonly RequestPart[],
  extras: boolean,
  placed: PlacedFields,
): WrittenObject {
  let reasoning = "";
  const calls: WrittenObject[] = [];
  for (const part of parts)
    switch (part.kind) {
      case "reasoning":
        if (!extras) break;
        reasoning += part.text;
        placed.place(part);
        break;
      case "call": {
        const { id, name, given } = part;
        calls.push({ id, type: "function", function: { name, arguments: given } });
        placed.place(part);
        break;
      }
      case "text":
      case "image":
      case "file":
        break;
    }
  return {
    role: "assistant",
    content: textOf(parts, placed),
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

// Neutral messages as those of a chat.
import type { Written, WrittenObject } from "../../bytes/json-written.ts";
import { foldInstructions, moveBehindResults } from "../neutral/fold-instructions.ts";
import { hoistPictures } from "../neutral/hoist-pictures.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import { textBesideCalls, textOf } from "../neutral/said-text.ts";
import type { ToolNames } from "../neutral/tool-names.ts";
import type { RequestMessage, RequestPart } from "../neutral/request.ts";
import type { ServerTraits } from "../server-traits.ts";

type Result = Extract<RequestMessage, { readonly role: "result" }>;

export function writeMessages(
  messages: readonly RequestMessage[],
  traits: ServerTraits,
  names: ToolNames,
  placed: PlacedFields,
): readonly WrittenObject[] {
  const list = traits.inlineSystem
    ? moveBehindResults(messages)
    : foldInstructions(messages, placed);
  return hoistPictures(list).map((message) => {
    switch (message.role) {
      case "instruction":
        return { role: message.voice, content: textOf(message.parts, "\n\n", placed) };
      case "user":
        return { role: message.role, content: userContent(message.parts, traits, placed) };
      case "assistant":
        return assistantMessage(message.parts, traits.extras, names, placed);
      case "result":
        return resultMessage(message, traits.extras, placed);
    }
  });
}

function resultMessage(
  { callId, name, failed, parts }: Result,
  extras: boolean,
  placed: PlacedFields,
): WrittenObject {
  const named = name !== null && extras ? { name } : {};
  // There is no other place for it.
  if (failed !== null) placed.place(failed);
  const content = (failed === null ? "" : "Error: ") + textOf(parts, "\n", placed);
  return { role: "tool", tool_call_id: callId, ...named, content };
}

function userContent(
  parts: readonly RequestPart[],
  { files }: ServerTraits,
  placed: PlacedFields,
): Written {
  const [first] = parts;
  if (first === undefined || (parts.length === 1 && first.kind === "text"))
    return textOf(parts, "", placed);
  return parts.flatMap((part): readonly WrittenObject[] => {
    switch (part.kind) {
      case "text":
        placed.place(part);
        return [{ type: "text", text: part.text }];
      case "image":
        placed.place(part);
        return [{ type: "image_url", image_url: { url: part.url } }];
      case "file":
        // Links to files have no place in a chat.
        if (!files || !part.url.startsWith("data:")) return [];
        placed.place(part);
        return [{ type: "file", file: { filename: part.name ?? "file", file_data: part.url } }];
      case "reasoning":
      case "call":
        return [];
    }
  });
}

function assistantMessage(
  parts: readonly RequestPart[],
  extras: boolean,
  names: ToolNames,
  placed: PlacedFields,
): WrittenObject {
  let reasoning = "";
  const content = textBesideCalls(parts, placed);
  const calls: WrittenObject[] = [];
  for (const part of parts)
    switch (part.kind) {
      case "reasoning":
        if (!extras || part.text === "") break;
        reasoning += part.text;
        placed.place(part);
        break;
      case "call": {
        const { id, name, given } = part;
        const detail = { name: names.theirs(name), arguments: given };
        calls.push({ id, type: "function", function: detail });
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
    content,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

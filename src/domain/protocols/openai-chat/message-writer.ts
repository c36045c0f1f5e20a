// Neutral messages as those of a chat.
import type { Written, WrittenObject } from "../../bytes/json-written.ts";
import { foldInstructions, moveBehindResults } from "../neutral/fold-instructions.ts";
import { hoistPictures } from "../neutral/hoist-pictures.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import { textBesideCalls, textOf } from "../neutral/said-text.ts";
import type { ToolNames } from "../neutral/tool-names.ts";
import type { CacheMark, RequestMessage, RequestPart } from "../neutral/request.ts";
import { unthoughtCalls } from "../refused-part.ts";
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
  return (traits.toolImages ? list : hoistPictures(list)).map((message) => {
    switch (message.role) {
      case "instruction":
        return { role: message.voice, content: textContent(message.parts, "\n\n", traits, placed) };
      case "user":
        return { role: message.role, content: userContent(message.parts, traits, placed) };
      case "assistant":
        return assistantMessage(message.parts, traits, names, placed);
      case "result":
        return resultMessage(message, traits, placed);
    }
  });
}

/**
 * One text, unless something is marked in it: marks stand in parts.
 * @param between two texts
 * @param mark of all of it
 */
function textContent(
  parts: readonly RequestPart[],
  between: string,
  traits: ServerTraits,
  placed: PlacedFields,
  mark?: CacheMark,
): Written {
  return traits.cacheMarks && marksOf(parts, mark).some((one) => one !== undefined)
    ? contentParts(parts, traits, placed, mark)
    : textOf(parts, between, placed);
}

/** What each part is marked with; what the whole is marked with stands at its last text. */
function marksOf(
  parts: readonly RequestPart[],
  mark: CacheMark | undefined,
): readonly (CacheMark | undefined)[] {
  const last = parts.findLastIndex(({ kind }) => kind === "text");
  return parts.map((part, index) => {
    const own = part.kind === "text" || part.kind === "image" ? part.cache : undefined;
    return own ?? (index === last ? mark : undefined);
  });
}

function resultMessage(
  { callId, name, failed, cache, parts }: Result,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  const named = name !== null && traits.extras ? { name } : {};
  const head = { role: "tool", tool_call_id: callId, ...named };
  const shows = traits.toolImages && parts.some(({ kind }) => kind === "image");
  const content = shows
    ? contentParts(parts, traits, placed, cache)
    : textContent(parts, "\n", traits, placed, cache);
  if (failed === null) return { ...head, content };
  // It has no place of its own.
  placed.place(failed);
  return {
    ...head,
    content:
      typeof content === "string"
        ? `Error: ${content}`
        : [{ type: "text", text: "Error: " }, ...listOf(content)],
  };
}

function listOf(content: Written): readonly Written[] {
  return Array.isArray(content) ? (content as readonly Written[]) : [content];
}

function userContent(
  parts: readonly RequestPart[],
  traits: ServerTraits,
  placed: PlacedFields,
): Written {
  const [first] = parts;
  return first === undefined || (parts.length === 1 && first.kind === "text")
    ? textContent(parts, "", traits, placed)
    : contentParts(parts, traits, placed);
}

function contentParts(
  parts: readonly RequestPart[],
  { files, cacheMarks }: ServerTraits,
  placed: PlacedFields,
  mark?: CacheMark,
): readonly WrittenObject[] {
  const marks = cacheMarks ? marksOf(parts, mark) : [];
  return parts.flatMap((part, index): readonly WrittenObject[] => {
    const cache = marks[index];
    const marked = cache === undefined ? {} : { cache_control: cache.value };
    if (cache !== undefined) placed.place(cache);
    switch (part.kind) {
      case "text":
        placed.place(part);
        return [{ type: "text", text: part.text, ...marked }];
      case "image":
        placed.place(part);
        return [{ type: "image_url", image_url: { url: part.url }, ...marked }];
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

/** Stands for thinking that nobody has, or none but its maker can read. */
const notShown = "(not shown)";

function assistantMessage(
  parts: readonly RequestPart[],
  traits: ServerTraits,
  names: ToolNames,
  placed: PlacedFields,
): WrittenObject {
  const { extras, refuses } = traits;
  const thinks = extras && !refuses.has("reasoning_content");
  let reasoning = "";
  const beside = textBesideCalls(parts, placed);
  const isMarked = traits.cacheMarks && marksOf(parts, undefined).some((one) => one !== undefined);
  const texts = parts.filter(({ kind }) => kind === "text");
  const content = isMarked ? contentParts(texts, traits, placed) : beside;
  const calls: WrittenObject[] = [];
  for (const part of parts)
    switch (part.kind) {
      case "reasoning":
        if (!thinks || part.text === "") break;
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
  if (reasoning === "" && calls.length > 0 && refuses.has(unthoughtCalls)) {
    reasoning = notShown;
    placed.add("messages.reasoning_content");
  }
  return {
    role: "assistant",
    content,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

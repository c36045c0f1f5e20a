// The parts of neutral messages as content blocks of Anthropic's.
import type { WrittenObject } from "../../bytes/json-written.ts";
import { argumentsObject } from "../neutral/call-arguments.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type {
  CacheMark,
  CallPart,
  ReasoningPart,
  RequestMessage,
  RequestPart,
} from "../neutral/request.ts";
import type { Addressee } from "../neutral/addressee.ts";
import type { ToolNames } from "../neutral/tool-names.ts";
import type { CallIds } from "../neutral/call-ids.ts";
import { fileBlock, imageBlock } from "./part-writer.ts";

/** The texts alone, where nothing else has a place. */
export function textBlocks(
  parts: readonly RequestPart[],
  placed: PlacedFields,
): readonly WrittenObject[] {
  return parts.flatMap((part) => (part.kind === "text" ? textBlock(part, placed) : []));
}

/** What a user says, or a tool's result holds. */
export function userBlocks(
  parts: readonly RequestPart[],
  placed: PlacedFields,
): readonly WrittenObject[] {
  return parts.flatMap((part): readonly WrittenObject[] => {
    switch (part.kind) {
      case "text":
        return textBlock(part, placed);
      case "image":
      case "file": {
        const block = part.kind === "image" ? imageBlock(part) : fileBlock(part);
        if (block === null) return [];
        placed.place(part);
        return [part.kind === "image" ? { ...block, ...markOf(part.cache, placed) } : block];
      }
      case "reasoning":
      case "call":
        return [];
    }
  });
}

export function assistantBlocks(
  parts: readonly RequestPart[],
  ids: CallIds,
  names: ToolNames,
  server: Addressee,
  placed: PlacedFields,
): readonly WrittenObject[] {
  return parts.flatMap((part): readonly WrittenObject[] => {
    switch (part.kind) {
      case "text":
        return textBlock(part, placed);
      case "reasoning":
        return thinkingBlock(part, server, placed);
      case "call":
        return [callBlock(part, ids, names, placed)];
      case "image":
      case "file":
        return [];
    }
  });
}

/** @param callId as it is sent */
export function resultBlock(
  { cache, parts, failed }: Extract<RequestMessage, { readonly role: "result" }>,
  callId: string,
  placed: PlacedFields,
): WrittenObject {
  const content = userBlocks(parts, placed);
  if (failed !== null) placed.place(failed);
  return {
    type: "tool_result",
    tool_use_id: callId,
    content: content.length === 0 ? undefined : content,
    is_error: failed === null ? undefined : true,
    ...markOf(cache, placed),
  };
}

/** Anthropic refuses blocks of nothing but white space; they say nothing. */
function textBlock(
  part: Extract<RequestPart, { readonly kind: "text" }>,
  placed: PlacedFields,
): readonly WrittenObject[] {
  placed.place(part);
  return part.text.trim() === ""
    ? []
    : [{ type: "text", text: part.text, ...markOf(part.cache, placed) }];
}

/** Clients of other protocols that know where their chats end up say it in Anthropic's words. */
export function markOf(cache: CacheMark | undefined, placed: PlacedFields): WrittenObject {
  if (cache === undefined || placed.leavesOut(cache)) return {};
  placed.place(cache);
  return { cache_control: cache.value };
}

/** A server takes no thinking back that it did not sign itself. */
function thinkingBlock(
  part: ReasoningPart,
  server: Addressee,
  placed: PlacedFields,
): readonly WrittenObject[] {
  const { text, seal } = part;
  if (seal === null || seal.kind === "text" || !server.takesBack(seal)) return [];
  placed.place(part);
  placed.place(seal);
  return seal.kind === "redacted"
    ? [{ type: "redacted_thinking", data: seal.data }]
    : [{ type: "thinking", thinking: text, signature: seal.data }];
}

function callBlock(
  part: CallPart,
  ids: CallIds,
  names: ToolNames,
  placed: PlacedFields,
): WrittenObject {
  const input = argumentsObject(part.given);
  // Arguments that no object holds are kept, but named: the model reads another call than it made.
  if (input !== null) placed.place(part);
  return {
    type: "tool_use",
    id: ids.ofCall(part.id),
    name: names.theirs(part.name),
    input: input ?? { raw: part.given },
  };
}

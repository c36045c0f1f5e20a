// Neutral messages as the items of a request to Responses, in their order.
import type { Written, WrittenObject } from "../../bytes/json-written.ts";
import type { Addressee } from "../neutral/addressee.ts";
import { type CallIds, createCallIds } from "../neutral/call-ids.ts";
import { foldInstructions } from "../neutral/fold-instructions.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type { CallPart, RequestMessage, RequestPart } from "../neutral/request.ts";
import { withSignedReasoning } from "../neutral/restored-reasoning.ts";
import { textOf } from "../neutral/said-text.ts";
import type { SignedTurn } from "../neutral/signed-turn.ts";
import type { ToolNames } from "../neutral/tool-names.ts";
import type { ServerTraits } from "../server-traits.ts";
import { reasoningItems } from "./sealed-reasoning.ts";

type Result = Extract<RequestMessage, { readonly role: "result" }>;

/** Of a call: OpenAI takes no longer ones. */
const acceptedIds = /^.{1,64}$/s;

export function writeItems(
  messages: readonly RequestMessage[],
  names: ToolNames,
  server: Addressee,
  traits: ServerTraits,
  placed: PlacedFields,
): readonly WrittenObject[] {
  const ids = createCallIds(acceptedIds);
  const customIds = new Set<string>();
  const restored = new Set<SignedTurn>();
  let follows = false;

  function itemsOf(message: RequestMessage): readonly WrittenObject[] {
    switch (message.role) {
      case "instruction": {
        const text = textOf(message.parts, "\n\n", placed);
        const role = message.voice === "developer" ? message.voice : "system";
        return text === "" ? [] : [messageItem(role, text)];
      }
      case "user":
        return [messageItem("user", content(message.parts, "", placed))];
      case "assistant": {
        if (!follows) ids.begin();
        for (const part of message.parts)
          if (part.kind === "call")
            if (part.custom === undefined) customIds.delete(part.id);
            else customIds.add(part.id);
        const parts = withSignedReasoning(message.parts, server, restored, placed);
        return saidItems(parts, ids, names, server, placed);
      }
      case "result":
        return [resultItem(message, customIds.has(message.callId), ids, placed)];
    }
  }

  // Templates of open models take instructions at the start only.
  const list = traits.inlineSystem ? messages : foldInstructions(messages, placed);
  return list.flatMap((message) => {
    const items = itemsOf(message);
    follows = message.role === "assistant";
    return items;
  });
}

function messageItem(role: string, said: Written): WrittenObject {
  return { type: "message", role, content: said };
}

/** What a user says, or a tool's result holds: a text where there is nothing else. @param between two texts */
function content(parts: readonly RequestPart[], between: string, placed: PlacedFields): Written {
  const isText = parts.every(({ kind }) => kind !== "image" && kind !== "file");
  if (isText && (between !== "" || parts.length < 2)) return textOf(parts, between, placed);
  return parts.flatMap((part): readonly WrittenObject[] => {
    switch (part.kind) {
      case "text":
        placed.place(part);
        return [{ type: "input_text", text: part.text }];
      case "image":
        placed.place(part);
        if (part.detail !== undefined) placed.place(part.detail);
        return [{ type: "input_image", image_url: part.url, detail: part.detail?.value ?? "auto" }];
      case "file":
        placed.place(part);
        return [
          part.url.startsWith("data:")
            ? { type: "input_file", filename: part.name ?? "file", file_data: part.url }
            : { type: "input_file", file_url: part.url },
        ];
      case "reasoning":
      case "call":
        return [];
    }
  });
}

/** Words, calls and reasoning, each where it stood. */
function saidItems(
  parts: readonly RequestPart[],
  ids: CallIds,
  names: ToolNames,
  server: Addressee,
  placed: PlacedFields,
): readonly WrittenObject[] {
  const items: WrittenObject[] = [];
  let words = "";

  function endWords(): void {
    if (words !== "") items.push(messageItem("assistant", words));
    words = "";
  }

  for (const part of parts)
    switch (part.kind) {
      case "text":
        placed.place(part);
        words += part.text;
        break;
      case "reasoning": {
        const reasoning = reasoningItems(part, server, placed);
        if (reasoning.length > 0) endWords();
        items.push(...reasoning);
        break;
      }
      case "call":
        endWords();
        placed.place(part);
        items.push(callItem(part, ids, names));
        break;
      case "image":
      case "file":
        break;
    }
  endWords();
  return items;
}

function callItem(
  { id, name, given, custom }: CallPart,
  ids: CallIds,
  names: ToolNames,
): WrittenObject {
  const called = { call_id: ids.ofCall(id), name: names.theirs(name) };
  return custom === undefined
    ? { type: "function_call", ...called, arguments: given }
    : { type: "custom_tool_call", ...called, input: custom };
}

/** @param custom it answers a call of a custom tool */
function resultItem(
  { callId, failed, parts }: Result,
  custom: boolean,
  ids: CallIds,
  placed: PlacedFields,
): WrittenObject {
  const output = content(parts, "\n", placed);
  const head = {
    type: custom ? "custom_tool_call_output" : "function_call_output",
    call_id: ids.ofResult(callId),
  };
  if (failed === null) return { ...head, output };
  // It has no place of its own.
  placed.place(failed);
  return {
    ...head,
    output:
      typeof output === "string"
        ? `Error: ${output}`
        : [{ type: "input_text", text: "Error: " }, ...listOf(output)],
  };
}

function listOf(written: Written): readonly Written[] {
  return Array.isArray(written) ? (written as readonly Written[]) : [written];
}

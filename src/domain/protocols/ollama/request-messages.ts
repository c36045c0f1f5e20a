// Ollama's messages as those of OpenAI's chat.
import { isRecord } from "../../bytes/json.ts";
import type { JsonRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { Written, WrittenObject } from "../../bytes/json-written.ts";
import { createCallIds, textMember, type CallIds } from "./call-ids.ts";
import { imageUrl } from "./image-url.ts";
import { saysNothing, type RequestDraft } from "./request-draft.ts";

/** Fields that mean something in one role's messages only. */
const fieldsOfRoles: readonly (readonly [role: string, fields: readonly string[]])[] = [
  ["assistant", ["thinking", "tool_calls"]],
  ["tool", ["tool_name", "tool_call_id", "name"]],
];

/** The messages of a chat; what is wrong with them is told to the draft. */
export function translateMessages(
  messages: readonly JsonSource[],
  draft: RequestDraft,
): readonly WrittenObject[] {
  const ids = createCallIds(messages.map(({ value }) => value));
  return messages.map((source, index) => {
    const place = `messages[${index}]`;
    const { value } = source;
    if (isRecord(value)) return translateMessage(value, source, place, ids, draft);
    draft.refuse(`${place} must be an object`);
    return {};
  });
}

function translateMessage(
  message: JsonRecord,
  source: JsonSource,
  place: string,
  ids: CallIds,
  draft: RequestDraft,
): WrittenObject {
  draft.dropUncarried(message, "messages.");
  const role = textMember(message, "role")?.toLowerCase() ?? "";
  if (role === "") draft.refuse(`${place}.role must be a text`);
  const content = message["content"] ?? "";
  if (typeof content !== "string") {
    draft.refuse(`${place}.content must be a text; images go into ${place}.images`);
    return {};
  }
  for (const [owner, fields] of fieldsOfRoles)
    for (const field of fields)
      if (role !== owner && !saysNothing(message[field])) draft.drop(`messages.${field}`);
  const images = readImages(message["images"], `${place}.images`, draft);
  if (role === "user") return { role, content: userContent(content, images) };
  if (images.length > 0) draft.drop("messages.images");
  if (role === "tool") return toolResult(message, content, ids, draft);
  if (role === "assistant") return assistantMessage(message, source, place, ids, draft);
  return { role, content };
}

/** A user's text with its images. They go first, where Ollama's own templates put them. */
export function userContent(text: string, images: readonly string[]): Written {
  if (images.length === 0) return text;
  const parts: WrittenObject[] = images.map((url) => ({ type: "image_url", image_url: { url } }));
  if (text !== "") parts.push({ type: "text", text });
  return parts;
}

/** Images as data URLs. */
export function readImages(images: unknown, place: string, draft: RequestDraft): readonly string[] {
  if (images === undefined || images === null) return [];
  if (!Array.isArray(images)) {
    draft.refuse(`${place} must be a list`);
    return [];
  }
  return (images as readonly unknown[]).map((image, index) => {
    const url = typeof image === "string" ? imageUrl(image) : null;
    if (url === null) draft.refuse(`${place}[${index}] must be base64`);
    return url ?? "";
  });
}

function toolResult(
  message: JsonRecord,
  content: string,
  ids: CallIds,
  draft: RequestDraft,
): WrittenObject {
  const name = textMember(message, "tool_name") ?? textMember(message, "name");
  const id = ids.ofResult(textMember(message, "tool_call_id"), name);
  const named = name !== null && draft.traits.extras;
  return { role: "tool", tool_call_id: id, ...(named ? { name } : {}), content };
}

function assistantMessage(
  message: JsonRecord,
  source: JsonSource,
  place: string,
  ids: CallIds,
  draft: RequestDraft,
): WrittenObject {
  const thinking = textMember(message, "thinking");
  if (thinking !== null && !draft.traits.extras) draft.drop("messages.thinking");
  const calls = message["tool_calls"] ?? [];
  if (!Array.isArray(calls)) draft.refuse(`${place}.tool_calls must be a list`);
  const list = source.member("tool_calls").items();
  if (list.length > 0) ids.begin();
  return {
    role: "assistant",
    content: textMember(message, "content") ?? "",
    ...(thinking !== null && draft.traits.extras ? { reasoning_content: thinking } : {}),
    ...(list.length > 0
      ? {
          tool_calls: list.map((call, index) =>
            translateCall(call, `${place}.tool_calls[${index}]`, ids, draft),
          ),
        }
      : {}),
  };
}

function translateCall(
  source: JsonSource,
  place: string,
  ids: CallIds,
  draft: RequestDraft,
): WrittenObject {
  const call = source.value;
  const detail = isRecord(call) ? call["function"] : undefined;
  const name = isRecord(detail) ? textMember(detail, "name") : null;
  if (!isRecord(call) || !isRecord(detail) || name === null) {
    draft.refuse(`${place}.function.name must be a text`);
    return {};
  }
  draft.dropUncarried(call, "messages.tool_calls.");
  draft.dropUncarried(detail, "messages.tool_calls.function.");
  const text = argumentsText(source.member("function").member("arguments"));
  if (text === null) draft.refuse(`${place}.function.arguments must be an object`);
  const id = ids.ofCall(textMember(call, "id"), name);
  return { id, type: "function", function: { name, arguments: text } };
}

/** Arguments as OpenAI has them; null where they are neither an object nor a text. */
function argumentsText(given: JsonSource): string | null {
  const { value } = given;
  if (value === undefined || value === null) return "{}";
  // Some clients hand on the text that they got from OpenAI.
  if (typeof value === "string") return value;
  return isRecord(value) ? given.raw().text : null;
}

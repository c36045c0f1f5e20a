// The messages of Ollama's chats, read into neutral ones.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { CallPart, ImagePart, ReasoningPart, RequestMessage } from "../neutral/request.ts";
import { RecordReader, type RequestNotes } from "../neutral/request-notes.ts";
import { type CallIds, createCallIds } from "./call-ids.ts";
import { imageUrl } from "./image-url.ts";
import { textParts } from "../neutral/text-parts.ts";

/** The messages of a chat; what is wrong with them goes into the notes. */
export function readMessages(
  messages: readonly JsonSource[],
  notes: RequestNotes,
): readonly RequestMessage[] {
  const ids = createCallIds(messages.map(({ value }) => value));
  return messages.map((source, index) => {
    const place = `messages[${index}]`;
    if (!isRecord(source.value)) notes.refuse(`${place} must be an object`);
    const reader = new RecordReader(source, "messages.", notes);
    const message = readMessage(reader, place, ids, notes);
    reader.close();
    return message;
  });
}

function readMessage(
  reader: RecordReader,
  place: string,
  ids: CallIds,
  notes: RequestNotes,
): RequestMessage {
  const role = reader.takeText("role")?.toLowerCase() ?? "";
  if (role === "") notes.refuse(`${place}.role must be a text`);
  const content = reader.take("content").value ?? "";
  if (typeof content !== "string")
    notes.refuse(`${place}.content must be a text; images go into ${place}.images`);
  const text = textParts("messages.content", typeof content === "string" ? content : "", notes);
  const pictures = reader.take("images").value;
  // They go first, where Ollama's own templates put them.
  const said = [...readImages(pictures, `${place}.images`, "messages.images", notes), ...text];
  if (role === "user") return { role, parts: said };
  if (role === "tool")
    return { role: "result", ...answered(reader, ids), failed: null, parts: said };
  if (role !== "assistant") return { role: "instruction", voice: role, parts: said };
  const thought = thoughts(reader, notes);
  return { role, parts: [...thought, ...said, ...calls(reader, place, ids, notes)] };
}

/**
 * Images as data URLs.
 * @param place by which a refusal names them
 */
export function readImages(
  images: unknown,
  place: string,
  path: string,
  notes: RequestNotes,
): readonly ImagePart[] {
  if (images === undefined || images === null) return [];
  if (!Array.isArray(images)) {
    notes.refuse(`${place} must be a list`);
    return [];
  }
  return (images as readonly unknown[]).map((image, index) => {
    const url = typeof image === "string" ? imageUrl(image) : null;
    if (url === null) notes.refuse(`${place}[${index}] must be base64`);
    return notes.note({ kind: "image", path, url: url ?? "" });
  });
}

/** Which call a tool's result answers. `name` is an older `tool_name`. */
function answered(reader: RecordReader, ids: CallIds) {
  const older = reader.takeText("name");
  const name = reader.takeText("tool_name") ?? older;
  return { callId: ids.ofResult(reader.takeText("tool_call_id"), name), name };
}

function thoughts(reader: RecordReader, notes: RequestNotes): readonly ReasoningPart[] {
  const text = reader.takeText("thinking");
  return text === null
    ? []
    : [notes.note({ kind: "reasoning", path: "messages.thinking", text, seal: null })];
}

function calls(
  reader: RecordReader,
  place: string,
  ids: CallIds,
  notes: RequestNotes,
): readonly CallPart[] {
  const list = reader.take("tool_calls");
  if (!Array.isArray(list.value ?? [])) notes.refuse(`${place}.tool_calls must be a list`);
  const items = list.items();
  if (items.length > 0) ids.begin();
  return items.map((call, index) => readCall(call, `${place}.tool_calls[${index}]`, ids, notes));
}

function readCall(source: JsonSource, place: string, ids: CallIds, notes: RequestNotes): CallPart {
  const path = "messages.tool_calls";
  const call = new RecordReader(source, `${path}.`, notes);
  // There is one type only.
  call.take("type");
  const detail = new RecordReader(call.take("function"), `${path}.function.`, notes);
  // Their order says the same.
  detail.take("index");
  const name = detail.takeText("name");
  if (name === null) notes.refuse(`${place}.function.name must be a text`);
  const given = argumentsText(detail.take("arguments"));
  if (given === null) notes.refuse(`${place}.function.arguments must be an object`);
  const id = ids.ofCall(call.takeText("id"), name ?? "");
  call.close();
  detail.close();
  return notes.note({ kind: "call", path, id, name: name ?? "", given: given ?? "" });
}

/** Arguments as text; null where they are neither an object nor a text. */
function argumentsText(given: JsonSource): string | null {
  const { value } = given;
  if (value === undefined || value === null) return "{}";
  // Some clients hand on the text that they got from OpenAI.
  if (typeof value === "string") return value;
  return isRecord(value) ? given.raw().text : null;
}

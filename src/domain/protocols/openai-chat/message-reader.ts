// The messages of a chat, read into neutral ones.
import { isRecord, textMember } from "../../bytes/json.ts";
import { detailsText } from "../../call/reasoning-details.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { customArguments } from "../neutral/custom-tool.ts";
import type { CallPart, ReasoningPart, RequestMessage } from "../neutral/request.ts";
import { RecordReader, type RequestNotes, takeCache } from "../neutral/request-notes.ts";
import { readContent } from "./part-reader.ts";
import { textParts } from "../neutral/text-parts.ts";

/** What is wrong with them goes into the notes. */
export function readMessages(
  messages: readonly JsonSource[],
  notes: RequestNotes,
): readonly RequestMessage[] {
  const legacy = createLegacyIds();
  return messages.flatMap((source, index) => {
    const place = `messages[${index}]`;
    if (!isRecord(source.value)) notes.refuse(`${place} must be an object`);
    const reader = new RecordReader(source, "messages.", notes);
    const message = readMessage(reader, place, legacy, notes);
    reader.close();
    return message === null ? [] : [message];
  });
}

function readMessage(
  reader: RecordReader,
  place: string,
  legacy: LegacyIds,
  notes: RequestNotes,
): RequestMessage | null {
  const role = reader.takeText("role");
  const content = reader.take("content");
  // A text has no place for a mark of its own, and a result is one whole.
  const isWhole = role === "tool" || typeof content.value === "string";
  const cache = isWhole ? takeCache(reader, notes) : undefined;
  const mark = role === "tool" ? undefined : cache;
  const said = readContent(content, `${place}.content`, notes, mark);
  switch (role) {
    case "system":
    case "developer":
      return { role: "instruction", voice: role, parts: said };
    case "user":
      return { role, parts: said };
    case "assistant": {
      const refusal = textParts("messages.refusal", reader.text("refusal"), notes);
      const thought = thoughts(reader, notes);
      const called = [...calls(reader, place, notes), ...legacyCall(reader, place, legacy, notes)];
      return { role, parts: [...thought, ...said, ...refusal, ...called] };
    }
    case "tool": {
      const callId = reader.takeText("tool_call_id");
      if (callId === null) notes.refuse(`${place}.tool_call_id must be a text`);
      const name = reader.takeText("name");
      const result = { callId: callId ?? "", name, failed: null, parts: said };
      return { role: "result", ...result, ...(cache === undefined ? {} : { cache }) };
    }
    case "function": {
      const name = reader.takeText("name");
      return { role: "result", callId: legacy.last(), name, failed: null, parts: said };
    }
    default:
      notes.refuse(`${place}.role must be system, developer, user, assistant, tool or function`);
      return null;
  }
}

/** Servers with such models differ in the name, and clients give back what they got. */
function thoughts(reader: RecordReader, notes: RequestNotes): readonly ReasoningPart[] {
  const key =
    textMember(reader.record, "reasoning_content") === null ? "reasoning" : "reasoning_content";
  const text = reader.takeText(key);
  if (text === null) {
    const listed = detailsText(reader.record["reasoning_details"]);
    if (listed === null) return [];
    reader.take("reasoning_details");
    const path = reader.path("reasoning_details");
    return [notes.note({ kind: "reasoning", path, text: listed, seal: null })];
  }
  const other = key === "reasoning_content" ? "reasoning" : "reasoning_content";
  if (reader.record[other] === text) reader.take(other);
  return [notes.note({ kind: "reasoning", path: reader.path(key), text, seal: null })];
}

function calls(reader: RecordReader, place: string, notes: RequestNotes): readonly CallPart[] {
  const list = reader.take("tool_calls");
  if (!Array.isArray(list.value ?? [])) notes.refuse(`${place}.tool_calls must be a list`);
  return list.items().map((call, index) => readCall(call, `${place}.tool_calls[${index}]`, notes));
}

function readCall(source: JsonSource, place: string, notes: RequestNotes): CallPart {
  const path = "messages.tool_calls";
  const call = new RecordReader(source, `${path}.`, notes);
  const type = call.takeText("type") ?? "function";
  // Their order says the same; some clients give back what streams number them by.
  call.take("index");
  const id = call.takeText("id");
  if (id === null) notes.refuse(`${place}.id must be a text`);
  const custom = type === "custom";
  const key = custom ? "custom" : "function";
  const detail = new RecordReader(call.take(key), `${path}.${key}.`, notes);
  const name = detail.takeText("name");
  if (name === null) notes.refuse(`${place}.${key}.name must be a text`);
  const called = custom ? customCall(detail.text("input")) : { given: argumentsText(detail) };
  call.close();
  detail.close();
  return notes.note({ kind: "call", path, id: id ?? "", name: name ?? "", ...called });
}

function customCall(custom: string): Pick<CallPart, "given" | "custom"> {
  return { given: customArguments(custom), custom };
}

/** Some servers send an object where there should be its text, and their clients send it back. */
function argumentsText(detail: RecordReader): string {
  const given = detail.take("arguments");
  if (typeof given.value === "string") return given.value;
  return isRecord(given.value) ? given.raw().text : "";
}

interface LegacyIds {
  next(): string;
  /** Of the call before: there is never more than one. */
  last(): string;
}

/** Calls of the API's first form have no ids. These depend on the conversation alone. */
function createLegacyIds(): LegacyIds {
  let made = 0;
  const id = () => `function_call_${made}`;
  return {
    next() {
      made += 1;
      return id();
    },
    last: id,
  };
}

function legacyCall(
  reader: RecordReader,
  place: string,
  legacy: LegacyIds,
  notes: RequestNotes,
): readonly CallPart[] {
  const source = reader.take("function_call");
  if (!isRecord(source.value)) return [];
  const path = "messages.function_call";
  const detail = new RecordReader(source, `${path}.`, notes);
  const name = detail.takeText("name");
  if (name === null) notes.refuse(`${place}.function_call.name must be a text`);
  const given = argumentsText(detail);
  detail.close();
  return [notes.note({ kind: "call", path, id: legacy.next(), name: name ?? "", given })];
}

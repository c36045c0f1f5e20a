// Requests to Anthropic's /v1/messages, read into neutral ones.
import type { JsonSource } from "../../bytes/json-source.ts";
import type { CallReading } from "../neutral/codec.ts";
import type { ConversationRequest, RequestMessage } from "../neutral/request.ts";
import { createRequestNotes, RecordReader, takeCache } from "../neutral/request-notes.ts";
import type { BlockNotes } from "./block-reader.ts";
import { readMessages, readSystem } from "./message-reader.ts";
import { readSettings } from "./settings-reader.ts";
import { readToolChoice, readTools } from "./tools-reader.ts";

/** @param source an object */
export function readMessagesRequest(source: JsonSource): CallReading {
  const notes: BlockNotes = { ...createRequestNotes(), referred: new Set(), defined: [] };
  const reader = new RecordReader(source, "", notes);
  // The router sends the name of its own choice.
  reader.take("model");
  const request = read(reader, notes);
  reader.close();
  const message = notes.problem();
  return message === null ? { kind: "request", request } : { kind: "problem", message };
}

function read(reader: RecordReader, notes: BlockNotes): ConversationRequest {
  const system = readSystem(reader.take("system"), notes);
  const list = reader.take("messages");
  if (!Array.isArray(list.value) || list.value.length === 0)
    notes.refuse("messages must be a list with at least one message");
  const messages = [...system, ...readMessages(list.items(), notes)];
  const tools = readTools(reader, notes);
  const choice = readToolChoice(reader, tools, notes);
  const settings = { ...readSettings(reader, notes), ...choice };
  const cache = takeCache(reader, notes);
  const said = { kind: "conversation", messages, tools, settings } as const;
  const request = cache === undefined ? said : { ...said, cache };
  return isPrefilled(messages)
    ? {
        ...request,
        prefill: notes.note({ path: "messages.assistant", essential: true }),
        fields: notes.fields(),
      }
    : { ...request, fields: notes.fields() };
}

/** Anthropic's models go on with an assistant's message that stands last. */
function isPrefilled(messages: readonly RequestMessage[]): boolean {
  const last = messages.at(-1);
  return last?.role === "assistant" && last.parts.every(({ kind }) => kind === "text");
}

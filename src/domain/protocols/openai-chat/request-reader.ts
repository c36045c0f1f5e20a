// Chat completions' requests, read into neutral ones.
import type { JsonSource } from "../../bytes/json-source.ts";
import type { CallReading } from "../neutral/codec.ts";
import { createRequestNotes, RecordReader } from "../neutral/request-notes.ts";
import { readMessages } from "./message-reader.ts";
import { readSettings } from "./settings-reader.ts";
import { readTools } from "./tool-reader.ts";

/** @param source an object */
export function readChatRequest(source: JsonSource): CallReading {
  const notes = createRequestNotes();
  const reader = new RecordReader(source, "", notes);
  // The router sends the name of its own choice.
  reader.take("model");
  const given = reader.take("messages");
  if (!Array.isArray(given.value)) notes.refuse("messages must be a list");
  const messages = readMessages(given.items(), notes);
  const { tools, toolChoice } = readTools(reader, notes);
  const settings = readSettings(reader, toolChoice, notes);
  reader.close();
  const message = notes.problem();
  if (message !== null) return { kind: "problem", message };
  const fields = notes.fields();
  return { kind: "request", request: { kind: "conversation", messages, tools, settings, fields } };
}

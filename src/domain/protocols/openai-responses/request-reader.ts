// Requests of Responses' clients, read into neutral ones.
import { textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { CallReading } from "../neutral/codec.ts";
import type { RequestMessage, RequestPart } from "../neutral/request.ts";
import { createRequestNotes, RecordReader, type RequestNotes } from "../neutral/request-notes.ts";
import { textParts } from "../neutral/text-parts.ts";
import { conversationOf, type InputItem } from "./conversation.ts";
import { readItem } from "./item-reader.ts";
import { readSettings } from "./settings-reader.ts";
import { readTools } from "./tools-reader.ts";

/** @param source an object */
export function readResponsesRequest(source: JsonSource): CallReading {
  const notes = createRequestNotes();
  const reader = new RecordReader(source, "", notes);
  // The router sends the name of its own choice.
  reader.take("model");
  const instructions = readInstructions(reader, notes);
  const items = readInput(reader.take("input"), notes);
  const messages = withLeadingInstructions(instructions, conversationOf(items));
  const { tools, toolChoice } = readTools(source, reader, notes);
  const settings = readSettings(reader, toolChoice, notes);
  reader.close();
  const message = notes.problem();
  if (message !== null) return { kind: "problem", message };
  const fields = notes.fields();
  return { kind: "request", request: { kind: "conversation", messages, tools, settings, fields } };
}

function readInstructions(reader: RecordReader, notes: RequestNotes): readonly RequestPart[] {
  const { value } = reader.take("instructions");
  if (value === undefined || value === null) return [];
  if (typeof value !== "string") notes.refuse("instructions must be a text");
  return textParts("instructions", textMember(reader.record, "instructions") ?? "", notes);
}

function readInput(input: JsonSource, notes: RequestNotes): readonly InputItem[] {
  const { value } = input;
  if (value === undefined || value === null) return [];
  if (typeof value === "string") {
    const parts = textParts("input", value, notes);
    return [{ kind: "message", message: { role: "user", parts } }];
  }
  if (!Array.isArray(value)) notes.refuse("input must be a text or a list of items");
  return input.items().flatMap((item, index) => readItem(item, `input[${index}]`, notes));
}

/** All that is said before anything else is one instruction: templates take no second. */
function withLeadingInstructions(
  instructions: readonly RequestPart[],
  messages: readonly RequestMessage[],
): readonly RequestMessage[] {
  const begins = messages.findIndex(({ role }) => role !== "instruction");
  const leading = begins < 0 ? messages : messages.slice(0, begins);
  const parts = [...instructions, ...leading.flatMap((message) => message.parts)];
  const rest = messages.slice(leading.length);
  return parts.length === 0 ? rest : [{ role: "instruction", voice: "system", parts }, ...rest];
}

// Ollama's requests, read into neutral ones.
import { isRecord, type JsonRecord, textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { CallReading } from "../neutral/codec.ts";
import type {
  CompletionRequest,
  ConversationRequest,
  EmbeddingRequest,
  NeutralRequest,
  RequestMessage,
  RequestTool,
  RequestTools,
  ValueField,
} from "../neutral/request.ts";
import {
  createRequestNotes,
  RecordReader,
  type RequestNotes,
  saysNothing,
} from "../neutral/request-notes.ts";
import { type IdleReason, idleAnswer } from "./idle-answer.ts";
import { readImages, readMessages } from "./message-reader.ts";
import { textParts } from "../neutral/text-parts.ts";
import type { OllamaKind } from "./endpoints.ts";
import { readSettings, refuseOptions } from "./settings-reader.ts";

/** @param source an object */
export function readOllamaRequest(kind: OllamaKind, source: JsonSource): CallReading {
  const { record } = source;
  const idle = idleReason(kind, record);
  if (idle !== null)
    return { kind: "idle", answer: (model, now) => idleAnswer(kind, idle, model, now) };
  const notes = createRequestNotes();
  const reader = new RecordReader(source, "", notes);
  // The router sends the name of its own choice.
  reader.take("model");
  const request = read(kind, reader, notes);
  reader.close();
  const message = notes.problem();
  return message === null ? { kind: "request", request } : { kind: "problem", message };
}

function read(kind: OllamaKind, reader: RecordReader, notes: RequestNotes): NeutralRequest {
  switch (kind) {
    case "chat":
      return chat(reader, notes);
    case "generate": {
      const bare = reader.record["raw"] === true || textMember(reader.record, "suffix") !== null;
      return bare ? completion(reader, notes) : prompted(reader, notes);
    }
    case "embed":
    case "embeddings":
      return embedding(kind, reader, notes);
  }
}

function idleReason(kind: OllamaKind, request: JsonRecord): IdleReason | null {
  const asked: Readonly<Record<OllamaKind, readonly unknown[]>> = {
    chat: [request["messages"]],
    generate: [request["prompt"], request["suffix"], request["images"]],
    embed: [request["input"]],
    embeddings: [request["prompt"]],
  };
  if (!asked[kind].every(saysNothing)) return null;
  if (kind === "embed" || kind === "embeddings") return "empty";
  const keep = request["keep_alive"];
  return keep === 0 || (typeof keep === "string" && /^0[a-zµ]*$/.test(keep)) ? "unload" : "load";
}

function chat(reader: RecordReader, notes: RequestNotes): ConversationRequest {
  const given = reader.take("messages");
  if (!Array.isArray(given.value)) notes.refuse("messages must be a list");
  const messages = readMessages(given.items(), notes);
  const tools = readTools(reader, notes);
  const settings = readSettings(reader, notes);
  return { kind: "conversation", messages, tools, settings, fields: notes.fields() };
}

/** Ollama's form of them is that of Chat Completions. */
function readTools(reader: RecordReader, notes: RequestNotes): RequestTools | null {
  const tools = reader.take("tools");
  const { value } = tools;
  if (saysNothing(value)) return null;
  if (Array.isArray(value) && (value as readonly unknown[]).every(isRecord)) {
    const list = tools.items().map(readTool);
    return notes.note({ path: "tools", list, asChat: tools.raw() });
  }
  notes.refuse("tools must be a list of objects");
  return null;
}

function readTool(source: JsonSource): RequestTool {
  const detail = source.member("function");
  const { record } = detail;
  const parameters = detail.member("parameters");
  return {
    path: "tools",
    name: textMember(record, "name") ?? "",
    description: textMember(record, "description"),
    parameters: isRecord(parameters.value) ? parameters.raw() : null,
    strict: null,
  };
}

/** A prompt is a user's message. */
function prompted(reader: RecordReader, notes: RequestNotes): ConversationRequest {
  const system = textParts("system", reader.text("system"), notes);
  const prompt = textParts("prompt", reader.text("prompt"), notes);
  const images = readImages(reader.take("images").value, "images", "images", notes);
  const messages: RequestMessage[] = [{ role: "user", parts: [...images, ...prompt] }];
  if (system.length > 0) messages.unshift({ role: "instruction", voice: "system", parts: system });
  const settings = readSettings(reader, notes);
  return { kind: "conversation", messages, tools: null, settings, fields: notes.fields() };
}

function completion(reader: RecordReader, notes: RequestNotes): CompletionRequest {
  const { record } = reader;
  const raw = reader.take("raw").value === true;
  const templated = ["template", "system", "context"].some((key) => !saysNothing(record[key]));
  // Ollama's own words.
  if (raw && templated) notes.refuse("raw mode does not support template, system, or context");
  const prompt = notes.note({ path: "prompt", value: reader.text("prompt") });
  const text = reader.text("suffix");
  const suffix = text === "" ? null : notes.note({ path: "suffix", value: text });
  const settings = readSettings(reader, notes);
  return { kind: "completion", prompt, suffix, settings, fields: notes.fields() };
}

function embedding(
  kind: "embed" | "embeddings",
  reader: RecordReader,
  notes: RequestNotes,
): EmbeddingRequest {
  const input =
    kind === "embeddings"
      ? notes.note({ path: "prompt", value: reader.text("prompt") })
      : inputs(reader, notes);
  const dimensions = kind === "embeddings" ? null : readDimensions(reader, notes);
  refuseOptions(reader, notes);
  return { kind: "embedding", input, dimensions, fields: notes.fields() };
}

function inputs(reader: RecordReader, notes: RequestNotes): ValueField<string | readonly string[]> {
  const { value } = reader.take("input");
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!texts.every((text) => typeof text === "string")) {
    notes.refuse("input must be a text or a list of texts");
    return { path: "input", value: "" };
  }
  return notes.note({ path: "input", value: typeof value === "string" ? value : texts });
}

function readDimensions(reader: RecordReader, notes: RequestNotes): EmbeddingRequest["dimensions"] {
  const dimensions = reader.take("dimensions");
  const { value } = dimensions;
  if (value === undefined || value === null || value === 0) return null;
  if (typeof value !== "number") notes.refuse("dimensions must be a number");
  return notes.note({ path: "dimensions", value: dimensions.raw() });
}

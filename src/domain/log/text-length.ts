// How much text a prompt or an answer holds, for estimating tokens where nobody counted them.
import { isRecord, type JsonRecord } from "../bytes/json.ts";

/** No model counts exactly so, but over prose and code it comes within a third of most. */
const charactersPerToken = 4;

/** Deeper than any real message; a hostile body must not exhaust the stack. */
const deepest = 64;

/** Fields that are not text to a model: labels of the format, and media, whose size says nothing. */
const notText = new Set(
  (
    "role type id call_id tool_call_id tool_use_id object model status stop_reason stop_sequence " +
    "cache_control signature encrypted_content usage annotations " +
    "image_url images input_audio data file file_data source"
  ).split(" "),
);

/** Fields whose JSON a model reads or writes as it stands. */
const jsonAsText = new Set(["arguments", "input", "parameters", "input_schema"]);

/** Tokens for so many characters, about. */
export function estimatedTokens(characters: number): number {
  return Math.ceil(characters / charactersPerToken);
}

/** Characters of all the text within a value; a prompt given as token numbers counts as if written out. */
function textLength(value: unknown, depth = 0): number {
  if (typeof value === "string") return value.length;
  if (depth > deepest) return 0;
  let length = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[])
      length += typeof item === "number" ? charactersPerToken : textLength(item, depth + 1);
  } else if (isRecord(value)) {
    for (const [name, field] of Object.entries(value)) {
      if (name === "source") length += sourceLength(field, depth + 1);
      if (notText.has(name)) continue;
      length +=
        jsonAsText.has(name) && isRecord(field) ? jsonLength(field) : textLength(field, depth + 1);
    }
  }
  return length;
}

/** Of a document's source, which is media unless it says that it is text. */
function sourceLength(source: unknown, depth: number): number {
  if (!isRecord(source)) return 0;
  if (source["type"] === "text") return textLength(source["data"], depth);
  return source["type"] === "content" ? textLength(source["content"], depth) : 0;
}

/** Characters of a value written as JSON, escapes aside; what lies too deep is left out. */
function jsonLength(value: unknown, depth = 0): number {
  if (typeof value === "string") return value.length + '""'.length;
  if (typeof value !== "object" || value === null) return String(value).length;
  if (depth > deepest) return 0;
  const fields = Object.entries(value);
  let length = "{}".length + Math.max(0, fields.length - 1);
  for (const [name, field] of fields) {
    if (!Array.isArray(value)) length += name.length + '"":'.length;
    length += jsonLength(field, depth + 1);
  }
  return length;
}

/** Characters a model had to read for a request, tool definitions included. */
export function promptLength(request: JsonRecord): number {
  let length = 0;
  for (const name of ["system", "messages", "prompt", "suffix", "input", "instructions"])
    length += textLength(request[name]);
  for (const name of ["tools", "functions"])
    if (Array.isArray(request[name])) length += jsonLength(request[name]);
  return length;
}

/**
 * Characters a model wrote in one document of an answer: text, reasoning and tool calls of every
 * choice. Events that repeat at their end what their deltas brought count once.
 */
export function answerLength(document: JsonRecord): number {
  let length = 0;
  if (Array.isArray(document["choices"]))
    for (const choice of document["choices"] as readonly unknown[])
      if (isRecord(choice))
        length +=
          textLength(choice["message"]) + textLength(choice["delta"]) + textLength(choice["text"]);
  if (isRecord(document["message"])) length += textLength(document["message"]);
  for (const name of ["response", "thinking"])
    if (typeof document[name] === "string") length += document[name].length;
  for (const name of ["output", "content"])
    if (Array.isArray(document[name])) length += textLength(document[name]);
  return length + textLength(document["delta"]);
}

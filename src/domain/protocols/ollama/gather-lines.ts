// The lines of one of Ollama's streams made one object, for a client that asked for no stream.
import { createNdjsonSplitter } from "../../bytes/ndjson.ts";
import { isRecord, parseJson } from "../../bytes/json.ts";
import { bodySource, type JsonSource } from "../../bytes/json-source.ts";
import { inOrder, jsonBytes, type RawJson, type Written } from "../../bytes/json-written.ts";
import type { Gathered } from "../bridge.ts";
import { errorWords } from "./error-words.ts";

/** Members that come in pieces. Of all others the last line that has one says how it is. */
const texts: ReadonlySet<string> = new Set(["content", "thinking", "response"]);
const lists: ReadonlySet<string> = new Set(["tool_calls", "images", "logprobs"]);

/** @param lines NDJSON; what is not an object in it is passed over */
export function gatherLines(lines: Uint8Array): Gathered {
  const splitter = createNdjsonSplitter();
  const frames = [...splitter.push(lines)];
  const rest = splitter.end();
  if (rest !== null) frames.push(rest);
  const objects = frames.flatMap(({ bytes, data }) => {
    const value = data === null ? undefined : parseJson(data);
    return isRecord(value) ? [bodySource(bytes, value)] : [];
  });
  const error = objects
    .map((object) => object.member("error").value)
    .find((said) => said !== undefined && said !== null);
  if (error !== undefined) return { error: errorWords(null, error) };
  // Half an answer would look like a whole one.
  return objects.at(-1)?.member("done").value === true
    ? { body: jsonBytes(merged(objects)) }
    : { error: "the upstream's stream ended before the answer was complete" };
}

function merged(objects: readonly JsonSource[]): RawJson {
  const members = new Map<string, JsonSource[]>();
  for (const object of objects)
    for (const key of object.keys()) {
      const pieces = members.get(key);
      if (pieces === undefined) members.set(key, [object.member(key)]);
      else if (inPieces(key)) pieces.push(object.member(key));
      else pieces[0] = object.member(key);
    }
  return inOrder([...members].map(([key, pieces]) => [key, joined(key, pieces)] as const));
}

function inPieces(key: string): boolean {
  return key === "message" || texts.has(key) || lists.has(key);
}

function joined(key: string, pieces: readonly JsonSource[]): Written | undefined {
  const [first] = pieces;
  if (key === "message") return merged(pieces.filter(({ value }) => isRecord(value)));
  if (texts.has(key))
    return pieces.map(({ value }) => (typeof value === "string" ? value : "")).join("");
  if (lists.has(key)) return pieces.flatMap((piece) => piece.items().map((item) => item.raw()));
  return first?.raw();
}

// The contents of a Responses client's messages and results, read into neutral parts.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { RequestPart } from "../neutral/request.ts";
import { RecordReader, type RequestNotes } from "../neutral/request-notes.ts";
import { textParts } from "../neutral/text-parts.ts";

/** Where contents stand. */
export interface ContentPlace {
  /** By which a refusal names it: `input[0].content`. */
  readonly named: string;
  /** Of the fields in it: `input.content`. */
  readonly path: string;
}

/** A text, or a list of parts; what is wrong with it goes into the notes. */
export function readContent(
  content: JsonSource,
  place: ContentPlace,
  notes: RequestNotes,
): readonly RequestPart[] {
  const { value } = content;
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return textParts(place.path, value, notes);
  if (!Array.isArray(value)) {
    notes.refuse(`${place.named} must be a text or a list of parts`);
    return [];
  }
  return content.items().flatMap((part, index) => {
    const named = `${place.named}[${index}]`;
    if (isRecord(part.value)) return readPart(part, { ...place, named }, notes);
    notes.refuse(`${named} must be an object`);
    return [];
  });
}

function readPart(
  source: JsonSource,
  place: ContentPlace,
  notes: RequestNotes,
): readonly RequestPart[] {
  const { path, named } = place;
  const reader = new RecordReader(source, `${path}.`, notes);
  const type = reader.takeText("type");
  switch (type) {
    case "input_text":
    case "output_text":
    case "text":
    case "summary_text":
    case "reasoning_text":
      // What servers say about their own text is not for reading again.
      for (const key of ["annotations", "logprobs"]) reader.take(key);
      return closed(textParts(path, reader.text("text"), notes), reader);
    case "refusal":
      return closed(textParts(path, reader.text("refusal"), notes), reader);
    case "input_image":
      return closed(imageParts(reader, place, notes), reader);
    case "input_file":
      return closed(fileParts(reader, place, notes), reader);
    case null:
      notes.refuse(`${named}.type must be a text`);
      return [];
    default:
      // Speech and film cannot be left out of what is asked; a part of a kind that nobody knows is named by that alone.
      notes.note({ path: `${path}.${type}`, essential: /^input_(audio|video)$/.test(type) });
      return [];
  }
}

function closed(parts: readonly RequestPart[], reader: RecordReader): readonly RequestPart[] {
  reader.close();
  return parts;
}

function imageParts(
  reader: RecordReader,
  { path, named }: ContentPlace,
  notes: RequestNotes,
): readonly RequestPart[] {
  if (reader.record["detail"] === "auto") reader.take("detail");
  const url = reader.takeText("image_url");
  if (url !== null) return [notes.note({ kind: "image", path: `${path}.input_image`, url })];
  return elsewhere(reader, `${named} must have an image_url`, notes);
}

function fileParts(
  reader: RecordReader,
  { path, named }: ContentPlace,
  notes: RequestNotes,
): readonly RequestPart[] {
  const name = reader.takeText("filename");
  const data = reader.takeText("file_data");
  const link = reader.takeText("file_url");
  const url = data === null ? link : dataUrl(data);
  if (url === null) return elsewhere(reader, `${named} must have file_data or a file_url`, notes);
  return [notes.note({ kind: "file", path: `${path}.input_file`, essential: true, name, url })];
}

/** Some clients leave out what a data URL begins with; PDF is what OpenAI takes so. */
function dataUrl(data: string): string {
  return data.startsWith("data:") ? data : `data:application/pdf;base64,${data}`;
}

/** It stands on another server, under an id of its own. */
function elsewhere(
  reader: RecordReader,
  refusal: string,
  notes: RequestNotes,
): readonly RequestPart[] {
  if (reader.takeText("file_id") === null) notes.refuse(refusal);
  else notes.note({ path: reader.path("file_id"), essential: true });
  return [];
}

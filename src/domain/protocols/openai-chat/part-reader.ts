// The parts of a chat's contents, read into neutral ones.
import { isRecord, textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { CacheMark, ImagePart, RequestPart } from "../neutral/request.ts";
import { RecordReader, type RequestNotes, takeCache } from "../neutral/request-notes.ts";
import { textParts } from "../neutral/text-parts.ts";

/**
 * What a message's content holds, be it a text or a list of parts.
 * @param place by which a refusal names it
 * @param mark the message's own, for a content that is a text
 */
export function readContent(
  content: JsonSource,
  place: string,
  notes: RequestNotes,
  mark?: CacheMark,
): readonly RequestPart[] {
  const { value } = content;
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return textParts("messages.content", value, notes, mark);
  if (!Array.isArray(value)) {
    notes.refuse(`${place} must be a text or a list of parts`);
    return [];
  }
  return content.items().flatMap((part, index) => readPart(part, `${place}[${index}]`, notes));
}

const path = "messages.content";

function readPart(source: JsonSource, place: string, notes: RequestNotes): readonly RequestPart[] {
  if (typeof source.value === "string") return textParts(path, source.value, notes);
  if (!isRecord(source.value)) {
    notes.refuse(`${place} must be an object`);
    return [];
  }
  const reader = new RecordReader(source, `${path}.`, notes);
  const type = reader.takeText("type") ?? "";
  const parts = partOfType(type, reader, place, notes);
  // A part of a kind that nobody knows is named by that alone.
  if (parts !== null) reader.close();
  return parts ?? [];
}

function partOfType(
  type: string,
  reader: RecordReader,
  place: string,
  notes: RequestNotes,
): readonly RequestPart[] | null {
  switch (type) {
    case "text":
    case "refusal":
      return textParts(path, reader.text(type), notes, takeCache(reader, notes));
    case "image_url":
      return imageParts(reader, place, notes);
    case "file":
      return fileParts(reader.take("file"), notes);
    case "":
      notes.refuse(`${place}.type must be a text`);
      return [];
    default:
      // Speech and film cannot be left out of what is asked.
      notes.note({ path: `${path}.${type}`, essential: /^(input_audio|video_url)$/.test(type) });
      return null;
  }
}

function imageParts(
  reader: RecordReader,
  place: string,
  notes: RequestNotes,
): readonly RequestPart[] {
  const cache = takeCache(reader, notes);
  const source = reader.take("image_url");
  const { value } = source;
  const image = new RecordReader(source, `${path}.image_url.`, notes);
  const url = typeof value === "string" && value !== "" ? value : image.takeText("url");
  if (url === null) {
    notes.refuse(`${place}.image_url.url must be a text`);
    return [];
  }
  const detail = readDetail(image, notes);
  image.close();
  const part: ImagePart = { kind: "image", path: `${path}.image_url`, url, ...detail };
  return [notes.note(cache === undefined ? part : { ...part, cache })];
}

/** How servers look at a picture where nobody says it asks for nothing. */
function readDetail(image: RecordReader, notes: RequestNotes): Pick<ImagePart, "detail"> {
  const value = image.takeText("detail");
  return value === null || value === "auto"
    ? {}
    : { detail: notes.note({ path: image.path("detail"), value }) };
}

function fileParts(source: JsonSource, notes: RequestNotes): readonly RequestPart[] {
  const file = new RecordReader(source, `${path}.file.`, notes);
  const name = textMember(file.record, "filename");
  file.take("filename");
  const data = file.takeText("file_data");
  if (data === null) {
    // It stands on another server, under an id of its own.
    notes.note({ path: `${path}.file.file_id`, essential: true });
    return [];
  }
  file.close();
  // Some clients leave out what a data URL begins with; PDF is what OpenAI takes so.
  const url = /^(data:|https?:)/i.test(data) ? data : `data:application/pdf;base64,${data}`;
  return [notes.note({ kind: "file", path: `${path}.file`, essential: true, name, url })];
}

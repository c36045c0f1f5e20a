// The blocks that hold content, in messages, results and documents, read into a message's parts.
import { textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { ImagePart, RequestPart } from "../neutral/request.ts";
import { RecordReader, type RequestNotes, takeCache } from "../neutral/request-notes.ts";
import { textParts } from "../neutral/text-parts.ts";

/** Where blocks stand. */
export interface BlockPlace {
  /** By which a refusal names it: `messages[0].content`. */
  readonly named: string;
  /** Of the fields in it: `messages.content`. */
  readonly path: string;
}

/** One block of a list. */
export interface Block {
  readonly type: string;
  readonly reader: RecordReader;
  readonly place: BlockPlace;
}

/** What comes up while a request's blocks are read. */
export interface BlockNotes extends RequestNotes {
  /** The names of tools that the conversation brings into play. */
  readonly referred: Set<string>;
  /** Tools that are defined within the conversation. */
  readonly defined: JsonSource[];
}

/** A text, or a list of blocks; what is wrong with it goes into the notes. */
export function readContent(
  content: JsonSource,
  place: BlockPlace,
  notes: BlockNotes,
  read: (block: Block) => readonly RequestPart[],
): readonly RequestPart[] {
  const { value } = content;
  if (typeof value === "string") return textParts(place.path, value, notes);
  if (!Array.isArray(value)) {
    notes.refuse(`${place.named} must be a text or a list of blocks`);
    return [];
  }
  return content.items().flatMap((item, index) => {
    const named = `${place.named}[${index}]`;
    const reader = new RecordReader(item, `${place.path}.`, notes);
    const type = reader.takeText("type");
    if (type === null) {
      notes.refuse(`${named} must be a block with a type`);
      return [];
    }
    return read({ type, reader, place: { named, path: place.path } });
  });
}

/** A block of content; one of a kind that nobody knows is carried as the text that it holds, or named. */
export function readBlock(block: Block, notes: BlockNotes): readonly RequestPart[] {
  const { type, reader, place } = block;
  switch (type) {
    case "text": {
      const cache = takeCache(reader, notes);
      const text = textParts(place.path, requiredText(block, "text", notes), notes, cache);
      reader.close();
      return text;
    }
    case "image": {
      const image = readImage(block, notes);
      reader.close();
      return image;
    }
    case "document": {
      const document = readDocument(block, notes);
      reader.close();
      return document;
    }
    case "search_result":
      return readSearchResult(block, notes);
    case "tool_reference": {
      const name = requiredText(block, "tool_name", notes);
      notes.referred.add(name);
      const words = `The tool ${name} can be called from now on.`;
      const text = textParts(place.path, words, notes, takeCache(reader, notes));
      reader.close();
      return text;
    }
    default:
      return unknownBlock(block, notes);
  }
}

/** Blocks that only one vendor's servers make sense of; the whole block is named by its type. */
export function unknownBlock({ type, reader, place }: Block, notes: BlockNotes) {
  const text = reader.takeText("text");
  if (text !== null) {
    const parts = textParts(place.path, text, notes, takeCache(reader, notes));
    reader.close();
    return parts;
  }
  notes.note({ path: `${place.path}.${type}` });
  return [];
}

/** A text that a block must have. */
export function requiredText({ reader, place }: Block, key: string, notes: RequestNotes): string {
  const { value } = reader.take(key);
  if (typeof value === "string") return value;
  notes.refuse(`${place.named}.${key} must be a text`);
  return "";
}

function readImage({ reader, place }: Block, notes: BlockNotes): readonly RequestPart[] {
  const cache = takeCache(reader, notes);
  const url = sourceUrl(reader.take("source"), place, notes);
  if (url === null) return [];
  const image: ImagePart = { kind: "image", path: `${place.path}.image`, url };
  return [notes.note(cache === undefined ? image : { ...image, cache })];
}

/** What a `source` leads to; null where it is another server's own file, or is wrong. */
function sourceUrl(source: JsonSource, place: BlockPlace, notes: BlockNotes): string | null {
  const { record } = source;
  switch (record["type"]) {
    case "base64": {
      const { data, media_type: type } = record;
      if (typeof data === "string" && typeof type === "string")
        return `data:${type};base64,${data}`;
      notes.refuse(`${place.named}.source must have media_type and data`);
      return null;
    }
    case "url": {
      const url = textMember(record, "url");
      if (url === null) notes.refuse(`${place.named}.source.url must be a text`);
      return url;
    }
    case "file":
      notes.note({ path: `${place.path}.source.file_id`, essential: true });
      return null;
    default:
      notes.refuse(`${place.named}.source.type must be "base64", "url" or "file"`);
      return null;
  }
}

function readDocument(block: Block, notes: BlockNotes): readonly RequestPart[] {
  const { reader, place } = block;
  const title = reader.takeText("title");
  const context = reader.takeText("context") ?? "";
  readCitations(reader, notes);
  const cache = takeCache(reader, notes);
  const source = reader.take("source");
  const { type, data } = source.record;
  if (type === "text" || type === "content") {
    const heading = [title ?? "", context].filter((words) => words !== "").join("\n\n");
    const words = textParts(place.path, heading, notes);
    if (type === "text")
      return [
        ...words,
        ...textParts(place.path, typeof data === "string" ? data : "", notes, cache),
      ];
    const inner = { ...place, named: `${place.named}.source.content` };
    const content = source.member("content");
    return [...words, ...readContent(content, inner, notes, (part) => readBlock(part, notes))];
  }
  const url = sourceUrl(source, place, notes);
  const words = textParts(place.path, context, notes);
  if (url === null) return words;
  const path = `${place.path}.document`;
  return [...words, notes.note({ kind: "file", path, name: title, url, essential: true })];
}

function readCitations(reader: RecordReader, notes: RequestNotes): void {
  const { enabled } = reader.take("citations").record;
  if (enabled === true) notes.note({ path: reader.path("citations") });
}

function readSearchResult({ reader, place }: Block, notes: BlockNotes): readonly RequestPart[] {
  const heading = [reader.takeText("title"), reader.takeText("source")].filter(
    (words) => words !== null,
  );
  readCitations(reader, notes);
  const inner = { ...place, named: `${place.named}.content` };
  const found = readContent(reader.take("content"), inner, notes, (part) => readBlock(part, notes));
  takeCache(reader, notes);
  reader.close();
  return [...textParts(place.path, heading.join("\n"), notes), ...found];
}

// Pictures and files of a neutral request as blocks of Anthropic's.
import type { WrittenObject } from "../../bytes/json-written.ts";
import { decodeBase64 } from "../../bytes/base64.ts";
import type { FilePart, ImagePart } from "../neutral/request.ts";

/** A picture's block; null where its data URL is none that can be carried. */
export function imageBlock({ url }: ImagePart): WrittenObject | null {
  const source = sourceOf(url);
  return source === null ? null : { type: "image", source };
}

/**
 * A file's block; null where Anthropic takes none of its kind. Of documents it takes PDF and plain
 * text, which any text is to a model.
 */
export function fileBlock({ url, name }: FilePart): WrittenObject | null {
  const title = name ?? undefined;
  const data = dataOf(url);
  if (data === null)
    return isLink(url) ? { type: "document", source: { type: "url", url }, title } : null;
  if (data.media.startsWith("image/")) return { type: "image", source: base64Source(data) };
  if (data.media === "application/pdf")
    return { type: "document", source: base64Source(data), title };
  const text = isText(data.media) ? decodeBase64(data.base64) : null;
  if (text === null) return null;
  const plain = {
    type: "text",
    media_type: "text/plain",
    data: new TextDecoder().decode(text),
  };
  return { type: "document", source: plain, title };
}

interface DataUrl {
  readonly media: string;
  readonly base64: string;
}

function sourceOf(url: string): WrittenObject | null {
  const data = dataOf(url);
  if (data !== null) return base64Source(data);
  return isLink(url) ? { type: "url", url } : null;
}

function base64Source({ media, base64 }: DataUrl): WrittenObject {
  return { type: "base64", media_type: media, data: base64 };
}

function dataOf(url: string): DataUrl | null {
  const found = /^data:([^;,]*)(?:;[^;,]*)*;base64,(.*)$/is.exec(url);
  const [, media = "", base64 = ""] = found ?? [];
  // Clients name JPEGs so that have learnt it from file names.
  const known = media.toLowerCase() === "image/jpg" ? "image/jpeg" : media.toLowerCase();
  return found === null ? null : { media: known, base64 };
}

function isLink(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

const otherTexts = new Set(["application/json", "application/xml", "application/yaml"]);

function isText(media: string): boolean {
  return media.startsWith("text/") || otherTexts.has(media);
}

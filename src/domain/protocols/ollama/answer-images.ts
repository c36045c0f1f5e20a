// Pictures in an answer (OpenRouter's `images`, or parts of the content), as Ollama's messages hold them.
import { isRecord } from "../../bytes/json.ts";
import type { JsonRecord } from "../../bytes/json.ts";
import { textMember } from "./call-ids.ts";

export interface AnswerImages {
  /** Base64, without the data URL's head. */
  readonly carried: readonly string[];
  /** Some are only linked to, which Ollama's form has no room for. */
  readonly lost: boolean;
}

const none: AnswerImages = { carried: [], lost: false };

/**
 * @param message or a stream's delta
 * @param parts of its content, where that is a list
 */
export function readImages(message: JsonRecord, parts: readonly JsonRecord[]): AnswerImages {
  const { images } = message;
  const listed = Array.isArray(images) ? (images as readonly unknown[]).filter(isRecord) : [];
  const urls = [...listed, ...parts].map(urlOf).filter((url) => url !== null);
  if (urls.length === 0) return none;
  const carried = urls.map(base64Of).filter((image) => image !== null);
  return { carried, lost: carried.length < urls.length };
}

function urlOf(part: JsonRecord): string | null {
  const image = part["image_url"];
  return isRecord(image) ? textMember(image, "url") : textMember(part, "image_url");
}

function base64Of(url: string): string | null {
  return /^data:[^,]*;base64,(.+)$/is.exec(url)?.[1] ?? null;
}

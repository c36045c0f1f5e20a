// The size of a request as far as it is text, for estimates of its tokens.
import { isRecord, type JsonRecord } from "../../bytes/json.ts";

/** As bytes of text: what servers charge for a picture of usual size, about. */
const bytesOfMedium = 6_000;

/** Deeper than any real message; a hostile body must not exhaust the stack. */
const deepest = 64;

/** Where media may stand below a request's messages. */
const around = ["content", "source", "output", "image_url", "file"];

/** In which members they stand as data URLs. */
const held = ["image_url", "url", "file_data"];

/**
 * Bytes of a request, with each picture and document in it counted as one of usual size.
 * @param size of its body, in bytes
 */
export function promptBytes(request: JsonRecord, size: number): number {
  const sum = correction(request["messages"], 0) + correction(request["input"], 0);
  return Math.max(0, size + sum);
}

/** What media weigh as prompts, less what they weigh as base64. */
function correction(value: unknown, depth: number): number {
  if (depth > deepest || typeof value !== "object" || value === null) return 0;
  let sum = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) sum += correction(item, depth + 1);
    return sum;
  }
  if (!isRecord(value)) return 0;
  const { data } = value;
  if (value["type"] === "base64" && typeof data === "string") return bytesOfMedium - data.length;
  for (const name of held) {
    const url = value[name];
    if (typeof url === "string" && url.startsWith("data:")) sum += bytesOfMedium - url.length;
  }
  for (const name of around) sum += correction(value[name], depth + 1);
  return sum;
}

// The hint that asks a model not to think, put into a request's bytes.
import { spanAt, spliced } from "../bytes/json-members.ts";
import type { TextPlace } from "./slot.ts";

const hint = "/no_think";

/**
 * The request with ` /no_think` behind a text of it.
 * @param body UTF-8
 * @param place where the text stands; null: nowhere
 * @returns the very same `body` where there is no such text, where it is blank (Ollama takes an
 * empty prompt for "load the model"), or where it ends with the hint already
 */
export function withNoThink(body: Uint8Array, place: TextPlace | null): Uint8Array {
  if (place === null) return body;
  const text = place.text.trimEnd();
  if (text === "" || text.endsWith(hint)) return body;
  const span = spanAt(body, body.indexOf(0x7b), place.path);
  if (span === null) return body;
  // Before the closing quote: the text itself keeps its bytes, escapes and all.
  const end = span.end - 1;
  return spliced(body, [{ span: { start: end, end }, put: ` ${hint}` }]);
}

// The hint that asks a model not to think, put into a request's bytes (SPEC section 8).
import { type EndpointKind, endpointOf } from "../call/endpoint.ts";
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import { spanAt, spliced } from "../bytes/json-members.ts";

const hint = "/no_think";

/** Finds the text that takes the hint: the way to it from the top, and itself. */
type FindText = (json: JsonRecord) => TextPlace | null;

interface TextPlace {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

const findByKind: Partial<Record<EndpointKind, FindText>> = {
  chat: lastUserText,
  completion: promptText,
  generate: promptText,
};

/**
 * The request with ` /no_think` behind its last user message's text, or behind its prompt.
 * @param body UTF-8
 * @param json what `body` parsed to
 * @returns the very same `body` where there is no such text, where it is blank (Ollama takes an
 * empty prompt for "load the model"), or where it ends with the hint already
 */
export function withNoThink(path: string, body: Uint8Array, json: unknown): Uint8Array {
  const find = findByKind[endpointOf(path).kind];
  const place = find === undefined || !isRecord(json) ? null : find(json);
  if (place === null) return body;
  const text = place.text.trimEnd();
  if (text === "" || text.endsWith(hint)) return body;
  const span = spanAt(body, body.indexOf(0x7b), place.path);
  if (span === null) return body;
  // Before the closing quote: the text itself keeps its bytes, escapes and all.
  const end = span.end - 1;
  return spliced(body, [{ span: { start: end, end }, put: ` ${hint}` }]);
}

function lastUserText(json: JsonRecord): TextPlace | null {
  const messages = json["messages"];
  if (!Array.isArray(messages)) return null;
  const at = messages.findLastIndex((message) => isRecord(message) && message["role"] === "user");
  const message: unknown = messages[at];
  if (!isRecord(message)) return null;
  const content = message["content"];
  const path = ["messages", at, "content"];
  if (typeof content === "string") return { path, text: content };
  if (!Array.isArray(content)) return null;
  const last = content.findLastIndex((part) => textOfPart(part) !== null);
  const text = textOfPart(content[last]);
  return text === null ? null : { path: [...path, last, "text"], text };
}

function textOfPart(part: unknown): string | null {
  if (!isRecord(part) || part["type"] !== "text") return null;
  return typeof part["text"] === "string" ? part["text"] : null;
}

function promptText(json: JsonRecord): TextPlace | null {
  const prompt = json["prompt"];
  if (typeof prompt === "string") return { path: ["prompt"], text: prompt };
  if (!Array.isArray(prompt)) return null;
  const last = prompt.findLastIndex((item) => typeof item === "string");
  const text: unknown = prompt[last];
  return typeof text === "string" ? { path: ["prompt", last], text } : null;
}

// An upstream's error in the many forms servers have, read once for the row, the attempt, `stop_on` and every front.
import { isRecord, type JsonRecord, parseJsonBytes } from "../bytes/json.ts";

/** An error as an upstream words it. */
export interface UpstreamError {
  readonly message: string;
  /** Its `code`, `type` and `status`, where they are there; numbers as text. */
  readonly codes: readonly string[];
}

/** Characters of an upstream's words that are kept: whole bodies come as errors, too. */
const maxCharacters = 10_000;

/**
 * Reads `{"error":{…}}`, `{"error":"…"}`, lists of these (Gemini), `{"detail":…}` (FastAPI and its
 * validator), `{"object":"error","message":…}` (vLLM), and plain text.
 * @param said parsed JSON, or a text
 * @returns null where it holds neither words nor codes
 */
export function readUpstreamError(said: unknown): UpstreamError | null {
  const codes = [...new Set(codesOf(said))];
  const message = wordsOf(said) ?? codes[0];
  return message === undefined ? null : { message: message.slice(0, maxCharacters), codes };
}

/** As `readUpstreamError`, for what is known to be an error though it may not say which. */
export function describeError(said: unknown): UpstreamError {
  return readUpstreamError(said) ?? { message: "the upstream reported an error", codes: [] };
}

/** As `readUpstreamError`, from the body of an error answer. */
export function readErrorBody(body: Uint8Array): UpstreamError | null {
  const parsed = parseJsonBytes(body);
  return readUpstreamError(parsed === undefined ? plainText(body) : parsed);
}

/** Whether a document holds an `error` that says anything, or is one (vLLM). */
export function holdsError({ error, object }: JsonRecord): boolean {
  if (object === "error") return true;
  return error !== undefined && error !== null && error !== "" && error !== false;
}

/** Where words for people stand, the most telling first; `msg` is the validator's of FastAPI. */
const wordKeys = ["error", "message", "detail", "msg", "errors"];

function wordsOf(said: unknown): string | null {
  if (typeof said === "string") {
    const text = said.trim();
    // A page of some proxy's says nothing that a client could use.
    return text === "" || text.startsWith("<") ? null : text;
  }
  if (Array.isArray(said)) {
    const words = (said as readonly unknown[]).map(wordsOf).filter((text) => text !== null);
    return words.length === 0 ? null : words.join("; ");
  }
  if (!isRecord(said)) return null;
  for (const key of wordKeys) {
    const words = wordsOf(said[key]);
    if (words !== null) return words;
  }
  return null;
}

const codeKeys = ["code", "type", "status"];

function codesOf(said: unknown): readonly string[] {
  if (Array.isArray(said)) return (said as readonly unknown[]).flatMap(codesOf);
  if (!isRecord(said)) return [];
  const inner = [said["error"], said["detail"]].find(isStructure);
  // What stands around the error names the document (`"type":"error"`), not what went wrong.
  return inner === undefined
    ? ownCodes(said, codeKeys)
    : [...codesOf(inner), ...ownCodes(said, ["code"])];
}

function ownCodes(record: JsonRecord, keys: readonly string[]): readonly string[] {
  return keys
    .map((key) => record[key])
    .filter((code) => (typeof code === "string" && code !== "") || typeof code === "number")
    .map(String);
}

function isStructure(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** The beginning of a body that is text; empty where it is anything else. */
function plainText(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, maxCharacters));
  // oxlint-disable-next-line no-control-regex -- those are what tells bytes from text
  return /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text) ? "" : text;
}

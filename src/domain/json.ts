// Reading JSON that others wrote: no throw, no assumption about its shape.

export type JsonRecord = Readonly<Record<string, unknown>>;

/** The parsed value; undefined where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** As `parseJson`, from UTF-8 bytes; undefined also where these are too intricate to be parsed. */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  return isTooIntricate(bytes) ? undefined : parseJson(new TextDecoder().decode(bytes));
}

/** Bytes below which nothing is counted. */
const simple = 4 * 1024 * 1024;
/** Opening brackets of a text; 100 MB of code hold about as many. */
export const mostBrackets = 4_000_000;

/**
 * Whether a text has so many arrays and objects that parsing it would take far more memory than
 * the text itself: `[],` over and over takes 27 times as much.
 */
export function isTooIntricate(bytes: Uint8Array): boolean {
  if (bytes.length < simple) return false;
  let brackets = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x5b || byte === 0x7b) brackets++;
  }
  return brackets > mostBrackets;
}

/** An object, neither null nor an array. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

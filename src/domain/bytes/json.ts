// The one door for JSON that others wrote: no throw, bounded in depth and number, no assumption about its shape.

export type JsonRecord = Readonly<Record<string, unknown>>;

/** What a text holds, or why it is not read, to be put behind a subject: "is not valid JSON". */
export type JsonReading = { readonly value: unknown } | { readonly wrong: string };

/**
 * Levels of arrays and objects within each other. `JSON.parse` takes any number; everything that
 * goes through a value level by level, `JSON.stringify` first, takes seconds at some ten thousands
 * and throws soon after. Leaves room for what a translation wraps around it.
 */
export const deepestNesting = 1_000;

/**
 * Arrays and objects of one text: parsed, these take far more memory than the text itself, `[],`
 * over and over 27 times as much.
 */
const maxContainers = 4_000_000;

const utf8 = new TextDecoder();

const notJson = { wrong: "is not valid JSON" } as const;
const tooDeep = { wrong: `nests arrays and objects deeper than ${deepestNesting} levels` } as const;
const tooMany = { wrong: `has more than ${maxContainers} arrays and objects` } as const;

/** Reads JSON text within both bounds. */
export function readJson(text: string): JsonReading {
  const intricate = tooIntricate(text);
  if (intricate !== null) return intricate;
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return notJson;
  }
}

/** As `readJson`, from UTF-8 bytes; a byte order mark is passed over. */
export function readJsonBytes(bytes: Uint8Array): JsonReading {
  return readJson(utf8.decode(bytes));
}

/** The parsed value; undefined where the text is not JSON, or too intricate to be read. */
export function parseJson(text: string): unknown {
  const reading = readJson(text);
  return "value" in reading ? reading.value : undefined;
}

/** As `parseJson`, from UTF-8 bytes. */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  return parseJson(utf8.decode(bytes));
}

/** An object, neither null nor an array. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member that is a text with something in it, else null. */
export function textMember(record: JsonRecord, key: string): string | null {
  const value = record[key];
  return typeof value === "string" && value !== "" ? value : null;
}

const quote = 0x22;
const backslash = 0x5c;

/** Whether a text goes beyond a bound. Nearly all are cleared by their length, or by a search at memory speed. */
function tooIntricate(text: string): Exclude<JsonReading, { value: unknown }> | null {
  // Every level has a bracket that opens it and one that closes it.
  if (text.length <= 2 * deepestNesting || hasFewContainers(text)) return null;
  let depth = 0;
  let containers = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = stringEnd(text, at);
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > deepestNesting) return tooDeep;
        if (++containers > maxContainers) return tooMany;
        break;
      case 0x5d:
      case 0x7d:
        depth--;
        break;
    }
  }
  return null;
}

/** Whether there are no more opening brackets, those within strings included, than there may be levels. */
function hasFewContainers(text: string): boolean {
  let found = 0;
  for (const bracket of ["[", "{"])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (++found > deepestNesting) return false;
  return true;
}

/** The index of the quote that closes the string opened at `open`, or the text's end. */
function stringEnd(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) === backslash) before--;
    // An even run of backslashes escapes itself and leaves the quote standing.
    if ((at - before) % 2 === 1) return at;
  }
  return text.length;
}

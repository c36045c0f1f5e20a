// JSON that the router writes for another API. What others wrote goes in as their own text: a number
// that was parsed has lost digits, an object its order. The types let nothing else in.

/** The text of one JSON value, as its author wrote it. */
export class RawJson {
  readonly text: string;
  /** @param text JSON that has been parsed without error */
  constructor(text: string) {
    this.text = text;
  }
}

export type Written = string | boolean | null | RawJson | readonly Written[] | WrittenObject;

/** A member that is undefined is left out. */
export interface WrittenObject {
  readonly [key: string]: Written | undefined;
}

/** A number of the router's own making: a duration, a count of its own. */
export function ownNumber(value: number): RawJson {
  return new RawJson(JSON.stringify(value));
}

/** An object whose keys are others': of an object of the language, those that are numbers would go first. */
export function inOrder(members: Iterable<readonly [string, Written | undefined]>): RawJson {
  let text = "";
  for (const [key, member] of members) text = withMember(text, key, member);
  return new RawJson(`{${text}}`);
}

/** The one way to write them as text. It goes as deep as the router nests, never as deep as what others wrote. */
export function jsonText(value: Written): string {
  const written = write(value);
  // Half a surrogate pair has no bytes in UTF-8, and would arrive as another character.
  return written.isWellFormed()
    ? written
    : written.replaceAll(/\p{Surrogate}/gu, (half) => escaped(half));
}

/** As `jsonText`, in UTF-8. */
export function jsonBytes(value: Written): Uint8Array {
  return encoder.encode(jsonText(value));
}

/**
 * As `jsonText`, on one line: breaks between tokens become blanks, and the characters that only
 * some readers take for a line's end (Python's `splitlines`) are escaped.
 */
export function jsonLine(value: Written): string {
  const written = jsonText(value);
  return lineEnds.test(written)
    ? written
        .replaceAll(/[\r\n]+/g, " ")
        .replaceAll(/[\u0085\u2028\u2029]/g, (character) => escaped(character))
    : written;
}

const encoder = new TextEncoder();
const lineEnds = /[\r\n\u0085\u2028\u2029]/;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function write(value: Written): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof RawJson) return value.text;
  if (typeof value !== "object" || value === null) return String(value);
  if (isList(value)) return `[${value.map(write).join(",")}]`;
  let members = "";
  for (const key in value) members = withMember(members, key, value[key]);
  return `{${members}}`;
}

function withMember(members: string, key: string, member: Written | undefined): string {
  if (member === undefined) return members;
  const name = plainName.test(key) ? `"${key}":` : `${JSON.stringify(key)}:`;
  return (members === "" ? name : `${members},${name}`) + write(member);
}

/** Names that need no escapes, as nearly all are. */
const plainName = /^[a-z_]+$/;

function isList(value: readonly Written[] | WrittenObject): value is readonly Written[] {
  return Array.isArray(value);
}

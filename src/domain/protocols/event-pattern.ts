// Events that mean what the one before them meant: the same bytes but for words and numbers that nobody
// judges. Most of a stream's are; such an event need not be parsed to know what to make of it.
import { slotFields } from "../cleaning/slot.ts";
import type { Spared } from "../cleaning/stream-cleaner.ts";
import { marks } from "../cleaning/text-filter.ts";

export interface AlikeRun {
  /** Where the run ends in the bytes looked at; where it began if there is none. */
  readonly end: number;
  readonly events: number;
}

export interface EventPattern {
  /**
   * The whole events at the beginning of `bytes`, where an event begins, that differ from the pattern's only
   * so that it makes no difference: to the state of the answer, to the count of contents, and to
   * an editor that `spares` such events.
   */
  run(bytes: Uint8Array): AlikeRun;
}

/**
 * The pattern of an event that was read as content of an answer that goes on.
 * @param texts the keys whose texts count as content whatever they say, in this event's protocol
 * @param spared what the stream's editor need not see; null where it has none
 * @returns null where the next events had better be read
 */
export function patternOf(
  event: Uint8Array,
  texts: readonly string[],
  spared: Spared | null,
): EventPattern | null {
  const [from, to] = jsonOf(event);
  if (from < 0 || spared === "nothing") return null;
  const pattern = new Pattern(event, spared !== null);
  if (!pattern.learn(from, to, keysOf(texts))) return null;
  // An editor weighs a choice's own reasoning and its text against each other.
  const seen = spared !== null && pattern.cleaned > 0;
  if (seen && (spared !== "plain" || pattern.cleaned + pattern.others > 1)) return null;
  return pattern;
}

const lf = 0x0a;
const cr = 0x0d;
const space = 0x20;
const quote = 0x22;
const colon = 0x3a;
const backslash = 0x5c;
const zero = 0x30;
const nine = 0x39;
const openBrace = 0x7b;
const closeBrace = 0x7d;

const dataLine = [...new TextEncoder().encode("data: ")];
const data = [...new TextEncoder().encode("data")];

/** From where to where an event's only line of data is a JSON object; from -1 where that is not plain to see. */
function jsonOf(event: Uint8Array): readonly [number, number] {
  let to = event.length;
  if (event[to - 1] !== lf) return nowhere;
  while (event[to - 1] === lf || event[to - 1] === cr) to--;
  const line = event.lastIndexOf(lf, to - 1) + 1;
  const from = startsWith(event, line, dataLine) ? line + dataLine.length : line;
  const framed = from > line;
  // An NDJSON line stands alone; of an event other lines may say its name, but nothing of its data.
  if (event[from] !== openBrace || event[to - 1] !== closeBrace || (!framed && line > 0))
    return nowhere;
  for (let at = 0; at < line; at++) if (startsWith(event, at, data)) return nowhere;
  return event.indexOf(cr) >= 0 && event.indexOf(cr) < to ? nowhere : [from, to];
}

const nowhere = [-1, -1] as const;

type Hole =
  /** Any text or none. */
  | "any"
  /** A text with something in it. */
  | "text"
  /** The same, where an editor is not to see it: without `marks`. */
  | "plain"
  /** A whole number. */
  | "number"
  /** The event's end. */
  | "end";

interface Key {
  readonly bytes: readonly number[];
  readonly hole: "any" | "text" | "cleaned" | "fixed";
}

const keysFor = new WeakMap<readonly string[], readonly Key[]>();

function keysOf(texts: readonly string[]): readonly Key[] {
  let keys = keysFor.get(texts);
  if (keys === undefined) {
    const cleaned = new Set<string>(slotFields);
    keys = [
      ...texts.map((key) => keyOf(key, cleaned.has(key) ? "cleaned" : "text")),
      // What each event of some servers has of its own, and no reader heeds.
      ...["id", "created_at", "obfuscation"].map((key) => keyOf(key, "any")),
      // Says which of the parallel choices it is.
      keyOf("index", "fixed"),
    ];
    keysFor.set(texts, keys);
  }
  return keys;
}

function keyOf(key: string, hole: Key["hole"]): Key {
  return { bytes: [...new TextEncoder().encode(key)], hole };
}

class Pattern implements EventPattern {
  /** Texts that cleaners touch, and others that are content. */
  cleaned = 0;
  others = 0;
  readonly #event: Uint8Array;
  readonly #isEdited: boolean;
  /** What stands before each hole: from where to where in the event. */
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #holes: Hole[] = [];

  constructor(event: Uint8Array, isEdited: boolean) {
    // A copy: the read that it came in must be free to go.
    this.#event = event.slice();
    this.#isEdited = isEdited;
  }

  /** Finds the holes in the JSON that stands from one index to another; false where there is doubt. */
  learn(from: number, to: number, keys: readonly Key[]): boolean {
    const event = this.#event;
    let fixed = 0;
    let at = from;
    /** Of the member whose value comes next; null: of none, or one that is not known. */
    let key: Key | null = null;
    let isMember = false;
    while (at < to) {
      const byte = event[at] ?? 0;
      if (byte === quote) {
        const end = stringEnd(event, at + 1, to);
        if (end < 0) return false;
        const next = skipSpaces(event, end + 1);
        if (event[next] === colon && !isMember) {
          // Spelled with escapes, it may be any.
          if (event.subarray(at, end).includes(backslash)) return false;
          key = known(event, at + 1, end, keys);
          isMember = true;
          at = next + 1;
          continue;
        }
        if (isMember && key !== null && this.#hole(key, fixed, at + 1, end)) fixed = end;
        at = end + 1;
        isMember = false;
      } else if (byte >= zero && byte <= nine) {
        const end = numberEnd(event, at);
        const whole = isWhole(event, at, end);
        if (isMember && whole && key?.hole !== "fixed") {
          this.#add("number", fixed, at);
          fixed = end;
        }
        at = end;
        isMember = false;
      } else {
        if (byte !== space) isMember = false;
        at++;
      }
    }
    this.#add("end", fixed, event.length);
    return this.cleaned + this.others > 0;
  }

  /** @returns whether the text from one index to another may be another one */
  #hole(key: Key, fixed: number, from: number, to: number): boolean {
    if (key.hole === "any") this.#add("any", fixed, from);
    else if (key.hole === "fixed" || from === to) return false;
    else {
      const isCleaned = key.hole === "cleaned";
      if (isCleaned) this.cleaned++;
      else this.others++;
      this.#add(isCleaned && this.#isEdited ? "plain" : "text", fixed, from);
    }
    return true;
  }

  #add(hole: Hole, from: number, to: number): void {
    this.#from.push(from);
    this.#to.push(to);
    this.#holes.push(hole);
  }

  run(bytes: Uint8Array): AlikeRun {
    let end = 0;
    let events = 0;
    while (end < bytes.length) {
      const next = this.#fits(bytes, end);
      if (next < 0) break;
      end = next;
      events++;
    }
    return { end, events };
  }

  /** Where the event that begins at an index ends; -1 where it does not fit. */
  #fits(bytes: Uint8Array, from: number): number {
    const event = this.#event;
    const holes = this.#holes;
    let at = from;
    for (let part = 0; part < holes.length; part++) {
      const to = this.#to[part] ?? 0;
      const from = this.#from[part] ?? 0;
      if (bytes.length - at < to - from) return -1;
      for (let index = from; index < to; index++) if (bytes[at++] !== event[index]) return -1;
      const start = at;
      switch (holes[part]) {
        case "any":
          at = textEnd(bytes, at, inText, escapes);
          break;
        case "text":
          at = textEnd(bytes, at, inText, escapes);
          if (at === start) return -1;
          break;
        case "plain":
          at = textEnd(bytes, at, inPlainText, plainEscapes);
          if (at === start) return -1;
          break;
        case "number":
          at = numberEnd(bytes, at);
          if (!isWhole(bytes, start, at)) return -1;
          break;
        case "end":
        case undefined: {
          // A further blank line belongs to the event, and a part of one may do so.
          const isBlank = bytes[at] === lf || bytes[at] === cr;
          return at < bytes.length && isBlank ? -1 : at;
        }
      }
    }
    return -1;
  }
}

function startsWith(bytes: Uint8Array, at: number, what: readonly number[]): boolean {
  for (let index = 0; index < what.length; index++)
    if (bytes[at + index] !== what[index]) return false;
  return true;
}

function known(event: Uint8Array, from: number, to: number, keys: readonly Key[]): Key | null {
  for (const key of keys)
    if (key.bytes.length === to - from && startsWith(event, from, key.bytes)) return key;
  return null;
}

function skipSpaces(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === space) at++;
  return at;
}

/** Where the quote stands that closes a text; -1 where none does. */
function stringEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    if (bytes[at] === backslash) at++;
    else if (bytes[at] === quote) return at;
  }
  return -1;
}

function numberEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at] ?? 0;
    if (byte < zero || byte > nine) return at;
    at++;
  }
}

/** Whether these digits are a number as JSON spells whole ones. */
function isWhole(bytes: Uint8Array, from: number, to: number): boolean {
  return to > from && (bytes[from] !== zero || to === from + 1);
}

/** Where a text's bytes end, or one stands that it may not have. */
function textEnd(
  bytes: Uint8Array,
  from: number,
  allowed: Uint8Array,
  escaped: Uint8Array,
): number {
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (allowed[byte] === 1) at++;
    else if (byte === backslash && escaped[bytes[at + 1] ?? 0] === 1) at += 2;
    else return at;
  }
  return at;
}

const inText = table((byte) => byte >= space && byte !== quote && byte !== backslash);
const inPlainText = table((byte) => inText[byte] === 1 && !among(byte, marks));
const escapes = table((byte) => among(byte, '"\\/bfnrt'));
/** A line's end is one thing that cleaners look for. */
const plainEscapes = table((byte) => among(byte, '"\\/bft'));

function table(holds: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0));
}

function among(byte: number, characters: string): boolean {
  return characters.includes(String.fromCharCode(byte));
}

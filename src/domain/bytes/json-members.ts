// Finds and replaces values of a JSON body in its bytes, so that key order, spacing and numbers survive.
import { joinBytes } from "./join-bytes.ts";
import { parseJson } from "./json.ts";

/** Where a value stands: from its first byte up to, not including, `end`. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;

/**
 * Every value that the top-level object holds under `key` (a body may repeat one; parsers take
 * the last).
 * @param body JSON text in UTF-8 that has already been parsed without error
 */
export function memberSpans(body: Uint8Array, key: string): ByteSpan[] {
  const at = body.indexOf(openBrace);
  return at < 0 ? [] : membersOf(body, at, key);
}

/**
 * The value that a way of keys and indexes leads to; where a key is repeated, as parsers do, to
 * the last. null where the way ends before.
 * @param body has JSON text in UTF-8 from `start` on that has already been parsed without error
 * @param start its first byte, white space aside
 */
export function spanAt(
  body: Uint8Array,
  start: number,
  path: readonly (string | number)[],
): ByteSpan | null {
  let span: ByteSpan | undefined = { start, end: body.length };
  for (const step of path) {
    const inside: number = span.start;
    span =
      typeof step === "number"
        ? itemSpans(body, inside, step + 1)[step]
        : memberSpan(body, inside, step);
    if (span === undefined) return null;
  }
  return span;
}

/** The value of a key in the object that begins at an index; where the key is repeated, the last. */
export function memberSpan(body: Uint8Array, object: number, key: string): ByteSpan | undefined {
  return membersOf(body, object, key).at(-1);
}

/** The keys of the object that begins at an index, in the order written; a repeated one each time. */
export function keysOf(body: Uint8Array, object: number): readonly string[] {
  const keys: string[] = [];
  for (let at = firstKey(body, object); at < body.length && body[at] === quote;) {
    const keyEnd = stringEnd(body, at);
    keys.push(String(parseJson(new TextDecoder().decode(body.subarray(at, keyEnd)))));
    at = keyBehind(body, valueBehind(body, keyEnd));
  }
  return keys;
}

/** A member of an object, where it stands. */
export interface Member {
  /** Its key, where that is one of those asked for; null: another. */
  readonly name: string | null;
  /** Key, colon and value. */
  readonly whole: ByteSpan;
  readonly value: ByteSpan;
}

/** All members of the object that begins at an index, in the order written. @param names the keys that matter */
export function membersAmong(
  body: Uint8Array,
  object: number,
  names: readonly string[],
): readonly Member[] {
  const members: Member[] = [];
  for (let at = firstKey(body, object); at < body.length && body[at] === quote;) {
    const start = at;
    const keyEnd = stringEnd(body, at);
    const value = valueBehind(body, keyEnd);
    const name = names.find((one) => keyIs(body, start, keyEnd, one)) ?? null;
    members.push({ name, whole: { start, end: value.end }, value });
    at = keyBehind(body, value);
  }
  return members;
}

/** The value that begins at an index, or behind the white space there. */
export function valueSpan(body: Uint8Array, at: number): ByteSpan {
  const start = skipSpace(body, at);
  return { start, end: valueEnd(body, start) };
}

/**
 * The items of the array that begins at an index, in order; none of anything else.
 * @param most how many of them
 */
export function itemSpans(body: Uint8Array, array: number, most = Infinity): readonly ByteSpan[] {
  const spans: ByteSpan[] = [];
  if (body[array] !== openBracket) return spans;
  let start = skipSpace(body, array + 1);
  while (spans.length < most && start < body.length && body[start] !== closeBracket) {
    const end = valueEnd(body, start);
    spans.push({ start, end });
    const behind = skipSpace(body, end);
    if (body[behind] !== comma) break;
    start = skipSpace(body, behind + 1);
  }
  return spans;
}

/**
 * The body with every top-level `key` holding `value` instead; all other bytes as they were.
 * @param body JSON text in UTF-8 that has already been parsed without error
 */
export function withMember(body: Uint8Array, key: string, value: string): Uint8Array {
  const put = JSON.stringify(value);
  return spliced(
    body,
    memberSpans(body, key).map((span) => ({ span, put })),
  );
}

/** Text in place of a span; an empty span takes it in without losing anything. */
export interface Edit {
  readonly span: ByteSpan;
  readonly put: string;
}

/** The bytes with each span (all apart, in any order) replaced. */
export function spliced(body: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return body;
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const { span, put } of edits.toSorted((a, b) => a.span.start - b.span.start)) {
    pieces.push(body.subarray(from, span.start), encoder.encode(put));
    from = span.end;
  }
  pieces.push(body.subarray(from));
  return joinBytes(pieces);
}

/** Takes items out of a list, each with the comma that it leaves behind. @param gone by their places */
export function cutItems(items: readonly ByteSpan[], gone: readonly boolean[]): readonly Edit[] {
  const edits: Edit[] = [];
  let kept: ByteSpan | null = null;
  for (const [at, item] of items.entries()) {
    if (gone[at] !== true) {
      kept = item;
      continue;
    }
    const next = items[at + 1];
    // Before the first that stays, the comma behind goes; else the one before.
    const start: number = kept === null ? item.start : kept.end;
    const end = kept === null && next !== undefined ? next.start : item.end;
    edits.push({ span: { start: Math.max(start, edits.at(-1)?.span.end ?? 0), end }, put: "" });
  }
  return edits;
}

const encoder = new TextEncoder();

function membersOf(body: Uint8Array, object: number, key: string): ByteSpan[] {
  const spans: ByteSpan[] = [];
  for (let at = firstKey(body, object); at < body.length && body[at] === quote;) {
    const keyEnd = stringEnd(body, at);
    const named = keyIs(body, at, keyEnd, key);
    const value = valueBehind(body, keyEnd);
    if (named) spans.push(value);
    at = keyBehind(body, value);
  }
  return spans;
}

/** Where an object's first key stands; the end where it is not an object. */
function firstKey(body: Uint8Array, object: number): number {
  return body[object] === openBrace ? skipSpace(body, object + 1) : body.length;
}

/** The value behind a key and its colon. */
function valueBehind(body: Uint8Array, keyEnd: number): ByteSpan {
  return valueSpan(body, skipSpace(body, keyEnd) + 1);
}

/** Where the next key stands, if there is one. */
function keyBehind(body: Uint8Array, value: ByteSpan): number {
  const at = skipSpace(body, value.end);
  return body[at] === comma ? skipSpace(body, at + 1) : at;
}

/** Bytes of a string that are looked at one by one; most keys and values in events end before. */
const shortString = 32;

/** The index behind the string whose opening quote stands at `open`. */
function stringEnd(body: Uint8Array, open: number): number {
  let at = open + 1;
  for (const short = Math.min(body.length, at + shortString); at < short; at++) {
    if (body[at] === quote) return at + 1;
    if (body[at] === backslash) at++;
  }
  // What begins here is not escaped: the loop above has stepped over each escape as a whole.
  for (let close = body.indexOf(quote, at); close >= 0; close = body.indexOf(quote, close + 1)) {
    let before = close - 1;
    while (before >= at && body[before] === backslash) before--;
    // An even run of backslashes escapes itself and leaves the quote standing.
    if ((close - before) % 2 === 1) return close + 1;
  }
  return body.length;
}

function keyIs(body: Uint8Array, start: number, end: number, key: string): boolean {
  if (isAscii(body, start, end)) {
    if (end - start - 2 !== key.length) return false;
    for (let at = 0; at < key.length; at++)
      if (body[start + 1 + at] !== key.charCodeAt(at)) return false;
    return true;
  }
  const text = new TextDecoder().decode(body.subarray(start, end));
  return text === `"${key}"` || (text.includes("\\") && parseJson(text) === key);
}

/** Whether a string is plain ASCII without escapes, so that its bytes are its characters. */
function isAscii(body: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = body[at];
    if (byte === undefined || byte > 0x7f || byte === backslash) return false;
  }
  return true;
}

function valueEnd(body: Uint8Array, start: number): number {
  const first = body[start];
  if (first === quote) return stringEnd(body, start);
  if (first === openBrace || first === openBracket) return containerEnd(body, start);
  let at = start;
  while (at < body.length && !endsLiteral(body[at])) at++;
  return at;
}

function containerEnd(body: Uint8Array, start: number): number {
  let depth = 0;
  let at = start;
  while (at < body.length) {
    const byte = body[at];
    if (byte === quote) {
      at = stringEnd(body, at);
      continue;
    }
    if (byte === openBrace || byte === openBracket) depth++;
    else if (byte === closeBrace || byte === closeBracket) depth--;
    at++;
    if (depth === 0) return at;
  }
  return at;
}

function endsLiteral(byte: number | undefined): boolean {
  return byte === comma || byte === closeBrace || byte === closeBracket || isSpace(byte);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function skipSpace(body: Uint8Array, at: number): number {
  while (isSpace(body[at])) at++;
  return at;
}

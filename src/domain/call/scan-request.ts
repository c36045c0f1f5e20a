// Finds what routing needs in a large JSON body without parsing it: a search at memory speed in place
// of a value for every token. Exact, or it says nothing.

import { isRecord, parseJson } from "../bytes/json.ts";

/**
 * Where a text of ASCII characters stands in the bytes.
 * @param from index at which the search begins
 * @returns the index of its first byte; -1 where it does not occur
 */
export type FindAscii = (bytes: Uint8Array, text: string, from: number) => number;

export interface ScannedRequest {
  readonly model: string;
  readonly wantsStream: boolean;
}

/** Bytes below which parsing costs no more. */
export const minScanned = 2_048;
/** Bytes from `"stream"` to the body's end that are parsed to see that it stands at the top. */
const maxTail = 2_048;

const [quote, colon, openBrace, closeBrace, backslash] = [0x22, 0x3a, 0x7b, 0x7d, 0x5c];

/**
 * Reads model and stream of a JSON object whose first member is `model`, as clients' libraries send
 * it. A quote within a JSON string is escaped, so a key's text with its quotes is never part of one.
 * What is found is right if the body is valid JSON; whether it is, is not looked at beyond its ends.
 * @returns null where there is any doubt: the body is to be parsed
 */
export function scanRequest(body: Uint8Array, find: FindAscii): ScannedRequest | null {
  if (body.length < minScanned || lastByte(body) !== closeBrace) return null;
  const model = firstMember(body);
  if (model === null) return null;
  // The same key twice, or spelled with an escape: the last one counts.
  if (find(body, '"model"', model.end) >= 0 || find(body, "\\u00", 0) >= 0) return null;
  const at = find(body, '"stream"', model.end);
  if (at < 0) return { model: model.text, wantsStream: false };
  if (find(body, '"stream"', at + 1) >= 0 || body.length - at > maxTail) return null;
  const wantsStream = streamOf(body.subarray(at));
  return wantsStream === null ? null : { model: model.text, wantsStream };
}

function lastByte(body: Uint8Array): number | undefined {
  let at = body.length - 1;
  while (isBlank(body[at])) at--;
  return body[at];
}

/** The value of `{"model":"…"`, plain ASCII without escapes; null where the body does not begin so. */
function firstMember(body: Uint8Array): { readonly text: string; readonly end: number } | null {
  let at = past(body, 0, openBrace);
  if (at < 0) return null;
  while (isBlank(body[at])) at++;
  for (const character of '"model"') if (body[at++] !== character.charCodeAt(0)) return null;
  at = past(body, at, colon);
  const open = at < 0 ? -1 : past(body, at, quote);
  if (open < 0) return null;
  const end = body.indexOf(quote, open);
  if (end < 0 || end - open > 1_024) return null;
  for (let byte = open; byte < end; byte++) {
    const code = body[byte] ?? 0;
    if (code === backslash || code < 0x20 || code > 0x7e) return null;
  }
  return { text: ascii(body.subarray(open, end)), end };
}

/** Past a byte that stands after blanks only; -1 where another does. */
function past(body: Uint8Array, from: number, byte: number): number {
  let at = from;
  while (isBlank(body[at])) at++;
  return body[at] === byte ? at + 1 : -1;
}

/**
 * The value of `stream`, where it is a member of the body's own object: with a brace before it the
 * rest is an object, which it would not be from within another.
 * @param tail the body from `"stream"` on
 */
function streamOf(tail: Uint8Array): boolean | null {
  const value = parseJson(`{${new TextDecoder().decode(tail)}`);
  return isRecord(value) && "stream" in value ? value["stream"] === true : null;
}

function ascii(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

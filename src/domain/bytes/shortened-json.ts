// A JSON text whose long strings are cut, for readers who want only their beginnings: an image as
// base64 or a book in one string is then neither made text nor parsed.
import { joinBytes } from "./join-bytes.ts";

const [quote, backslash, lineFeed, brace] = [0x22, 0x5c, 0x0a, 0x7b];
/** Bytes; of a shorter text it is not worth the search. */
const leastText = 128 * 1024;
/** Where strings are shorter on average, the search for their ends costs what it saves. */
const leastAverage = 512;

/**
 * @param text UTF-8
 * @param most bytes of each string that are kept, at least 16; a character or escape there is left out
 * @returns the same text with its long strings cut; null where that saves little, or the text is not an object
 */
export function shortenedJson(text: Uint8Array, most: number): Uint8Array | null {
  if (text.length < leastText || text[0] !== brace) return null;
  const kept: Uint8Array[] = [];
  let quotes = Math.floor(text.length / leastAverage);
  let from = 0;
  let left = 0;
  for (let start = text.indexOf(quote); start >= 0;) {
    let end = text.indexOf(quote, start + 1);
    while (end >= 0 && isEscaped(text, end)) {
      if (--quotes < 0) return null;
      end = text.indexOf(quote, end + 1);
    }
    if (end < 0 || --quotes < 0) return null;
    if (end - start > 2 * most) {
      // No string holds one: this is another kind of text, and quotes mean something else in it.
      const line = text.subarray(start, end).indexOf(lineFeed);
      if (line >= 0) return null;
      const cut = characterStart(text, start + 1 + most);
      kept.push(text.subarray(from, cut));
      left += end - cut;
      from = end;
    }
    start = text.indexOf(quote, end + 1);
  }
  if (left * 2 < text.length) return null;
  kept.push(text.subarray(from));
  return joinBytes(kept);
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(text: Uint8Array, at: number): boolean {
  let before = at;
  while (text[before - 1] === backslash) before--;
  return (at - before) % 2 === 1;
}

/** The start of the character, or of the escape, that reaches over a place within a string. */
function characterStart(text: Uint8Array, at: number): number {
  let start = at;
  while (((text[start] ?? 0) & 0xc0) === 0x80) start--;
  const longestEscape = "\\u0000".length;
  for (let back = start - 1; back > start - longestEscape; back--)
    if (text[back] === backslash) return isEscaped(text, back) ? back - 1 : back;
  return start;
}

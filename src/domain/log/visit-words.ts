// The words of a text with their places, as the log's search makes them: what every store compares.
import { characterKind } from "./word-characters.ts";
import { isIdeograph } from "./search-words.ts";

/**
 * A word of the text, in UTF-16 units.
 * @param end exclusive
 * @param isAscii nothing of it is compared as another character, but for its case
 * @returns whether to go on
 */
export type VisitWord = (start: number, end: number, isAscii: boolean) => boolean;

/** Visits the words in their order. Characters of scripts that put no spaces between words are a word each. */
export function visitWords(text: string, visit: VisitWord): void {
  let start = -1;
  let isAscii = true;
  for (let at = 0; at <= text.length; at++) {
    const code = text.codePointAt(at) ?? 0;
    const kind = code <= 0x7f ? asciiKind(code) : kindOf(code);
    if (kind === word || (kind === mark && start >= 0)) {
      if (start < 0) [start, isAscii] = [at, true];
      if (code > 0x7f) isAscii = false;
    } else {
      if (start >= 0 && !visit(start, at, isAscii)) return;
      start = -1;
      if (kind === single && !visit(at, code > 0xffff ? at + 2 : at + 1, false)) return;
    }
    if (code > 0xffff) at++;
  }
}

/** `single`: a word by itself. */
const [unknown, other, mark, word, single] = [0, 1, 2, 3, 4];

function asciiKind(code: number): number {
  const isWord =
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a);
  return isWord ? word : other;
}

/** Of characters that have been met, by code: looking one up takes a while. */
let met: Uint8Array | null = null;

function kindOf(code: number): number {
  if (code > 0xffff) return lookedUp(code);
  met ??= new Uint8Array(0x1_0000);
  const known = met[code] ?? unknown;
  if (known !== unknown) return known;
  const kind = lookedUp(code);
  met[code] = kind;
  return kind;
}

function lookedUp(code: number): number {
  const kind = characterKind(code);
  if (isIdeograph(String.fromCodePoint(code))) return kind === "word" ? single : other;
  return kind === "word" ? word : kind === "mark" ? mark : other;
}

// White space as the cleaners take it: ASCII's. A wider space (U+3000 opens a Japanese paragraph) is text.

/** The first index from `at` on that is not white space; the text's length where all is. */
export function skipWhiteSpace(text: string, at: number): number {
  let to = at;
  while (to < text.length && isWhiteSpace(text.charCodeAt(to))) to++;
  return to;
}

/** The index behind the last character that is not white space; `from` where all from there on is. */
export function trimmedEnd(text: string, from: number): number {
  let end = text.length;
  while (end > from && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return end;
}

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

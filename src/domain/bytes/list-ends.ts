// Where elements of a list in a JSON text end, found without parsing them.
const [quote, comma, colon, backslash] = [0x22, 0x2c, 0x3a, 0x5c];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * @param text UTF-8, an object that can be parsed
 * @param name of a member whose value is a list; plain ASCII
 * @returns the offset behind the list's bracket; null: there is none
 */
export function listStart(text: Uint8Array, name: string): number | null {
  let at = skipBlanks(text, 0);
  if (text[at] !== openObject) return null;
  at++;
  for (;;) {
    at = skipBlanks(text, at);
    if (text[at] === comma) at = skipBlanks(text, at + 1);
    if (text[at] !== quote) return null;
    const keyEnd = stringEnd(text, at);
    const isIt = keyEnd - at === name.length + 2 && says(text, at + 1, name);
    at = skipBlanks(text, keyEnd);
    if (text[at] !== colon) return null;
    at = skipBlanks(text, at + 1);
    if (isIt) return text[at] === openList ? at + 1 : null;
    at = valueEnd(text, at);
  }
}

/**
 * @param at behind the list's bracket, or behind an element of it
 * @returns the offset behind that number of further elements; null: there are fewer
 */
export function behindElements(text: Uint8Array, at: number, elements: number): number | null {
  let found = 0;
  let place = at;
  while (found < elements) {
    const byte = text[place];
    if (byte === undefined || byte === closeList) return null;
    if (byte === comma || isBlank(byte)) place++;
    else {
      place = valueEnd(text, place);
      found++;
    }
  }
  return place;
}

function says(text: Uint8Array, at: number, name: string): boolean {
  for (let index = 0; index < name.length; index++)
    if (text[at + index] !== name.charCodeAt(index)) return false;
  return true;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function skipBlanks(text: Uint8Array, from: number): number {
  let at = from;
  while (isBlank(text[at])) at++;
  return at;
}

/** Behind the value that begins there; the text's end where it has none. */
function valueEnd(text: Uint8Array, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const byte = text[at];
    if (byte === quote) {
      at = stringEnd(text, at) - 1;
      if (depth === 0) return at + 1;
    } else if (byte === openObject || byte === openList) depth++;
    else if (byte === closeObject || byte === closeList) {
      // Of a number or a word, which ends where the list or object around it does.
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (byte === comma || isBlank(byte))) return at;
  }
  return text.length;
}

/** Behind the string whose quote stands there. */
function stringEnd(text: Uint8Array, from: number): number {
  let at = text.indexOf(quote, from + 1);
  while (at >= 0 && isEscaped(text, at)) at = text.indexOf(quote, at + 1);
  return at < 0 ? text.length : at + 1;
}

function isEscaped(text: Uint8Array, at: number): boolean {
  let before = at;
  while (text[before - 1] === backslash) before--;
  return (at - before) % 2 === 1;
}

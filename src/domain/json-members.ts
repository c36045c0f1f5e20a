// Finds and replaces one member of a JSON body in its bytes, so that key order, spacing and numbers survive.

/** Where a value stands: from its first byte up to, not including, `end`. */
export interface Span {
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
export function memberSpans(body: Uint8Array, key: string): Span[] {
  const spans: Span[] = [];
  let at = body.indexOf(openBrace);
  if (at < 0) return spans;
  at = skipSpace(body, at + 1);
  while (at < body.length && body[at] === quote) {
    const keyEnd = stringEnd(body, at);
    const named = keyIs(body, at, keyEnd, key);
    const start = skipSpace(body, skipSpace(body, keyEnd) + 1); // behind the colon
    const end = valueEnd(body, start);
    if (named) spans.push({ start, end });
    at = skipSpace(body, end);
    if (body[at] === comma) at = skipSpace(body, at + 1);
  }
  return spans;
}

/**
 * The body with every top-level `key` holding `value` instead; all other bytes as they were.
 * @param body JSON text in UTF-8 that has already been parsed without error
 */
export function withMember(body: Uint8Array, key: string, value: string): Uint8Array {
  return replaceSpans(
    body,
    memberSpans(body, key),
    new TextEncoder().encode(JSON.stringify(value)),
  );
}

/** The bytes with each span (ascending, apart) replaced by `put`. */
export function replaceSpans(
  body: Uint8Array,
  spans: readonly Span[],
  put: Uint8Array,
): Uint8Array {
  if (spans.length === 0) return body;
  const removed = spans.reduce((sum, span) => sum + span.end - span.start, 0);
  const out = new Uint8Array(body.length - removed + spans.length * put.length);
  let from = 0;
  let to = 0;
  for (const span of spans) {
    out.set(body.subarray(from, span.start), to);
    to += span.start - from;
    out.set(put, to);
    to += put.length;
    from = span.end;
  }
  out.set(body.subarray(from), to);
  return out;
}

/** The index behind the string whose opening quote stands at `open`. */
function stringEnd(body: Uint8Array, open: number): number {
  let close = body.indexOf(quote, open + 1);
  while (close >= 0) {
    let before = close - 1;
    while (body[before] === backslash) before--;
    // An even run of backslashes escapes itself and leaves the quote standing.
    if ((close - before) % 2 === 1) return close + 1;
    close = body.indexOf(quote, close + 1);
  }
  return body.length;
}

function keyIs(body: Uint8Array, start: number, end: number, key: string): boolean {
  const text = new TextDecoder().decode(body.subarray(start, end));
  return text === `"${key}"` || (text.includes("\\") && JSON.parse(text) === key);
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
  return byte === comma || byte === closeBrace || isSpace(byte);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function skipSpace(body: Uint8Array, at: number): number {
  while (isSpace(body[at])) at++;
  return at;
}

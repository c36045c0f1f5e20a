// Finds form fields in a multipart body's bytes (RFC 7578), without decoding or copying its files.
import type { ByteSpan } from "./json-members.ts";

const cr = 0x0d;
const dash = 0x2d;

/** The boundary a content type names; null where it is not a multipart type, or names none. */
export function multipartBoundary(contentType: string | null): string | null {
  if (contentType === null || !/^\s*multipart\//i.test(contentType)) return null;
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  return match?.[1] ?? match?.[2] ?? null;
}

/** Where the text fields of the names asked for stand: the last of each name counts. */
export function formFields(
  body: Uint8Array,
  boundary: string,
  names: readonly string[],
): ReadonlyMap<string, ByteSpan> {
  const found = new Map<string, ByteSpan>();
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
  // The first delimiter stands at the body's very start, or behind a preamble.
  let at = startsWith(body, 0, delimiter.subarray(2))
    ? delimiter.length - 2
    : behind(body, 0, delimiter);
  while (at >= 0 && !(body[at] === dash && body[at + 1] === dash)) {
    const head = behind(body, at, blankLine);
    if (head < 0) break;
    const next = indexOf(body, head - 2, delimiter);
    const end = next < 0 ? body.length : Math.max(next, head);
    const name = fieldName(body.subarray(at, head));
    if (name !== null && names.includes(name)) found.set(name, { start: head, end });
    at = next < 0 ? -1 : next + delimiter.length;
  }
  return found;
}

/** A field's text. */
export function fieldText(body: Uint8Array, span: ByteSpan | undefined): string | null {
  return span === undefined ? null : new TextDecoder().decode(body.subarray(span.start, span.end));
}

const blankLine = new TextEncoder().encode("\r\n\r\n");

/** The `name` of a part that is not a file. */
function fieldName(head: Uint8Array): string | null {
  const text = new TextDecoder().decode(head);
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(text)?.[1];
  if (disposition === undefined || /;\s*filename\*?=/i.test(`;${disposition}`)) return null;
  const name = /(?:^|;)\s*name=(?:"([^"]*)"|([^\s;]+))/i.exec(disposition);
  return name?.[1] ?? name?.[2] ?? null;
}

function behind(body: Uint8Array, from: number, what: Uint8Array): number {
  const at = indexOf(body, from, what);
  return at < 0 ? -1 : at + what.length;
}

/** `what` begins with a CR, which is rare in files: the search hops from one to the next. */
function indexOf(body: Uint8Array, from: number, what: Uint8Array): number {
  for (let at = body.indexOf(cr, from); at >= 0; at = body.indexOf(cr, at + 1))
    if (startsWith(body, at, what)) return at;
  return -1;
}

function startsWith(body: Uint8Array, at: number, what: Uint8Array): boolean {
  if (at + what.length > body.length) return false;
  for (let index = 0; index < what.length; index++)
    if (body[at + index] !== what[index]) return false;
  return true;
}

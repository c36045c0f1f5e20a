// Server-sent events, cut at blank lines (WHATWG HTML §9.2.6), with LF, CRLF or CR as line ends.
import { createCarry, type Frame, part, type Splitter } from "./frame.ts";

const lf = 0x0a;
const cr = 0x0d;

/** A splitter for `text/event-stream`. */
export function createSseSplitter(): Splitter {
  const carry = createCarry();
  // A byte order mark is skipped where the stream begins; within a value it is text.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let atLineStart = true;
  // A CR may be the first half of a CRLF whose LF has not arrived.
  let afterCr = false;

  function push(chunk: Uint8Array): readonly Frame[] {
    const frames: Frame[] = [];
    let from = 0;
    let at = 0;
    let nextCr = chunk.indexOf(cr);
    if (afterCr && chunk.length > 0) {
      afterCr = false;
      if (chunk[0] === lf) at = 1;
    }
    while (at < chunk.length) {
      const byte = chunk[at];
      if (atLineStart && (byte === lf || byte === cr)) {
        // Further blank lines say nothing: they go with the first, not as an event each.
        while (chunk[at] === lf || chunk[at] === cr) at = pastBreak(chunk, at);
        frames.push(frame(carry.take(part(chunk, from, at)), decoder));
        from = at;
        continue;
      }
      const nextLf = chunk.indexOf(lf, at);
      if (nextCr >= 0 && nextCr < at) nextCr = chunk.indexOf(cr, at);
      const end = nextLf < 0 ? nextCr : nextCr < 0 ? nextLf : Math.min(nextLf, nextCr);
      atLineStart = end >= 0;
      at = end < 0 ? chunk.length : pastBreak(chunk, end);
    }
    if (from < chunk.length) carry.keep(part(chunk, from, chunk.length));
    return frames;
  }

  function pastBreak(chunk: Uint8Array, at: number): number {
    if (chunk[at] === lf) return at + 1;
    if (at + 1 === chunk.length) afterCr = true;
    return chunk[at + 1] === lf ? at + 2 : at + 1;
  }

  return {
    push,
    between: () => atLineStart && !afterCr && carry.size() === 0,
    held: () => carry.size(),
    giveBack() {
      // A line feed may have been the second half of a line end; whether one must follow, is kept apart.
      if (carry.size() === 0 || carry.first() === lf) return [];
      atLineStart = true;
      afterCr = false;
      return carry.tear();
    },
    tear: () => carry.tear(),
    end() {
      const rest = carry.take(new Uint8Array(0));
      return rest.length === 0 ? null : frame(rest, decoder);
    },
  };
}

const dataField = [0x64, 0x61, 0x74, 0x61];
const eventField = [0x65, 0x76, 0x65, 0x6e, 0x74];
const byteOrderMark = [0xef, 0xbb, 0xbf];
const colon = 0x3a;
const space = 0x20;

/**
 * Reads an event's fields where they stand: however many lines it has, it costs a copy of its
 * data and that copy's text, never an object a line.
 */
function frame(bytes: Uint8Array, decoder: TextDecoder): Frame {
  // By far the most common event: one data line, ended by LF LF.
  if (bytes.indexOf(lf) === bytes.length - 2) {
    const text = decoder.decode(bytes);
    if (text.startsWith("data: ") && !text.includes("\r"))
      return { bytes, event: null, data: text.slice(6, -2) };
  }
  let event: string | null = null;
  // Where the data's text stands: in the event itself or, made of several lines, in a copy of it.
  let text = bytes;
  let start = -1;
  let size = 0;
  let at = startsWith(bytes, 0, byteOrderMark) ? byteOrderMark.length : 0;
  let nextCr = bytes.indexOf(cr, at);
  while (at < bytes.length) {
    const nextLf = bytes[at] === lf ? at : bytes.indexOf(lf, at);
    if (nextCr >= 0 && nextCr < at) nextCr = bytes.indexOf(cr, at);
    const end = lineEnd(nextLf, nextCr, bytes.length);
    if (isField(bytes, at, end, dataField)) {
      const from = valueFrom(bytes, at + dataField.length, end);
      if (start < 0) {
        start = from;
        size = end - from;
      } else {
        // Later values move towards the front only, so none is overwritten before it is moved.
        if (text === bytes) text = bytes.slice();
        text[start + size] = lf;
        text.copyWithin(start + size + 1, from, end);
        size += 1 + end - from;
      }
    } else if (isField(bytes, at, end, eventField))
      event = decoder.decode(bytes.subarray(valueFrom(bytes, at + eventField.length, end), end));
    at = end + 1;
  }
  const data = start < 0 ? null : decoder.decode(text.subarray(start, start + size));
  return { bytes, event, data };
}

/** @param nextLf, nextCr where they stand; negative: nowhere */
function lineEnd(nextLf: number, nextCr: number, otherwise: number): number {
  if (nextLf < 0) return nextCr < 0 ? otherwise : nextCr;
  return nextCr < 0 ? nextLf : Math.min(nextLf, nextCr);
}

function startsWith(bytes: Uint8Array, at: number, what: readonly number[]): boolean {
  for (let index = 0; index < what.length; index++)
    if (bytes[at + index] !== what[index]) return false;
  return true;
}

/** Whether the line from `at` to `end` is of this field: its name stands alone or before a colon. */
function isField(bytes: Uint8Array, at: number, end: number, name: readonly number[]): boolean {
  const after = at + name.length;
  return after <= end && startsWith(bytes, at, name) && (after === end || bytes[after] === colon);
}

/** Where a field's value begins: after its name, colon and one space. */
function valueFrom(bytes: Uint8Array, at: number, end: number): number {
  const from = Math.min(at + 1, end);
  return from < end && bytes[from] === space ? from + 1 : from;
}

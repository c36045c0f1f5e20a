// Server-sent events, cut at blank lines (WHATWG HTML §9.2.6), with LF, CRLF or CR as line ends.
import { createCarry, type Frame, type Splitter } from "./frame.ts";

const lf = 0x0a;
const cr = 0x0d;

/** A splitter for `text/event-stream`. */
export function createSseSplitter(): Splitter {
  const carry = createCarry();
  const decoder = new TextDecoder();
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
        at = pastBreak(chunk, at);
        frames.push(frame(carry.take(chunk.subarray(from, at)), decoder));
        from = at;
        continue;
      }
      const nextLf = chunk.indexOf(lf, at);
      if (nextCr >= 0 && nextCr < at) nextCr = chunk.indexOf(cr, at);
      const end = nextLf < 0 ? nextCr : nextCr < 0 ? nextLf : Math.min(nextLf, nextCr);
      atLineStart = end >= 0;
      at = end < 0 ? chunk.length : pastBreak(chunk, end);
    }
    carry.keep(chunk.subarray(from));
    return frames;
  }

  function pastBreak(chunk: Uint8Array, at: number): number {
    if (chunk[at] === lf) return at + 1;
    if (at + 1 === chunk.length) afterCr = true;
    return chunk[at + 1] === lf ? at + 2 : at + 1;
  }

  return {
    push,
    held: () => carry.size(),
    end() {
      const rest = carry.take(new Uint8Array(0));
      return rest.length === 0 ? null : frame(rest, decoder);
    },
  };
}

function frame(bytes: Uint8Array, decoder: TextDecoder): Frame {
  const text = decoder.decode(bytes);
  // By far the most common event: one data line, ended by LF LF.
  if (text.startsWith("data: ") && text.indexOf("\n") === text.length - 2 && !text.includes("\r"))
    return { bytes, event: null, data: text.slice(6, -2) };
  let event: string | null = null;
  let data: string | null = null;
  for (const line of text.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(":");
    if (line === "" || colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? "" : line.slice(colon + 1);
    const value = raw.startsWith(" ") ? raw.slice(1) : raw;
    if (field === "event") event = value;
    else if (field === "data") data = data === null ? value : `${data}\n${value}`;
  }
  return { bytes, event, data };
}

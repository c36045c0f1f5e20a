// Newline-delimited JSON: one value a line.
import { createCarry, type Frame, part, type Splitter } from "./frame.ts";

const lf = 0x0a;

/** A splitter for `application/x-ndjson`. */
export function createNdjsonSplitter(): Splitter {
  const carry = createCarry();
  const decoder = new TextDecoder();

  function frame(bytes: Uint8Array): Frame {
    const line = decoder.decode(bytes).trim();
    return { bytes, event: null, data: line === "" ? null : line };
  }

  return {
    push(chunk) {
      const frames: Frame[] = [];
      let from = 0;
      for (let at = chunk.indexOf(lf); at >= 0; at = chunk.indexOf(lf, from)) {
        let end = at + 1;
        // Blank lines say nothing: they go with the line before, not as an event each.
        while (chunk[end] === lf) end++;
        frames.push(frame(carry.take(part(chunk, from, end))));
        from = end;
      }
      if (from < chunk.length) carry.keep(part(chunk, from, chunk.length));
      return frames;
    },
    between: () => carry.size() === 0,
    held: () => carry.size(),
    giveBack: () => carry.tear(),
    tear: () => carry.tear(),
    end() {
      const rest = carry.take(new Uint8Array(0));
      return rest.length === 0 ? null : frame(rest);
    },
  };
}

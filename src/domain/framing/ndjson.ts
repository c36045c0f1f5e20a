// Newline-delimited JSON: one value a line.
import { createCarry, type Frame, type Splitter } from "./frame.ts";

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
        frames.push(frame(carry.take(chunk.subarray(from, at + 1))));
        from = at + 1;
      }
      carry.keep(chunk.subarray(from));
      return frames;
    },
    held: () => carry.size(),
    end() {
      const rest = carry.take(new Uint8Array(0));
      return rest.length === 0 ? null : frame(rest);
    },
  };
}

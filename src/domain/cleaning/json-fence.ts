// Unwraps fenced JSON: takes away the fence lines, whatever the pieces they arrive in.
import { createFenceTracker } from "./fence-tracker.ts";
import { createBlockReader, type BlockReader } from "./json-block.ts";
import { longestFenceLine, mayOpen, openingOf } from "./json-opening.ts";
import type { Sink, TextFilter } from "./text-filter.ts";

/** A filter for one answer; holds back at most one fence line that is not certain yet. */
export function createJsonFenceFilter(out: Sink): TextFilter {
  const fences = createFenceTracker();
  let held = "";
  let block: BlockReader | null = null;
  // Whether an unwrapped block may open here.
  let atLineStart = true;

  /** Reads to the line's end, to an opening fence, or up to what has to wait. */
  function readOutside(text: string, at: number, ended: boolean): number {
    if (atLineStart && !fences.inCode()) {
      const line = text.slice(at, at + longestFenceLine);
      const opening = openingOf(line);
      if (opening !== null) {
        out("drop", line.slice(0, opening.length));
        block = createBlockReader(opening.form, out);
        return at + opening.length;
      }
      if (!ended && line.length < longestFenceLine && mayOpen(line)) return at;
    }
    const lineEnd = text.indexOf("\n", at) + 1;
    const to = lineEnd === 0 ? text.length : lineEnd;
    const line = text.slice(at, to);
    fences.advance(line, 0, line.length);
    out("keep", line);
    atLineStart = lineEnd > 0;
    return to;
  }

  function readInside(reader: BlockReader, text: string, at: number, ended: boolean): number {
    const { to, closed } = reader.read(text, at, ended);
    if (closed) {
      block = null;
      atLineStart = false;
      fences.leaveLineStart();
    }
    return to;
  }

  function read(text: string, ended: boolean): void {
    let at = 0;
    while (at < text.length) {
      const reader = block;
      const to =
        reader === null ? readOutside(text, at, ended) : readInside(reader, text, at, ended);
      if (to === at && reader === block) break;
      at = to;
    }
    held = text.slice(at);
  }

  return {
    certain(text) {
      if (held !== "") return null;
      if (block !== null) return block.passes(text) ? "keep" : null;
      if (text.includes("\n")) return null;
      const opens = atLineStart && !fences.inCode() && mayBeginOpening.test(text);
      return opens ? null : "keep";
    },
    pass(text) {
      if (block !== null) return;
      fences.advance(text, 0, text.length);
      atLineStart = false;
    },
    push: (text) => read(held + text, false),
    settled: () => held === "" && block === null && fences.settled(),
    letGo: () => read(held, true),
    end: () => read(held, true),
  };
}

const mayBeginOpening = /^[ `[]/;

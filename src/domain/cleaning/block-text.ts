// The text inside one thinking block: dropped, or moved without the white space at its two ends.
import type { Sink } from "./text-filter.ts";
import { skipWhiteSpace, trimmedEnd } from "./white-space.ts";

export interface BlockText {
  push(text: string): void;
  /** The block is over. */
  end(): void;
}

/** @param move false: all of it is dropped */
export function createBlockText(move: boolean, out: Sink): BlockText {
  let begun = false;
  // White space that goes along only if more text follows in the block.
  let held = "";

  function pushMoved(text: string): void {
    const from = begun ? 0 : skipWhiteSpace(text, 0);
    if (from > 0) out("drop", text.slice(0, from));
    const to = trimmedEnd(text, from);
    if (to > from) {
      begun = true;
      out("move", held + text.slice(from, to));
      held = "";
    }
    if (begun) held += text.slice(to);
  }

  return {
    push(text) {
      if (text === "") return;
      if (move) pushMoved(text);
      else out("drop", text);
    },
    end() {
      if (held !== "") out("drop", held);
      held = "";
      begun = false;
    },
  };
}

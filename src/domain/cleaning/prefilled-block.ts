// The block that an answer starts in where the prompt's template has already written the opening tag.
import type { BlockText } from "./block-text.ts";
import type { Sink } from "./text-filter.ts";
import { closingOverlap, firstClosing, openingAt } from "./thinking-tags.ts";
import { skipWhiteSpace } from "./white-space.ts";

export interface PrefilledBlock {
  /** @returns the text behind the block's closing tag; null while none has come */
  push(text: string): string | null;
  /** No closing tag came: all of it was content. */
  end(): void;
}

/**
 * Holds all text until its first closing tag, or the answer's end: only then is it known whether
 * it was thinking or the answer itself. No cleaner could know sooner.
 */
export function createPrefilledBlock(block: BlockText, out: Sink): PrefilledBlock {
  // Joined once, so that a long block in small pieces costs linear time.
  const pieces: string[] = [];
  let size = 0;
  let overlap = "";
  return {
    push(text) {
      const seen = overlap + text;
      const found = firstClosing(seen);
      const start = size - overlap.length;
      pieces.push(text);
      size += text.length;
      if (found === null) {
        overlap = seen.slice(-closingOverlap);
        return null;
      }
      const whole = pieces.join("");
      const end = start + found.at;
      // Some servers repeat the tag that the template has written.
      const first = skipWhiteSpace(whole, 0);
      const repeated = openingAt(whole, first);
      const from = repeated === null || repeated === "undecided" ? 0 : first + repeated.open.length;
      if (from > 0) out("drop", whole.slice(0, from));
      block.push(whole.slice(from, end));
      block.end();
      out("drop", found.close);
      return whole.slice(end + found.close.length);
    },
    end() {
      if (size > 0) out("keep", pieces.join(""));
    },
  };
}

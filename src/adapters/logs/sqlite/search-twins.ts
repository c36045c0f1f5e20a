// Calls that say the same within a few seconds share an entry of the search's index: load tests, retries
// and impatient clients repeat whole calls, and to index their words is most of what such a row costs.
import type { IndexedText } from "../rows/indexed-text.ts";
import { seqsIn } from "./seq.ts";

/** A row's key is at most so much higher than that of the row whose entry it shares. */
export const twinReach = seqsIn(10_000);

export interface SearchTwins {
  /**
   * The key of a row that says the same and is in the index; null where there is none of late: then this
   * row is to be put there, and later ones may share its entry.
   */
  of(seq: number, text: IndexedText): number | null;
  clear(): void;
}

interface KeptText {
  readonly seq: number;
  readonly text: IndexedText;
}

const maxTexts = 32;
const maxCharacters = 512 * 1024;

export function createSearchTwins(): SearchTwins {
  /** Oldest first. */
  let kept: KeptText[] = [];
  let held = 0;
  return {
    of(seq, text) {
      const twin = kept.findLast(
        (one) => one.seq < seq && seq - one.seq <= twinReach && isSame(one.text, text),
      );
      if (twin !== undefined) return twin.seq;
      kept.push({ seq, text });
      held += sizeOf(text);
      while (kept.length > maxTexts || held > maxCharacters) {
        const oldest = kept.shift();
        if (oldest !== undefined) held -= sizeOf(oldest.text);
      }
      return null;
    },
    clear() {
      kept = [];
      held = 0;
    },
  };
}

function isSame(a: IndexedText, b: IndexedText): boolean {
  return a.names === b.names && a.asked === b.asked && a.answered === b.answered;
}

function sizeOf({ names, asked, answered }: IndexedText): number {
  return names.length + asked.length + answered.length;
}

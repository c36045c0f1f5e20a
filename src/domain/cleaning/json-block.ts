// Reads an unwrapped block of JSON up to the fence line or marker that closes it.
import { type BlockForm, longestFenceLine } from "./json-opening.ts";
import type { Sink } from "./text-filter.ts";

export interface BlockReader {
  /**
   * Reads text from `at` on, which may begin with what the last call left.
   * @param ended no more text will come
   * @returns where it stopped: behind the closing, or before what is undecided
   */
  read(text: string, at: number, ended: boolean): { readonly to: number; readonly closed: boolean };
  /** Whether a piece that follows decided text would be kept whole, and leave nothing undecided. */
  passes(text: string): boolean;
}

export function createBlockReader(form: BlockForm, out: Sink): BlockReader {
  switch (form.kind) {
    case "fence": {
      const short = `\`{0,${form.ticks - 1}}`;
      const enough = `\`{${form.ticks},}`;
      return createLineReader(enough, `(?:${short}|${enough}[ \\t]*\\r?)`, out);
    }
    case "marker-line":
      return createLineReader("\\[/?json\\]", `(?:${cutMarker}|\\[/?json\\][ \\t]*\\r?)`, out);
    case "marker":
      return createMarkerReader(out);
  }
}

/** A closing marker's beginnings. */
const cutMarker = "(?:\\[(?:/?(?:j|js|jso|json)?)?)?";

/**
 * For blocks that a line of their own closes. It goes with the break before it, which is the
 * opening line's where the block is empty.
 */
function createLineReader(closing: string, unfinished: string, out: Sink): BlockReader {
  const closes = new RegExp(`^(?:\\r?\\n)? {0,3}${closing}[ \\t]*(?=\\r?\\n)`, "i");
  const closesAtEnd = new RegExp(`^(?:\\r?\\n)? {0,3}${closing}[ \\t]*\\r?$`, "i");
  const mayClose = new RegExp(`^(?:\\r|(?:\\r?\\n)? {0,3}${unfinished})$`, "i");
  let first = true;

  return {
    passes: (text) => !first && !text.includes("\n") && !text.includes("\r"),
    read(text, from, ended) {
      let at = from;
      for (;;) {
        const start = first ? at : nextBreak(text, at);
        if (start > at) out("keep", text.slice(at, start));
        if (start === text.length) return { to: start, closed: false };
        const line = text.slice(start, start + longestFenceLine);
        const whole = line.length < longestFenceLine;
        const found = closes.exec(line) ?? (ended && whole ? closesAtEnd.exec(line) : null);
        if (found !== null) {
          out("drop", found[0]);
          return { to: start + found[0].length, closed: true };
        }
        if (!ended && whole && mayClose.test(line)) return { to: start, closed: false };
        at = start;
        if (!first) {
          at++;
          out("keep", text.slice(start, at));
        }
        first = false;
      }
    },
  };
}

const lineBreak = /\r?\n|\r$/g;

function nextBreak(text: string, from: number): number {
  lineBreak.lastIndex = from;
  return lineBreak.exec(text)?.index ?? text.length;
}

const closingMarker = /^(?:[ \t]*|\r?\n {0,3})\[\/?json\]/i;
const mayBeMarker = new RegExp(`^(?:[ \\t]*|\\r|\\r?\\n {0,3})${cutMarker}$`, "i");
const notable = /["\\ \t\r\n[]/g;

/** For JSON beside its marker: white space or one break before the closing marker goes with it. */
function createMarkerReader(out: Sink): BlockReader {
  let inString = false;
  let escaped = false;

  return {
    passes: () => false,
    read(text, from, ended) {
      let kept = from;
      const keepTo = (to: number) => {
        if (to > kept) out("keep", text.slice(kept, to));
        kept = to;
      };
      let at = from;
      while (at < text.length) {
        if (escaped) {
          escaped = false;
          at++;
          continue;
        }
        notable.lastIndex = at;
        at = notable.exec(text)?.index ?? text.length;
        const char = text.charAt(at);
        if (char === '"') inString = !inString;
        else if (inString) escaped = char === "\\";
        else if (char !== "" && char !== "\\") {
          const line = text.slice(at, at + longestFenceLine);
          const found = closingMarker.exec(line);
          if (found !== null) {
            keepTo(at);
            out("drop", found[0]);
            return { to: at + found[0].length, closed: true };
          }
          if (!ended && line.length < longestFenceLine && mayBeMarker.test(line)) {
            keepTo(at);
            return { to: at, closed: false };
          }
        }
        at++;
      }
      keepTo(text.length);
      return { to: text.length, closed: false };
    },
  };
}

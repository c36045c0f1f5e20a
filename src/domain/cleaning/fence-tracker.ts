// Knows whether a text stands inside a fenced code block (CommonMark §4.5), whatever the pieces it arrives in.

export interface FenceTracker {
  /** Reads on, from one index of the text to before another. */
  advance(text: string, from: number, to: number): void;
  /** Whether what comes next is code, or on a line that opens it. */
  inCode(): boolean;
  /** Nothing changes before the next line. */
  settled(): boolean;
  /** What comes next is not at a line's start, whatever was read. */
  leaveLineStart(): void;
}

const lf = 0x0a;
const cr = 0x0d;
const tab = 0x09;
const space = 0x20;
const backtick = 0x60;
const tilde = 0x7e;

/**
 * Where on its line the text stands: before anything but white space, in a run of fence marks,
 * behind one that may open or close a block, or where nothing can happen until the next line.
 */
type LinePlace = "indent" | "run" | "info" | "closing" | "rest";

/**
 * A tracker at the start of a text. Two liberties against CommonMark, because a list item's own
 * indentation is not known here: an opening fence may be indented by any number of columns, and a
 * closing one by three more than that.
 */
export function createFenceTracker(): FenceTracker {
  let fence: { readonly mark: number; readonly length: number; readonly indent: number } | null =
    null;
  let place: LinePlace = "indent";
  let indent = 0;
  let mark = 0;
  let length = 0;

  function endLine(): void {
    const fenced = place === "run" || place === "info" || place === "closing";
    if (fence === null) {
      if (fenced && length >= 3) fence = { mark, length, indent };
    } else if (fenced && length >= fence.length) fence = null;
    place = "indent";
    indent = 0;
    length = 0;
  }

  function step(code: number): void {
    switch (place) {
      case "indent":
        if (code === space) indent++;
        else if (code === tab) indent += 4;
        else if (code === backtick || code === tilde) {
          const fits = fence === null || (code === fence.mark && indent <= fence.indent + 3);
          place = fits ? "run" : "rest";
          mark = code;
          length = 1;
        } else if (code !== cr) place = "rest";
        return;
      case "run":
        if (code === mark) length++;
        else if (fence === null) place = length >= 3 ? "info" : "rest";
        else place = length >= fence.length && isBlank(code) ? "closing" : "rest";
        return;
      case "info":
        // Back-ticks behind back-ticks on one line: code within a sentence.
        if (mark === backtick && code === backtick) place = "rest";
        return;
      case "closing":
        if (!isBlank(code)) place = "rest";
        return;
      case "rest":
        return;
    }
  }

  return {
    advance(text, from, to) {
      let at = from;
      while (at < to) {
        // Only up to the text's end: a search past `to`, repeated, would not be linear.
        if (place === "rest" && to === text.length) {
          at = text.indexOf("\n", at);
          if (at < 0) return;
        }
        const code = text.charCodeAt(at++);
        if (code === lf) endLine();
        else step(code);
      }
    },
    inCode: () => fence !== null || place === "info" || (place === "run" && length >= 3),
    settled: () => place === "rest",
    leaveLineStart() {
      place = "rest";
    },
  };
}

function isBlank(code: number): boolean {
  return code === space || code === tab || code === cr;
}

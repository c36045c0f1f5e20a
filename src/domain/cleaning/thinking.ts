// Takes thinking blocks out of an answer's text, whatever the pieces it arrives in.
import { createBlockText } from "./block-text.ts";
import { createFenceTracker } from "./fence-tracker.ts";
import { createPrefilledBlock } from "./prefilled-block.ts";
import type { Sink, TextFilter } from "./text-filter.ts";
import { openingAt, type ThinkingTag, undecidedClosing } from "./thinking-tags.ts";
import { skipWhiteSpace } from "./white-space.ts";

export interface ThinkingOptions {
  /** Blocks are moved; else they are dropped. */
  readonly move: boolean;
  /** The answer starts inside a block. */
  readonly prefilled: boolean;
}

/**
 * A filter for one answer. Outside of a pre-filled block it holds back at most an unfinished tag,
 * and the white space that goes or stays with what follows it: before an opening block, and inside
 * a moved one.
 */
export function createThinkingFilter(options: ThinkingOptions, out: Sink): TextFilter {
  const fences = createFenceTracker();
  const block = createBlockText(options.move, out);
  const prefilled = options.prefilled ? createPrefilledBlock(block, out) : null;
  /** `opening`: nothing is kept yet, so that a block here opens the answer. */
  let phase: "prefilled" | "opening" | "content" = prefilled === null ? "opening" : "prefilled";
  /** The block the text is in. */
  let inside: ThinkingTag | null = null;
  let blockSeen = prefilled !== null;
  let space = "";
  let tail = "";
  // The text that was kept last, or its end.
  let before = "";

  function keep(text: string): void {
    if (text === "") return;
    before = text;
    out("keep", text);
  }

  function open(tag: ThinkingTag): void {
    if (space !== "") out("drop", space);
    space = "";
    out("drop", tag.open);
    inside = tag;
    blockSeen = true;
  }

  /** What may have begun a block is text. */
  function keepWaiting(): void {
    const waiting = space + tail;
    if (waiting === "") return;
    space = "";
    tail = "";
    phase = "content";
    fences.advance(waiting, 0, waiting.length);
    keep(waiting);
  }

  function readOpening(text: string, at: number): number {
    const from = skipWhiteSpace(text, at);
    if (from > at) {
      if (blockSeen) out("drop", text.slice(at, from));
      else space += text.slice(at, from);
    }
    if (from === text.length) return from;
    const tag = openingAt(text, from);
    if (tag === "undecided") {
      tail = text.slice(from);
      return text.length;
    }
    if (tag !== null) {
      open(tag);
      return from + tag.open.length;
    }
    phase = "content";
    fences.advance(space, 0, space.length);
    keep(space);
    space = "";
    return from;
  }

  function readContent(text: string, at: number): number {
    let read = at;
    for (;;) {
      const next = nextBracket(text, read);
      fences.advance(text, read, next);
      const ticked = next === 0 ? before.endsWith("`") : text.charCodeAt(next - 1) === backtick;
      const tag = ticked || fences.inCode() ? null : openingAt(text, next);
      if (next === text.length || tag !== null) {
        keep(text.slice(at, next));
        if (tag === null || tag === "undecided") {
          tail = text.slice(next);
          return text.length;
        }
        open(tag);
        return next + tag.open.length;
      }
      fences.advance(text, next, next + 1);
      read = next + 1;
    }
  }

  function readBlock(text: string, at: number, tag: ThinkingTag): number {
    const close = text.indexOf(tag.close, at);
    const to = close < 0 ? undecidedClosing(text, at, tag.close) : close;
    block.push(text.slice(at, to));
    if (close < 0) {
      tail = text.slice(to);
      return text.length;
    }
    block.end();
    out("drop", tag.close);
    inside = null;
    return close + tag.close.length;
  }

  function read(text: string): void {
    let at = 0;
    while (at < text.length) {
      if (inside !== null) at = readBlock(text, at, inside);
      else if (phase === "content") at = readContent(text, at);
      else at = readOpening(text, at);
    }
  }

  return {
    certain(text) {
      if (tail !== "" || mayHoldTag(text)) return null;
      if (inside !== null) return options.move ? null : "drop";
      return phase === "content" ? "keep" : null;
    },
    pass(text) {
      if (inside !== null) return;
      fences.advance(text, 0, text.length);
      before = text;
    },
    push(text) {
      if (prefilled !== null && phase === "prefilled") {
        const rest = prefilled.push(text);
        if (rest === null) return;
        phase = "opening";
        read(rest);
        return;
      }
      const whole = tail + text;
      tail = "";
      read(whole);
    },
    settled: () =>
      phase === "content" &&
      inside === null &&
      tail === "" &&
      !before.endsWith("`") &&
      fences.settled(),
    letGo() {
      if (phase !== "prefilled" && inside === null) keepWaiting();
    },
    end() {
      if (prefilled !== null && phase === "prefilled") prefilled.end();
      if (inside === null) keepWaiting();
      else {
        block.push(tail);
        block.end();
        tail = "";
      }
    },
  };
}

const backtick = 0x60;
const bracket = /[<[]/g;

/** The first index from `from` on where a tag may begin; the text's length where none may. */
function nextBracket(text: string, from: number): number {
  bracket.lastIndex = from;
  return bracket.exec(text)?.index ?? text.length;
}

function mayHoldTag(text: string): boolean {
  return text.includes("<") || text.includes("[");
}

// What a cleaner took out of an answer's turn, in its place: the raw turn against the one that the client got.
import type { Turn, TurnPart } from "./turn.ts";

/** A part of the raw turn, or a piece of one that the client did not get. */
export type ComparedPart =
  | TurnPart
  | {
      readonly kind: "removed";
      readonly text: string;
      /** A block of thinking that was moved out of the text: the client got it, elsewhere. */
      readonly isMoved: boolean;
    };

/** What follows a removed piece is found again by so many characters. */
const anchor = 24;
/** More pieces than a cleaner takes out of an answer. */
const mostPieces = 200;

/**
 * The raw turn's parts with what was removed as blocks of their own.
 * @param clean what the client got of it; null where that is not known
 * @returns null where the clean turn is not the raw one with pieces taken out: translated, or other words
 */
export function comparedParts(raw: Turn, clean: Turn | null): readonly ComparedPart[] | null {
  if (clean === null) return null;
  const thoughts = textsOf(clean, "thinking").join("\n\n");
  const rawText = textsOf(raw, "text").join("");
  const pieces = removedPieces(rawText, textsOf(clean, "text").join(""));
  if (pieces === null) return null;
  const left = [...pieces];
  return raw.parts.flatMap((part): readonly ComparedPart[] => {
    switch (part.kind) {
      case "thinking":
        return thoughts.includes(part.text.trim())
          ? [part]
          : [{ kind: "removed", text: part.text, isMoved: false }];
      case "text": {
        const own = takePieces(left, part.text.length);
        const only = own[0];
        if (own.length === 1 && only !== undefined && !only.isRemoved) return [part];
        return own
          .filter(({ text, isRemoved }) => !isRemoved || text.trim() !== "")
          .map(({ text, isRemoved }) =>
            isRemoved
              ? { kind: "removed", text, isMoved: isWithin(text, thoughts) }
              : { kind: "text", text },
          );
      }
      default:
        return [part];
    }
  });
}

interface Piece {
  readonly text: string;
  readonly isRemoved: boolean;
}

/**
 * The raw text cut into pieces that were kept and pieces that were removed, such that the kept ones
 * joined are the clean text; null where it is not the raw text with pieces taken out.
 */
export function removedPieces(raw: string, clean: string): readonly Piece[] | null {
  const pieces: Piece[] = [];
  let [at, from] = [0, 0];
  while (at < raw.length || from < clean.length) {
    const same = commonLength(raw, at, clean, from);
    if (same > 0) pieces.push({ text: raw.slice(at, at + same), isRemoved: false });
    [at, from] = [at + same, from + same];
    if (at >= raw.length) break;
    const next =
      from >= clean.length ? raw.length : raw.indexOf(clean.slice(from, from + anchor), at);
    if (next < 0 || pieces.length > mostPieces) return null;
    pieces.push({ text: raw.slice(at, next), isRemoved: true });
    at = next;
  }
  return from < clean.length ? null : pieces;
}

function commonLength(a: string, atA: number, b: string, atB: number): number {
  let length = 0;
  const most = Math.min(a.length - atA, b.length - atB);
  while (length < most && a[atA + length] === b[atB + length]) length++;
  return length;
}

/** Takes pieces of so many characters together off the front. */
function takePieces(pieces: Piece[], length: number): readonly Piece[] {
  const taken: Piece[] = [];
  let room = length;
  while (room > 0) {
    const next = pieces.shift();
    if (next === undefined) break;
    taken.push({ ...next, text: next.text.slice(0, room) });
    if (next.text.length > room) pieces.unshift({ ...next, text: next.text.slice(room) });
    room -= next.text.length;
  }
  return taken;
}

/** Whether a block stands in the thinking that the client got, its tags aside. */
function isWithin(block: string, thoughts: string): boolean {
  const inside = block.trim().replace(/^[<[][a-zA-Z]{1,12}[>\]]|[<[]\/[a-zA-Z]{1,12}[>\]]$/g, "");
  return inside.trim() !== "" && thoughts.includes(inside.trim());
}

function textsOf(turn: Turn, kind: "text" | "thinking"): readonly string[] {
  return turn.parts.flatMap((part) => (part.kind === kind ? [part.text] : []));
}

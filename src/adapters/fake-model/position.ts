// Where in an answer's body a point lies.
import { Buffer } from "node:buffer";
import type { Point } from "./behaviour.ts";
import type { ReplyPiece } from "./reply.ts";

export type BodyPoint = Exclude<Point, "before-head">;

/** Before the byte `offset` of the piece `index`; index = number of pieces means after the last. */
export interface BodyPosition {
  readonly index: number;
  readonly offset: number;
}

const lengthOf = ({ bytes }: ReplyPiece): number => Buffer.byteLength(bytes);

function atByte(pieces: readonly ReplyPiece[], count: number): BodyPosition {
  let left = count;
  for (const [index, piece] of pieces.entries()) {
    const length = lengthOf(piece);
    if (left < length) return { index, offset: left };
    left -= length;
  }
  return { index: pieces.length, offset: 0 };
}

const atEvent = (pieces: readonly ReplyPiece[], index: number): BodyPosition => ({
  index: Math.min(index, pieces.length),
  offset: 0,
});

function middle(pieces: readonly ReplyPiece[]): BodyPosition {
  const content = [...pieces.keys()].filter((index) => pieces[index]?.part === "content");
  const index = content[Math.floor(content.length / 2)];
  if (index === undefined) return atEvent(pieces, pieces.length);
  const only = content.length === 1 ? pieces[index] : undefined;
  return { index, offset: only === undefined ? 0 : Math.floor(lengthOf(only) / 2) };
}

const firstOf = (pieces: readonly ReplyPiece[], part: ReplyPiece["part"]): number => {
  const index = pieces.findIndex((piece) => piece.part === part);
  return index < 0 ? pieces.length : index;
};

/** Finds a point in a body; `isStream` tells events from the one piece of a whole answer. */
export function positionOf(
  pieces: readonly ReplyPiece[],
  point: BodyPoint,
  isStream: boolean,
): BodyPosition {
  if (typeof point === "object")
    return "afterBytes" in point
      ? atByte(pieces, point.afterBytes)
      : atEvent(pieces, point.afterEvents);
  switch (point) {
    case "after-head":
      return { index: 0, offset: 0 };
    case "before-content":
      return atEvent(pieces, firstOf(pieces, "content"));
    case "mid-content":
      return middle(pieces);
    case "before-end":
    case "before-last": {
      if (!isStream) {
        const total = pieces.reduce((sum, piece) => sum + lengthOf(piece), 0);
        return atByte(pieces, Math.max(0, total - 1));
      }
      return atEvent(pieces, point === "before-end" ? firstOf(pieces, "end") : pieces.length - 1);
    }
  }
}

/** Cuts a body in two at a position. */
export function splitAt(
  pieces: readonly ReplyPiece[],
  { index, offset }: BodyPosition,
): readonly [before: readonly ReplyPiece[], after: readonly ReplyPiece[]] {
  const cut = pieces[index];
  if (cut === undefined || offset === 0) return [pieces.slice(0, index), pieces.slice(index)];
  const bytes = Buffer.from(cut.bytes);
  return [
    [...pieces.slice(0, index), { part: cut.part, bytes: bytes.subarray(0, offset) }],
    [{ part: cut.part, bytes: bytes.subarray(offset) }, ...pieces.slice(index + 1)],
  ];
}

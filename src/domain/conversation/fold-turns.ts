// Which turns of a long conversation are shown, and in what portions the ones before are folded away.
import type { Turn, TurnPart } from "./turn.ts";

/** Turns by their places, the second exclusive. */
export interface TurnSpan {
  readonly from: number;
  readonly to: number;
}

export interface FoldedTurns {
  /** In their order; none where all are shown. */
  readonly folded: readonly TurnSpan[];
  readonly shown: TurnSpan;
}

export interface FoldBounds {
  readonly turns: number;
  /** Of all parts together; a turn of more stands alone. */
  readonly characters: number;
}

/** The last turns within the bounds are shown; those before are folded, each portion within the bounds of a fold. */
export function foldTurns(
  turns: readonly Turn[],
  shownBounds: FoldBounds,
  foldBounds: FoldBounds,
): FoldedTurns {
  const first = startOf(turns, turns.length, shownBounds);
  const folded: TurnSpan[] = [];
  for (let to = first; to > 0;) {
    const from = startOf(turns, to, foldBounds);
    folded.unshift({ from, to });
    to = from;
  }
  return { folded, shown: { from: first, to: turns.length } };
}

/** Where the portion begins that ends before `to`. */
function startOf(turns: readonly Turn[], to: number, bounds: FoldBounds): number {
  let from = to;
  let room = bounds.characters;
  while (from > 0 && to - from < bounds.turns) {
    const turn = turns[from - 1];
    room -= turn === undefined ? 0 : turnSize(turn);
    if (room < 0 && from < to) break;
    from--;
  }
  return from;
}

/** Characters that people would read in it. */
export function turnSize({ parts }: Pick<Turn, "parts">): number {
  return parts.reduce((sum, part) => sum + partSize(part), 0);
}

function partSize(part: TurnPart): number {
  switch (part.kind) {
    case "text":
    case "thinking":
    case "refusal":
    case "tool-result":
      return part.text.length;
    case "tool-call":
      return part.arguments.length;
    case "other":
      return part.json.length;
    case "media":
    case "vectors":
      return 0;
  }
}

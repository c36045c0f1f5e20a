// What differs between two texts, word by word.

export interface DiffPiece {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Changes beyond which two texts are told as different altogether: the search costs their square. */
const mostChanges = 1_500;

/**
 * The fewest words to remove from and add to `before` to make `after` (Myers 1986, "An O(ND)
 * difference algorithm"). Joined, what is same or removed is `before`, what is same or added `after`.
 */
export function textDiff(before: string, after: string): readonly DiffPiece[] {
  const [a, b] = [words(before), words(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail++;
  const [old, next] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const middle = edits(old, next) ?? [
    ...old.map((text): DiffPiece => ({ kind: "removed", text })),
    ...next.map((text): DiffPiece => ({ kind: "added", text })),
  ];
  const same = (text: string): DiffPiece => ({ kind: "same", text });
  return joined([...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)]);
}

/** A word with the blanks after it; line breaks stand alone, so that an inserted line is one insertion. */
function words(text: string): readonly string[] {
  return text.match(/\n|[^\S\n]+|[\p{L}\p{N}_]+[^\S\n]*|[^\s\p{L}\p{N}_][^\S\n]*/gu) ?? [];
}

/**
 * How far into the old text the best path of so many changes has come, for each diagonal (place in
 * the old text less place in the new one).
 */
interface Front {
  readonly changes: number;
  /** By diagonal, from -changes on. */
  readonly reached: Int32Array;
}

/** null where there are too many changes. */
function edits(a: readonly string[], b: readonly string[]): readonly DiffPiece[] | null {
  const fronts: Front[] = [];
  for (let changes = 0; changes <= Math.min(a.length + b.length, mostChanges); changes++) {
    const before = fronts.at(-1);
    const reached = new Int32Array(2 * changes + 1);
    fronts.push({ changes, reached });
    for (let k = -changes; k <= changes; k += 2) {
      let x = before === undefined ? 0 : entered(before, k).x;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reached[k + changes] = x;
      if (x >= a.length && x - k >= b.length) return traced(a, b, fronts);
    }
  }
  return null;
}

/** The best way from a front onto a diagonal of the next: one removal, or one insertion. */
function entered(front: Front, k: number): { readonly x: number; readonly inserts: boolean } {
  const removed = at(front, k - 1) + 1;
  const inserted = at(front, k + 1);
  return removed > inserted ? { x: removed, inserts: false } : { x: inserted, inserts: true };
}

function at({ changes, reached }: Front, k: number): number {
  return Math.abs(k) > changes ? -2 : (reached[k + changes] ?? -2);
}

/** The way back from the end of both texts. */
function traced(
  a: readonly string[],
  b: readonly string[],
  fronts: readonly Front[],
): readonly DiffPiece[] {
  const pieces: DiffPiece[] = [];
  let [x, y] = [a.length, b.length];
  for (let place = fronts.length - 1; place >= 0; place--) {
    const before = fronts[place - 1];
    const k = x - y;
    const entry = before === undefined ? null : entered(before, k);
    for (const start = entry?.x ?? 0; x > start; y--)
      pieces.push({ kind: "same", text: a[--x] ?? "" });
    if (entry === null) break;
    if (entry.inserts) pieces.push({ kind: "added", text: b[--y] ?? "" });
    else pieces.push({ kind: "removed", text: a[--x] ?? "" });
  }
  return pieces.reverse();
}

/** Neighbours of a kind as one piece. */
function joined(pieces: readonly DiffPiece[]): readonly DiffPiece[] {
  const out: DiffPiece[] = [];
  let run: string[] = [];
  for (const [at, piece] of pieces.entries()) {
    run.push(piece.text);
    if (pieces[at + 1]?.kind === piece.kind) continue;
    out.push({ kind: piece.kind, text: run.join("") });
    run = [];
  }
  return out;
}

// Which times a partition holds: how wide one is, and what a new one may take between its neighbours.

export interface TimeRange {
  /** Epoch ms. */
  readonly from: number;
  /** Epoch ms, exclusive. */
  readonly to: number;
}

const hour = 3_600_000;
export const day = 24 * hour;

/** Few, as every statement over all of them is planned for each; narrow, as they go whole. */
const widths: readonly (readonly [ageBelow: number, width: number])[] = [
  [4 * day, 6 * hour],
  [45 * day, day],
  [400 * day, 7 * day],
];

/** @param maxAgeMs of rows; null: they are kept for ever @returns ms */
export function partitionWidth(maxAgeMs: number | null): number {
  return widths.find(([age]) => maxAgeMs !== null && maxAgeMs < age)?.[1] ?? 28 * day;
}

/**
 * The partition to be made for a time: a whole width from 1970 on, less what others hold already, as
 * they may have been made with another width.
 * @returns null where one holds it
 */
export function rangeFor(
  time: number,
  width: number,
  existing: readonly TimeRange[],
): TimeRange | null {
  let from = Math.floor(time / width) * width;
  let to = from + width;
  for (const other of existing) {
    if (other.from <= time && time < other.to) return null;
    if (other.to <= time) from = Math.max(from, other.to);
    else to = Math.min(to, other.from);
  }
  return { from, to };
}

/** Those that are missing for all of the times, in order. */
export function missingRanges(
  times: Iterable<number>,
  width: number,
  existing: readonly TimeRange[],
): readonly TimeRange[] {
  const all = [...existing];
  const missing: TimeRange[] = [];
  for (const time of new Set(times)) {
    const range = rangeFor(time, width, all);
    if (range === null) continue;
    all.push(range);
    missing.push(range);
  }
  return missing.toSorted((a, b) => a.from - b.from);
}

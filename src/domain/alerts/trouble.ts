// When a state is worth a word, and when it is over: once said, it is not said again until it has ended.

/** What was seen of a state now. Neither: it stays as it was. */
export interface Sighting {
  readonly isBad: boolean;
  /** Well enough for what was said to be over; never together with `isBad`. */
  readonly isClear: boolean;
}

/** How long a state has to last; ms. */
export interface Patience {
  /** Bad, until it is said. */
  readonly afterMs: number;
  /** Clear, until it is over. */
  readonly calmMs: number;
}

/** A state that is bad, or was until a moment ago. Times in epoch ms. */
export interface Trouble {
  readonly since: number;
  /** Since when it has been clear; null: it is not. */
  readonly clearSince: number | null;
  readonly isSaid: boolean;
}

export interface TroubleStep {
  /** null: all is well. */
  readonly trouble: Trouble | null;
  readonly turn: "begins" | "ends" | null;
}

/**
 * @param trouble what was known before; null: all was well
 * @param now epoch ms
 */
export function nextTrouble(
  trouble: Trouble | null,
  { isBad, isClear }: Sighting,
  { afterMs, calmMs }: Patience,
  now: number,
): TroubleStep {
  if (trouble === null && !isBad) return { trouble: null, turn: null };
  const known = trouble ?? { since: now, clearSince: null, isSaid: false };
  if (!known.isSaid) {
    if (!isBad) return { trouble: null, turn: null };
    if (now - known.since < afterMs) return { trouble: known, turn: null };
    return { trouble: { ...known, isSaid: true }, turn: "begins" };
  }
  if (!isClear) return { trouble: { ...known, clearSince: null }, turn: null };
  const clearSince = known.clearSince ?? now;
  return now - clearSince >= calmMs
    ? { trouble: null, turn: "ends" }
    : { trouble: { ...known, clearSince }, turn: null };
}

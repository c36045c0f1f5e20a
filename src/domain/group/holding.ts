// What one router holds of a server's places, and when it may hold more. It says how many it may use
// before it uses them, and takes them only where it then reads that the others have left them: of two
// that want the same place, at least one reads what the other has said.

export interface Holding {
  /** Calls that this router may send to the server at once. */
  readonly usable: number;
  /** What the others were last told: places that it uses, or will if nobody else holds them. */
  readonly claimed: number;
}

export interface SharedPlaces {
  readonly limit: number;
  /** What the others say they hold. */
  readonly othersHold: number;
  /** This router's fair share. */
  readonly fair: number;
}

/**
 * The holding after the others' was read, which must be later than `claimed` was said. Fewer places
 * are used at once; more only where all that is said leaves them.
 */
export function settledHolding(
  { usable, claimed }: Holding,
  { limit, othersHold, fair }: SharedPlaces,
): Holding {
  const room = Math.max(0, limit - othersHold);
  const next = Math.min(fair, Math.max(usable, Math.min(claimed, room)));
  return { usable: next, claimed: Math.max(next, Math.min(fair, room)) };
}

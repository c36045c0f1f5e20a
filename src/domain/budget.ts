// What may be held of answers: a limit for each, and a number of bytes shared by many holders.

/** Bytes of one answer that are held at most, as a whole or as one event (SPEC section 7). */
export const mostHeld = 32 * 1024 * 1024;

export interface Budget {
  /** Takes the bytes if they are left; false, and nothing taken, if not. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export function createBudget(limit: number): Budget {
  let taken = 0;
  return {
    take(bytes) {
      if (taken + bytes > limit) return false;
      taken += bytes;
      return true;
    },
    give(bytes) {
      taken -= bytes;
    },
  };
}

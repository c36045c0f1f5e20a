// What may be held in memory: a limit for each answer, and a number of bytes shared by many holders.

/** Bytes of one answer that are held at most, as a whole or as one event. */
export const maxHeldBytes = 32 * 1024 * 1024;

/** One holder's part of a budget; empty at first. Disposing of it gives all of it back, once. */
export interface Share extends Disposable {
  /** Takes the bytes if they are left; false, and nothing taken, if not, or once given back. */
  take(bytes: number): boolean;
  /** Takes as many of the bytes as are left; returns how many. */
  takeUpTo(bytes: number): number;
}

export interface Budget {
  share(): Share;
  /** Bytes that all holders have together. */
  taken(): number;
}

export function createBudget(limit: number): Budget {
  let taken = 0;
  return {
    share() {
      let own = 0;
      let over = false;
      function takeUpTo(bytes: number): number {
        const got = over ? 0 : Math.min(bytes, limit - taken);
        taken += got;
        own += got;
        return got;
      }
      return {
        take(bytes) {
          if (over || taken + bytes > limit) return false;
          takeUpTo(bytes);
          return true;
        },
        takeUpTo,
        [Symbol.dispose]() {
          over = true;
          taken -= own;
          own = 0;
        },
      };
    },
    taken: () => taken,
  };
}

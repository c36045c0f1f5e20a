// How many bytes go to the shared store in one transaction: much of a backlog at a time, but no more than
// the store takes in the time for which heartbeats and reads of new rows may wait behind it.

export interface ShipPace {
  /** Bytes that the next transaction may have. */
  size(): number;
  /** A transaction of that many bytes is through. */
  shipped(bytes: number, ms: number): void;
  /** One has failed: it may have been more than the store takes before the connection is given up. */
  failed(): void;
}

const wantedMs = 200;
/**
 * A slow store does not go below this, only one that fails: the way there and back is most of what less
 * would take, and in many small steps a router falls behind its own calls for good.
 */
const leastSlow = 256 * 1024;

/** @param most bytes of one transaction */
export function createShipPace(most: number): ShipPace {
  let size = Math.ceil(most / 8);
  return {
    size: () => size,
    shipped(bytes, ms) {
      // Where little is to be sent, how long it takes says nothing of more.
      if (bytes < size / 2) return;
      const change = Math.min(1.5, Math.max(0.25, wantedMs / ms));
      size = Math.min(most, Math.max(Math.min(size, leastSlow), Math.round(size * change)));
    },
    failed() {
      size = Math.max(1, Math.round(size / 4));
    },
  };
}

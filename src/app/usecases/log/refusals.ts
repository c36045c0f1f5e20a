// Counts the calls that were turned away with 401 or 403, and keeps the last: their clients' owners come asking.
import { type Surface, takesCalls } from "../../../domain/security/surface.ts";
import type { RefusedCall, RefusedCalls } from "../../../ports/refusals.ts";

export interface Refusals {
  /** @param refused any request that was turned away; only calls for want of permission count here */
  note(refused: Omit<RefusedCall, "at"> & { readonly surface: Surface }): void;
  seen(): RefusedCalls;
}

/** A reason may quote a client's header. */
const longestReason = 300;

export function createRefusals(now: () => number): Refusals {
  let count = 0;
  let last: RefusedCall | null = null;
  return {
    note({ surface, status, address, reason }) {
      if (!takesCalls(surface) || (status !== 401 && status !== 403)) return;
      count++;
      last = { at: now(), status, address, reason: reason.slice(0, longestReason) };
    },
    seen: () => ({ count, last }),
  };
}

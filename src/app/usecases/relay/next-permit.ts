// Who is asked next: the first candidate with a free permit, in the order of the moment; else a place in a queue.
import { askingOrder, type ServersNow } from "../../../domain/routing/candidate-order.ts";
import type { Target } from "../../../domain/routing/plan.ts";
import type { Balance } from "../../../domain/routing/types.ts";
import type { Cancellation } from "../cancellation.ts";
import type { Limiter, Permit } from "../servers/limiter.ts";

interface PermitDeps {
  readonly limiter: Limiter;
  readonly serversNow: ServersNow;
}

/** The target may be asked now; the permit is the caller's. */
export interface Granted {
  readonly kind: "granted";
  readonly target: Target;
  readonly permit: Permit;
}

export type NextPermit =
  | Granted
  /** The call was cancelled while it waited. */
  | { readonly kind: "cancelled"; readonly target: Target }
  /** Every queue is full. */
  | { readonly kind: "full" };

/**
 * Waits for nobody where a candidate is free, and then gives no promise either.
 * @param left the targets not asked yet, in the plan's order; not empty
 */
export function nextPermit(
  left: readonly Target[],
  balance: Balance,
  callId: string,
  cancellation: Cancellation,
  { limiter, serversNow }: PermitDeps,
): NextPermit | Promise<NextPermit> {
  const ordered = askingOrder(left, balance, serversNow);
  const free = firstFree(ordered, limiter);
  if (free !== null) return free;
  for (const target of ordered) {
    const queued = limiter.queue(target.server, callId, cancellation);
    if (queued !== null) return served(target, queued);
  }
  return { kind: "full" };
}

/** As `nextPermit`, where nobody is to wait: null if no candidate is free. */
export function freePermit(
  left: readonly Target[],
  balance: Balance,
  { limiter, serversNow }: PermitDeps,
): Granted | null {
  return firstFree(askingOrder(left, balance, serversNow), limiter);
}

function firstFree(ordered: readonly Target[], limiter: Limiter): Granted | null {
  for (const target of ordered) {
    const permit = limiter.tryAcquire(target.server);
    if (permit !== null) return { kind: "granted", target, permit };
  }
  return null;
}

async function served(target: Target, queued: Promise<Permit | null>): Promise<NextPermit> {
  const permit = await queued;
  return permit === null ? { kind: "cancelled", target } : { kind: "granted", target, permit };
}

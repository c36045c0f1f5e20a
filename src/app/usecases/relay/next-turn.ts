// Who is asked next: the first candidate that is free, the resting ones last; else a place in a waiting line (SPEC sections 4 and 7).
import type { Target } from "../../../domain/routing/plan.ts";
import { comesLast, restingLast } from "../../../domain/routing/turn-order.ts";
import type { Gate, Permit } from "../servers/limiter.ts";
import type { HealthBoard } from "../servers/health-board.ts";

/** A target that may be asked now; its permit is the caller's. */
export interface Turn {
  readonly kind: "turn";
  readonly target: Target;
  readonly permit: Permit;
}

/**
 * Waits for nobody where a candidate is free.
 * @param left the targets not asked yet, in the plan's order; not empty
 */
export async function nextTurn(
  left: readonly Target[],
  callId: string,
  gone: AbortSignal,
  { gate, health }: { readonly gate: Gate; readonly health: HealthBoard },
): Promise<Turn | { readonly kind: "gone"; readonly target: Target } | { readonly kind: "full" }> {
  const ordered =
    left.length === 1
      ? left
      : restingLast(left, ({ server }) => comesLast(health.standing(server.baseUrl)));
  for (const target of ordered) {
    const permit = gate.tryEnter(target.server);
    if (permit !== null) return { kind: "turn", target, permit };
  }
  for (const target of ordered) {
    const place = gate.wait(target.server, callId, gone);
    if (place === null) continue;
    const permit = await place;
    return permit === "gone" ? { kind: "gone", target } : { kind: "turn", target, permit };
  }
  return { kind: "full" };
}

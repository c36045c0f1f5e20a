// Limits on what is kept of bodies, for tests that are not about what all calls share.
import type { CaptureLimits } from "../../src/app/usecases/relay/capture.ts";
import { createBudget } from "../../src/domain/failover/budget.ts";

/** @param captureCap bytes of one body */
export function captureLimits(captureCap: number): CaptureLimits {
  return { captureCap, captureBudget: createBudget(1 << 30) };
}

// How much a step of cleaning up takes on, so that it is through in the time it may have, on a quick
// disk as on a slow one.

export interface StepPace {
  /** What the next step may take on. */
  size(): number;
  /** Must be called after each step, with what it took in ms. */
  took(ms: number): void;
}

/**
 * Begins carefully, and comes near the time wanted within a few steps.
 * @param most that a step ever takes on
 * @param wantedMs that a step should take
 */
export function createStepPace(most: number, wantedMs: number): StepPace {
  let size = Math.ceil(most / 8);
  return {
    size: () => size,
    took(ms) {
      const change = Math.min(1.5, Math.max(0.25, wantedMs / ms));
      size = Math.min(most, Math.max(1, Math.round(size * change)));
    },
  };
}

// How a way out of the spool stands: when it is tried again, and what is said of it.
import type { LaneReport } from "../../../ports/spool.ts";

export interface Trouble {
  /** For people; holds no secret. */
  readonly why: string;
  /** The other side itself has refused this router for how it is set up. */
  readonly isRefusal: boolean;
}

export interface LaneState {
  report(): LaneReport;
  /** @returns what is to be said now, once after a trouble; null: nothing */
  succeeded(): string | null;
  /** @returns what is to be said now, at most once a minute; null: nothing */
  failed(trouble: Trouble): string | null;
  /** ms until it is to be tried again; 0 where it works. */
  pauseMs(): number;
}

export interface LaneStateOptions {
  readonly inTrouble: (why: string) => string;
  readonly again: () => string;
  /** Epoch ms. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly chance: () => number;
}

const sayAgainMs = 60_000;
const firstPauseMs = 100;
const longestPauseMs = 5_000;

export function createLaneState({ inTrouble, again, now, chance }: LaneStateOptions): LaneState {
  let failures = 0;
  let wasUp = false;
  let down: (Trouble & { readonly since: number }) | null = null;
  let saidAt: number | null = null;

  return {
    report: () => ({
      isUp: down === null,
      downSince: down?.since ?? null,
      why: down?.why ?? null,
      refused: down?.isRefusal === true ? down.why : null,
      wasUp,
    }),
    succeeded() {
      const words = saidAt === null ? null : again();
      [failures, wasUp, down, saidAt] = [0, true, null, null];
      return words;
    },
    failed(trouble) {
      failures++;
      const time = now();
      down = { ...trouble, since: down?.since ?? time };
      // A clock that was put back must not silence it.
      if (saidAt !== null && time >= saidAt && time - saidAt < sayAgainMs) return null;
      saidAt = time;
      return inTrouble(trouble.why);
    },
    pauseMs() {
      if (failures === 0) return 0;
      // Half of it by chance, so that routers do not come back all at once.
      const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
      return longest * (0.5 + chance() / 2);
    },
  };
}

// The way of objects to S3 and out of it: one step after another, each tried until it is done, at a
// pace that spares a store in trouble.
import { type ObjectStore, ObjectStoreFailure } from "../../../ports/object-store.ts";
import type { LaneReport } from "../../../ports/spool.ts";

export type ObjectStep =
  | { readonly put: string; readonly bytes: Uint8Array }
  /** Keys, at most 1,000. */
  | { readonly remove: readonly string[] };

/** What is to be done, as whoever keeps the objects knows it; what it throws is tried again. */
export interface ObjectSteps {
  /** `later`: something is to be done, but not yet; null: nothing is. */
  next(): ObjectStep | "later" | null;
  /** It is done. */
  done(step: ObjectStep): void;
}

export interface ObjectLane {
  /** There may be something to do. */
  wake(): void;
  report(): LaneReport;
  /** Nothing is begun any more; what is under way ends by itself, and is not reported. */
  close(): void;
}

export interface ObjectLaneDeps {
  readonly steps: ObjectSteps;
  readonly objects: Pick<ObjectStore, "put" | "remove">;
  /** Epoch ms. */
  readonly now: () => number;
  /** Resolves after so many ms; nothing need wait for it. */
  readonly pause: (ms: number) => Promise<void>;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** Until what was too early is looked at again. */
const lookMs = 200;

export function createObjectLane({ steps, objects, now, pause }: ObjectLaneDeps): ObjectLane {
  let [running, woken, closed] = [false, false, false];
  let failures = 0;
  let wasUp = false;
  let down: { readonly since: number; readonly why: string; readonly refused: boolean } | null =
    null;

  async function carryOut(step: ObjectStep): Promise<void> {
    if ("put" in step) await objects.put(step.put, step.bytes);
    else await objects.remove(step.remove);
    if (!closed) steps.done(step);
  }

  /** Takes one step. @returns ms to wait before the next; null: there is none */
  async function advance(): Promise<number | null> {
    try {
      const step = steps.next();
      if (step === null || step === "later") return step === null ? null : lookMs;
      await carryOut(step);
      [failures, wasUp, down] = [0, true, null];
      return 0;
    } catch (error) {
      const refused = error instanceof ObjectStoreFailure && error.kind === "refused";
      down = { since: down?.since ?? now(), why: inWords(error), refused };
      // Half of it by chance, so that routers do not come back all at once.
      const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** failures++);
      return longest * (0.5 + Math.random() / 2);
    }
  }

  async function run(): Promise<void> {
    try {
      while (!closed) {
        woken = false;
        const ms = await advance();
        if (ms === null && !woken) return;
        if (ms !== null && ms > 0) await pause(ms);
      }
    } finally {
      // Not a turn later: a call of `wake` in between would be lost.
      running = false;
    }
  }

  return {
    wake() {
      woken = true;
      if (running) return;
      running = true;
      run().catch((error: unknown) => {
        down = { since: now(), why: inWords(error), refused: false };
      });
    },
    report: () => ({
      isUp: down === null,
      downSince: down?.since ?? null,
      why: down?.why ?? null,
      refused: down?.refused === true ? down.why : null,
      wasUp,
    }),
    close() {
      closed = true;
    },
  };
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  const variable = error instanceof ObjectStoreFailure ? error.variable : null;
  return variable === null ? error.message : `${variable}: ${error.message}`;
}

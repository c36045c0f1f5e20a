// The way of objects to S3 and out of it: one step after another, each tried until it is done, at a
// pace that spares a store in trouble.
import { type ObjectStore, ObjectStoreFailure } from "../../../ports/object-store.ts";
import { createLaneState, type LaneState } from "./lane-state.ts";

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
  /** Nothing is begun any more; what is under way ends by itself, and is not reported. */
  close(): void;
}

export interface ObjectLaneDeps {
  readonly steps: ObjectSteps;
  readonly objects: Pick<ObjectStore, "put" | "remove">;
  /** Of the store, as all ways to it see it. */
  readonly state: Pick<LaneState, "succeeded" | "failed" | "pauseMs">;
  /** For the program's log. */
  readonly say: (message: string, isTrouble: boolean) => void;
  /** Resolves after `ms`. */
  readonly pause: (ms: number) => Promise<void>;
}

/** Until what was too early is looked at again. */
const lookMs = 200;

/** How S3 stands, with the words for it. @param now epoch ms */
export function createObjectState(now: () => number): LaneState {
  return createLaneState({
    inTrouble: (why) => `bodies wait here until S3 takes them: ${why}`,
    again: () => "S3 takes bodies again",
    now,
    chance: Math.random,
  });
}

export function createObjectLane(deps: ObjectLaneDeps): ObjectLane {
  const { steps, objects, state, pause } = deps;
  let [running, woken, closed] = [false, false, false];

  function say(message: string | null, isTrouble: boolean): void {
    if (message !== null) deps.say(message, isTrouble);
  }

  function failed(error: unknown): void {
    const isRefusal = error instanceof ObjectStoreFailure && error.kind === "refused";
    say(state.failed({ why: inWords(error), isRefusal }), true);
  }

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
      say(state.succeeded(), false);
      return 0;
    } catch (error) {
      failed(error);
      return state.pauseMs();
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
      run().catch(failed);
    },
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

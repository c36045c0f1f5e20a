// The ways of waiting objects to S3: a few side by side, as each put takes its time.
import type { ObjectStore } from "../../../ports/object-store.ts";
import type { LaneReport } from "../../../ports/spool.ts";
import { createObjectLane, createObjectState, type ObjectLane } from "./object-lane.ts";
import type { Losses, Outbox } from "./outbox.ts";

export interface ObjectLanes {
  /** There may be something to do. */
  wake(): void;
  report(): LaneReport;
  close(): void;
}

export interface ObjectLanesDeps {
  readonly outbox: Outbox;
  readonly objects: Pick<ObjectStore, "put" | "remove">;
  /** Whether nothing is added to an object any more, by its key. */
  readonly isWhole: (key: string) => boolean;
  /** Objects that S3 has not taken for a day were given up. */
  readonly lost: (losses: Losses) => void;
  readonly say: (message: string, isTrouble: boolean) => void;
  /** Epoch ms. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

const sideBySide = 3;
/** ms for which an object is tried. */
const givenUpAfterMs = 24 * 3_600_000;

export function createObjectLanes(deps: ObjectLanesDeps): ObjectLanes {
  const { outbox, objects, isWhole, say, now, pause } = deps;
  const state = createObjectState(now);
  /** Key by the lane that has it in hand. */
  const inHand = new Map<number, string>();

  function nextOf(lane: number) {
    if (!state.report().isUp) {
      const losses = outbox.removeObjects(now() - givenUpAfterMs);
      if (losses.bodies > 0) deps.lost(losses);
    }
    const own = inHand.get(lane);
    const others = new Set([...inHand].filter(([other]) => other !== lane).map(([, key]) => key));
    const free = outbox.objectKeys(sideBySide + others.size).filter((key) => !others.has(key));
    const key = free.find((one) => one === own) ?? free.find((one) => isWhole(one));
    if (key === undefined) {
      inHand.delete(lane);
      return free.length > 0 ? ("later" as const) : null;
    }
    inHand.set(lane, key);
    return { put: key, bytes: outbox.object(key) };
  }

  const lanes: readonly ObjectLane[] = Array.from({ length: sideBySide }, (_, lane) =>
    createObjectLane({
      steps: {
        next: () => nextOf(lane),
        done(step) {
          if ("put" in step) outbox.objectArrived(step.put);
          inHand.delete(lane);
        },
      },
      objects,
      state,
      say,
      pause,
    }),
  );

  return {
    wake() {
      for (const lane of lanes) lane.wake();
    },
    report: () => state.report(),
    close() {
      for (const lane of lanes) lane.close();
    },
  };
}

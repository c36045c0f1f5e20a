// The way of objects to S3: in order, tried until they are there, and at what pace.
import { describe, expect, test } from "bun:test";
import {
  createObjectLane,
  createObjectState,
  type ObjectStep,
} from "../../../../src/adapters/logs/outbox/object-lane.ts";
import { ObjectStoreFailure } from "../../../../src/ports/object-store.ts";
import { createMemoryObjects } from "../../../lab/memory-objects.ts";

function lab() {
  const objects = createMemoryObjects();
  const waiting: (ObjectStep | "later")[] = [];
  const pauses: number[] = [];
  /** Called in each pause, with its number. */
  let inPause: (count: number) => void = () => undefined;
  const idle = Promise.withResolvers<void>();
  let time = 1_000;
  const state = createObjectState(() => (time += 1));
  const said: string[] = [];
  const lane = createObjectLane({
    objects,
    steps: {
      next() {
        const [step = null] = waiting;
        if (step === "later") waiting.shift();
        if (step === null) idle.resolve();
        return step;
      },
      done: (step) => expect(waiting.shift()).toBe(step),
    },
    state,
    say: (message, isTrouble) => said.push(`${isTrouble ? "trouble: " : ""}${message}`),
    pause(ms) {
      pauses.push(ms);
      inPause(pauses.length);
      return Promise.resolve();
    },
  });
  return {
    objects,
    waiting,
    pauses,
    lane,
    said,
    report: () => state.report(),
    idle: idle.promise,
    put: (key: string) => waiting.push({ put: key, bytes: Buffer.from(key) }),
    onPause: (then: typeof inPause) => {
      inPause = then;
    },
  };
}

const away = new ObjectStoreFailure("passing", "connection refused", "S3_ENDPOINT");
const refused = new ObjectStoreFailure("refused", "there is no such bucket", "S3_BUCKET");

describe("the way of objects", () => {
  test("is taken by one after another until nothing waits", async () => {
    const { objects, put, waiting, lane, idle, pauses, report } = lab();
    put("a");
    put("b");
    waiting.push({ remove: ["a"] });
    lane.wake();
    await idle;
    expect([...objects.kept.keys()]).toEqual(["b"]);
    expect(pauses).toEqual([]);
    expect(report()).toEqual({
      isUp: true,
      downSince: null,
      why: null,
      refused: null,
      wasUp: true,
    });
  });

  test("is tried again until the store is back, at longer and longer intervals", async () => {
    const { objects, put, lane, idle, pauses, onPause, report, said } = lab();
    put("a");
    objects.fails = away;
    onPause((count) => {
      expect(report()).toEqual({
        isUp: false,
        downSince: 1_001,
        why: "S3_ENDPOINT: connection refused",
        refused: null,
        wasUp: false,
      });
      if (count === 12) objects.fails = null;
    });
    lane.wake();
    await idle;
    expect([...objects.kept.keys()]).toEqual(["a"]);
    for (const [at, ms] of pauses.entries()) {
      const longest = Math.min(5_000, 100 * 2 ** at);
      expect(ms).toBeWithin(longest / 2, longest + 1);
    }
    expect(report().isUp).toBe(true);
    expect(said).toEqual([
      "trouble: bodies wait here until S3 takes them: S3_ENDPOINT: connection refused",
      "S3 takes bodies again",
    ]);
  });

  test("says what a store refuses, and begins with short intervals again after a success", async () => {
    const { objects, put, lane, idle, pauses, onPause, report } = lab();
    put("a");
    put("b");
    objects.fails = refused;
    onPause((count) => {
      expect(report()).toMatchObject({ refused: "S3_BUCKET: there is no such bucket" });
      objects.fails = count === 5 ? null : refused;
    });
    objects.fails = refused;
    lane.wake();
    await idle;
    expect(pauses).toHaveLength(5);
    put("c");
    objects.fails = away;
    onPause(() => {
      objects.fails = null;
    });
    lane.wake();
    while (objects.kept.size < 3) await Promise.resolve();
    expect(pauses.at(-1)).toBeWithin(50, 101);
  });

  test("waits for what comes later, and is not woken twice at once", async () => {
    const { objects, put, waiting, lane, idle, pauses } = lab();
    waiting.push("later");
    put("a");
    lane.wake();
    lane.wake();
    await idle;
    expect(pauses).toEqual([200]);
    expect([...objects.kept.keys()]).toEqual(["a"]);
  });

  test("ends where it is closed: what arrives then is not reported", async () => {
    const { objects, put, waiting, lane, onPause } = lab();
    put("a");
    put("b");
    objects.fails = away;
    const closed = Promise.withResolvers<void>();
    onPause(() => {
      objects.fails = null;
      lane.close();
      closed.resolve();
    });
    lane.wake();
    await closed.promise;
    await Promise.resolve();
    expect(objects.kept.size).toBe(0);
    expect(waiting).toHaveLength(2);
  });
});

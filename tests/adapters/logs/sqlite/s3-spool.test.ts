// What waits in a log's own file for S3: in which objects it goes there, what is given up where there is
// no room, and what is removed.
import { describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import type { ObjectStep } from "../../../../src/adapters/logs/outbox/object-lane.ts";
import {
  blobSpot,
  createS3Spool,
  type S3Spool,
  settleS3Tables,
} from "../../../../src/adapters/logs/sqlite/s3-spool.ts";
import { noon } from "../../../lab/log-entries.ts";
import { createRandom } from "../../../lab/random.ts";

interface Lab {
  readonly db: Database;
  readonly spool: S3Spool;
  /** Another one over the same tables, as after a restart. */
  again(owner?: string): S3Spool;
  time: number;
}

function lab(maxBytes = 1_000_000_000): Lab {
  const db = new Database(":memory:");
  settleS3Tables(db);
  settleS3Tables(db);
  const again = (owner = "own") => createS3Spool({ db, owner, maxBytes, now: () => made.time });
  const made: Lab = { db, again, time: noon, spool: undefined as never };
  return Object.assign(made, { spool: again() });
}

const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill);

function put(step: ReturnType<S3Spool["next"]>): Extract<ObjectStep, { put: string }> {
  if (step === null || step === "later" || !("put" in step)) throw new Error("no put");
  return step;
}

/** Does all that is to be done. @returns keys put, and keys removed */
function ship(spool: S3Spool): { readonly puts: string[]; readonly removals: string[] } {
  const [puts, removals]: [string[], string[]] = [[], []];
  for (let step = spool.next(); step !== null && step !== "later"; step = spool.next()) {
    if ("put" in step) puts.push(step.put);
    else removals.push(...step.remove);
    spool.done(step);
  }
  return { puts, removals };
}

describe("what waits for S3", () => {
  test("waits a second for more, and goes in one object, each at its place", () => {
    const made = lab();
    const { spool, db } = made;
    expect(spool.next()).toBeNull();
    spool.put("a", bytes(3, 1), false);
    made.time += 999;
    spool.put("b", bytes(2, 2), false);
    expect(spool.next()).toBe("later");
    made.time += 1;
    const step = put(spool.next());
    expect(step.put).toMatch(/^log-own\/2026-03-01\/[0-9a-f-]{36}$/);
    expect([...step.bytes]).toEqual([1, 1, 1, 2, 2]);
    // Until it has arrived the bytes are here.
    expect(blobSpot(db, "b")).toEqual({ data: bytes(2, 2) });
    spool.done(step);
    expect(blobSpot(db, "a")).toEqual({ object: step.put, at: 0, length: 3 });
    expect(blobSpot(db, "b")).toEqual({ object: step.put, at: 3, length: 2 });
    expect(spool.next()).toBeNull();
    expect([spool.waitingBytes(), spool.takenBytes(), spool.oldestAt()]).toEqual([0, 5, null]);
  });

  test("does not wait where it is much, and no object is larger than 8 MiB but for a single blob", () => {
    const { spool } = lab();
    for (const name of ["a", "b", "c"]) spool.put(name, bytes(3_000_000, 1), false);
    spool.put("d", bytes(9_000_000, 1), false);
    const sizes: number[] = [];
    for (let step = spool.next(); step !== "later" && step !== null; step = spool.next()) {
      sizes.push(put(step).bytes.length);
      spool.done(step);
    }
    expect(sizes).toEqual([6_000_000, 3_000_000]);
    expect(spool.waitingBytes()).toBe(9_000_000);
  });

  test("keeps blobs of failed calls apart, as they stay longer", () => {
    const made = lab();
    made.spool.put("a", bytes(1, 1), false);
    made.spool.put("b", bytes(1, 2), true);
    made.time += 1_000;
    expect(ship(made.spool).puts).toHaveLength(2);
  });

  test("goes to the same key after a restart: a put that was cut off leaves nothing behind", () => {
    const made = lab();
    made.spool.put("a", bytes(3, 1), false);
    made.time += 1_000;
    const first = put(made.spool.next());
    const again = made.again();
    const second = put(again.next());
    expect(second).toEqual(first);
    again.done(second);
    expect([again.waitingBytes(), again.takenBytes()]).toEqual([0, 3]);
    expect([made.again().waitingBytes(), made.again().takenBytes()]).toEqual([0, 3]);
  });

  test("goes with what is left where a blob is removed on the way", () => {
    const made = lab();
    const { spool } = made;
    for (const name of ["a", "b", "c"]) spool.put(name, bytes(2, 7), false);
    made.time += 1_000;
    spool.next();
    spool.remove("b");
    expect([...put(spool.next()).bytes]).toEqual([7, 7, 0, 0, 7, 7]);
  });

  test("goes though the clock was set back", () => {
    const made = lab();
    made.spool.put("a", bytes(1, 1), false);
    made.time -= 3_600_000;
    expect(ship(made.spool).puts).toHaveLength(1);
  });

  test("is there once, where it is put twice", () => {
    const { spool } = lab();
    spool.put("a", bytes(2, 1), false);
    spool.put("a", bytes(2, 1), false);
    expect([spool.waitingBytes(), spool.takenBytes()]).toEqual([2, 2]);
  });
});

describe("an object", () => {
  test("is removed with the last of its blobs, and counts whole until then", () => {
    const made = lab();
    const { spool } = made;
    spool.put("a", bytes(3, 1), false);
    spool.put("b", bytes(2, 2), false);
    made.time += 1_000;
    const { puts } = ship(spool);
    spool.remove("a");
    expect([ship(spool).removals, spool.takenBytes()]).toEqual([[], 5]);
    spool.remove("b");
    expect(spool.takenBytes()).toBe(0);
    // Asked for again until it is done.
    expect(spool.next()).toEqual({ remove: puts });
    expect(made.again().next()).toEqual({ remove: puts });
    expect(ship(spool).removals).toEqual(puts);
    expect(spool.next()).toBeNull();
  });

  test("whose blobs all go while it is on its way is removed all the same", () => {
    const made = lab();
    const { spool } = made;
    spool.put("a", bytes(3, 1), false);
    made.time += 1_000;
    const step = put(spool.next());
    spool.remove("a");
    spool.done(step);
    expect(ship(spool)).toEqual({ puts: [], removals: [step.put] });
    expect([spool.waitingBytes(), spool.takenBytes()]).toEqual([0, 0]);
  });

  test("of the log that this one is a copy of is left to that", () => {
    const made = lab();
    made.spool.put("a", bytes(3, 1), false);
    made.time += 1_000;
    ship(made.spool);
    const copy = made.again("copy");
    copy.remove("a");
    expect(copy.next()).toBeNull();
    expect(copy.takenBytes()).toBe(0);
  });
});

describe("where there is no room", () => {
  const maxBytes = 1_000;

  test("blobs of successes are not taken from 80 % on, those of failures until it is full", () => {
    const { spool } = lab(maxBytes);
    spool.put("a", bytes(799, 1), false);
    expect(() => spool.put("b", bytes(1, 1), false)).toThrow(/SPOOL_MAX_SIZE/);
    spool.put("c", bytes(201, 1), true);
    expect([spool.waitingBytes(), spool.givenUp()]).toEqual([1_000, 0]);
  });

  test("the newest of successes go for what failed, and are counted", () => {
    const { spool, db } = lab(maxBytes);
    for (const name of ["a", "b", "c"]) spool.put(name, bytes(250, 1), false);
    spool.put("d", bytes(600, 1), true);
    expect(["a", "b", "c", "d"].filter((name) => blobSpot(db, name) !== null)).toEqual(["a", "d"]);
    expect([spool.waitingBytes(), spool.takenBytes(), spool.givenUp()]).toEqual([850, 850, 2]);
    expect(() => spool.put("e", bytes(500, 1), true)).toThrow(/SPOOL_MAX_SIZE/);
  });

  test("what may have been sent stays", () => {
    const made = lab(maxBytes);
    made.spool.put("a", bytes(700, 1), false);
    made.time += 1_000;
    made.spool.next();
    expect(() => made.spool.put("b", bytes(900, 1), true)).toThrow(/SPOOL_MAX_SIZE/);
    expect(blobSpot(made.db, "a")).not.toBeNull();
  });

  test("there is again once something has arrived", () => {
    const made = lab(maxBytes);
    made.spool.put("a", bytes(799, 1), false);
    made.time += 1_000;
    ship(made.spool);
    made.spool.put("b", bytes(799, 1), false);
    expect(made.spool.waitingBytes()).toBe(799);
  });
});

test("whatever comes, goes, fails and restarts: each blob is there, once, and nothing else stays", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = createRandom(seed);
    const made = lab(2_000);
    const s3 = new Map<string, Uint8Array>();
    const kept = new Map<string, Uint8Array>();
    let { spool } = made;
    const readable = (name: string) => {
      const spot = blobSpot(made.db, name);
      if (spot === null || "data" in spot) return spot?.data ?? null;
      return s3.get(spot.object)?.slice(spot.at, spot.at + spot.length) ?? null;
    };
    const act = (step: ObjectStep) => {
      if ("put" in step) s3.set(step.put, step.bytes);
      else for (const key of step.remove) s3.delete(key);
    };
    const acts: readonly (() => void)[] = [
      () => {
        const name = `${kept.size} ${random.int(0, 1e9)}`;
        const given = bytes(random.int(1, 200), random.int(1, 255));
        try {
          spool.put(name, given, random.int(0, 2) === 0);
          kept.set(name, given);
        } catch {
          // No room.
        }
      },
      () => {
        const name = random.pick([...kept.keys(), "none"]);
        spool.remove(name);
        kept.delete(name);
      },
      () => {
        made.time += random.int(0, 1_500);
        const step = spool.next();
        if (step === null || step === "later") return;
        // It may fail before it is done, or after.
        const fate = random.int(0, 3);
        if (fate > 0) act(step);
        if (fate > 1) spool.done(step);
      },
      () => {
        spool = made.again();
      },
    ];
    for (let round = 0; round < 200; round++) {
      random.pick(acts)();
      // Given up for failed ones.
      for (const name of kept.keys()) if (blobSpot(made.db, name) === null) kept.delete(name);
      const recounted = made.again();
      expect([spool.waitingBytes(), spool.takenBytes()]).toEqual([
        recounted.waitingBytes(),
        recounted.takenBytes(),
      ]);
      expect(spool.waitingBytes()).toBeLessThanOrEqual(2_000);
    }
    for (const [name, given] of kept) expect(readable(name)).toEqual(given);
    for (let step = spool.next(); step !== null; step = spool.next()) {
      made.time += 2_000;
      if (step === "later") continue;
      act(step);
      spool.done(step);
    }
    for (const [name, given] of kept) expect(readable(name)).toEqual(given);
    expect(spool.waitingBytes()).toBe(0);
    const needed = new Set(
      [...kept.keys()].flatMap((name) => {
        const spot = blobSpot(made.db, name);
        return spot !== null && "object" in spot ? [spot.object] : [];
      }),
    );
    expect([...s3.keys()].toSorted()).toEqual([...needed].toSorted());
  }
});

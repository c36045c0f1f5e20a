// The outbox and its ways out: everything comes once, in order, whatever fails in between.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openOutboxFile } from "../../../../src/adapters/logs/outbox/outbox-file.ts";
import { createSpool, type Spool } from "../../../../src/adapters/logs/outbox/spool.ts";
import { captured, idAt, logWrite, noon, startedEntry } from "../../../lab/log-entries.ts";
import {
  createFakeSharedStore,
  type FakeSharedStore,
  Refusal,
} from "../../../lab/fake-shared-store.ts";
import { ObjectStoreFailure } from "../../../../src/ports/object-store.ts";
import { createRandom } from "../../../lab/random.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

interface Lab {
  readonly store: FakeSharedStore;
  readonly spool: Spool;
  /** Moves the clock on, and lets what is due run. */
  pass(ms: number): Promise<void>;
  /** Moves the clock on, past what is due meanwhile. */
  leap(ms: number): void;
  /** Everything that can happen without the clock has. */
  readonly settled: () => Promise<void>;
}

interface LabOptions {
  readonly path?: string;
  readonly store?: FakeSharedStore;
  readonly maxBytes?: number;
  readonly objects?: { readonly put: (key: string, bytes: Uint8Array) => Promise<void> };
  readonly shipped?: (ids: readonly string[]) => void;
}

async function openLab(own: LabOptions = {}): Promise<Lab> {
  const store = own.store ?? createFakeSharedStore();
  let time = noon;
  let timers: { at: number; run: () => void }[] = [];
  const file = await openOutboxFile(own.path ?? ":memory:", noon);
  const spool = createSpool({
    file,
    maxBytes: own.maxBytes ?? 1e9,
    name: "a",
    version: "1",
    store,
    objects: own.objects === undefined ? null : { ...own.objects, remove: async () => undefined },
    inlineLimit: 1_000,
    shipped: own.shipped ?? (() => undefined),
    now: () => time,
    after(ms, run) {
      const timer = { at: time + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
  });
  const settled = async () => {
    for (let turn = 0; turn < 60; turn++) await Promise.resolve();
    await new Promise(setImmediate);
    for (let turn = 0; turn < 60; turn++) await Promise.resolve();
  };
  await settled();
  return {
    store,
    spool,
    settled,
    leap(ms) {
      time += ms;
    },
    async pass(ms) {
      const end = time + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers = timers.filter((one) => one !== next);
        time = next.at;
        next.run();
        await settled();
      }
      time = end;
    },
  };
}

const ids = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => idAt(noon, from + at));
const calls = (from: number, to: number) =>
  ids(from, to).map((id) => logWrite({ id }, { request: captured(id) }));
const started = (...numbers: readonly number[]) =>
  numbers.map((at) => ({ ...logWrite(), entry: startedEntry({ id: idAt(noon, at) }) }));

describe("a spool", () => {
  test("brings what is written to the store, and says what has come there", async () => {
    const news: string[] = [];
    const { store, spool, settled } = await openLab({ shipped: (some) => void news.push(...some) });
    expect(await spool.write(calls(0, 3))).toEqual({ lostBodies: 0, message: null });
    expect(spool.report()).toMatchObject({ rows: 3, oldestAt: noon });
    await spool.arrived(1_000);
    expect(store.ended).toEqual(ids(0, 3));
    expect(news).toEqual(ids(0, 3));
    await settled();
    expect(spool.report()).toMatchObject({
      rows: 0,
      bytes: 0,
      oldestAt: null,
      database: { isUp: true, wasUp: true, downSince: null, why: null, refused: null },
      objects: null,
      lost: { rows: 0, bodies: 0, refused: 0 },
      said: [],
    });
    await spool.close();
  });

  test("keeps what is written while the store is away, tries again at its pace, and says both", async () => {
    const lab = await openLab();
    const { store, spool } = lab;
    store.failing = new Error("no route to host");
    await spool.write(calls(0, 2));
    await lab.settled();
    await spool.write(calls(2, 4));
    await spool.arrived(1_000); // at once: it is away
    const { database, rows, said } = spool.report();
    expect(database).toMatchObject({
      isUp: false,
      downSince: noon,
      why: "no route to host; DATABASE_URL says where it is",
    });
    expect(rows).toBe(4);
    expect(said.map(({ isTrouble, message }) => [isTrouble, message])).toEqual([
      [
        true,
        "the log's rows wait in memory until the database takes them: no route to host; DATABASE_URL says where it is",
      ],
    ]);
    await lab.pass(50_000);
    expect(spool.report().said).toEqual([]);
    await lab.pass(15_000);
    expect(spool.report().said).toHaveLength(1);
    store.failing = null;
    await lab.pass(5_001);
    expect(store.ended).toEqual(ids(0, 4));
    expect(store.shipments.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(spool.report()).toMatchObject({
      rows: 0,
      database: { isUp: true },
      said: [{ isTrouble: false }],
    });
    await spool.close();
  });

  test("sends less at a time where the store takes too long for more, until all is in", async () => {
    const lab = await openLab();
    const { store, spool } = lab;
    store.failing = new Error("no route to host");
    for (let batch = 0; batch < 40; batch++) await spool.write(calls(batch * 20, batch * 20 + 20));
    store.failing = null;
    store.most = 25;
    await lab.pass(120_000);
    expect(store.ended).toEqual(ids(0, 800));
    expect(spool.report()).toMatchObject({ rows: 0, database: { isUp: true } });
    await spool.close();
  });

  test("that has nothing to send looks whether the store is there where somebody found it away", async () => {
    const lab = await openLab();
    lab.store.failing = new Error("away");
    await lab.pass(60_000);
    expect(lab.spool.report().database.isUp).toBe(true);
    lab.spool.probe();
    await lab.settled();
    expect(lab.spool.report().database).toMatchObject({ isUp: false, wasUp: true });
    lab.store.failing = null;
    await lab.pass(5_000);
    expect(lab.spool.report().database.isUp).toBe(true);
    await lab.spool.close();
  });

  test("never waits for a store that is silent", async () => {
    const { store, spool } = await openLab();
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    for (let at = 0; at < 20; at++) await spool.write(calls(at, at + 1));
    expect(spool.report().rows).toBe(20);
    gate.resolve();
    await spool.arrived(1_000);
    expect(store.ended).toEqual(ids(0, 20));
    await spool.close();
  });

  test("reports a refusal as such, and goes on trying", async () => {
    const store = createFakeSharedStore();
    store.failing = new Refusal("wrong password: set DATABASE_URL to another");
    const lab = await openLab({ store });
    expect(await lab.spool.begun(1_000)).toBe(0);
    expect(lab.spool.report().database).toMatchObject({
      isUp: false,
      wasUp: false,
      refused: "wrong password: set DATABASE_URL to another",
    });
    await lab.spool.write(calls(0, 1));
    store.failing = null;
    await lab.pass(10_000);
    expect(store.ended).toEqual(ids(0, 1));
    await lab.spool.close();
  });

  test("counts rows that the store refuses, and brings all others", async () => {
    const { store, spool } = await openLab();
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    store.refuses = (id) => id === idAt(noon, 3);
    for (let at = 0; at < 6; at++) await spool.write(calls(at, at + 1));
    gate.resolve();
    await spool.arrived(1_000);
    expect(store.ended).toEqual(ids(0, 6).filter((id) => id !== idAt(noon, 3)));
    expect(spool.report().lost.refused).toBe(1);
    await spool.close();
  });

  test("brings everything once, whatever answers are lost and whenever it is killed", () =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      const store = createFakeSharedStore();
      const random = createRandom(3);
      let made = 0;
      for (let life = 0; life < 8; life++) {
        const lab = await openLab({ path, store });
        for (let turn = 0; turn < 12; turn++) {
          if (random.chance(0.3)) store.losesAnswers = random.int(0, 3);
          if (random.chance(0.2)) store.failing = new Error("away");
          if (random.chance(0.4)) store.failing = null;
          const count = random.int(1, 5);
          await lab.spool.write(calls(made, (made += count)));
          if (random.chance(0.5)) await lab.settled();
          if (random.chance(0.3)) await lab.pass(random.int(1, 6_000));
        }
        // Nothing is brought to an end: the next life finds what is in the file.
        await lab.spool.close();
      }
      store.failing = null;
      store.losesAnswers = 0;
      const lab = await openLab({ path, store });
      await lab.pass(10_000);
      expect(store.ended).toEqual(ids(0, made));
      expect(lab.spool.report().rows).toBe(0);
      await lab.spool.close();
    }));

  test("gives what waits new numbers where the store knows higher ones of it", () =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      const store = createFakeSharedStore();
      const first = await openLab({ path, store });
      await first.spool.write(calls(0, 2));
      await first.spool.arrived(1_000);
      store.failing = new Error("away");
      await first.spool.write(calls(2, 4));
      await first.spool.close();
      // As after the file was put back from an older copy.
      for (const id of store.shipped.keys()) store.shipped.set(id, 900);
      store.failing = null;
      const again = await openLab({ path, store });
      await again.spool.write(calls(4, 5));
      await again.spool.arrived(1_000);
      expect(store.ended).toEqual(ids(0, 5));
      expect(store.shipments.at(-1)?.seq).toBeGreaterThan(900);
      await again.spool.close();
    }));
});

describe("calls in flight", () => {
  test("that an earlier process left end as interrupted once what waited is in, and none of this one's", () =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      const store = createFakeSharedStore();
      const first = await openLab({ path, store });
      await first.spool.write(started(1, 2, 3));
      await first.spool.arrived(1_000);
      store.failing = new Error("away");
      await first.spool.write([...calls(2, 3), ...started(4)]);
      await first.spool.close();
      const again = await openLab({ path, store });
      await again.spool.write(started(5));
      store.failing = null;
      await again.pass(10_000);
      expect(await again.spool.begun(0)).toBe(3);
      expect(store.interrupted.toSorted()).toEqual([1, 3, 4].map((at) => idAt(noon, at)));
      expect(store.ended).toEqual(ids(2, 3));
      expect([...store.inFlight]).toEqual([idAt(noon, 5)]);
      await again.spool.close();
    }));

  test("whose ends were given up end as interrupted, and are not counted as lost rows", async () => {
    const lab = await openLab({ maxBytes: 3_000 });
    const { store, spool } = lab;
    await spool.write(started(0, 1));
    await spool.arrived(1_000);
    store.failing = new Error("away");
    let made = 0;
    let written = 0;
    const body = () => crypto.getRandomValues(new Uint8Array(400));
    for (; made < 40; made++, written++)
      await spool.write([logWrite({ id: idAt(noon, made) }, { request: captured(body()) })]);
    for (; made < 80; made++, written++)
      await spool.write([logWrite({ id: idAt(noon, made), state: "failed" })]);
    const { lost, rows, bytes } = spool.report();
    expect(bytes).toBeLessThanOrEqual(3_000);
    store.failing = null;
    await lab.pass(10_000);
    expect(store.ended).toHaveLength(rows);
    expect(store.interrupted.length).toBeGreaterThan(0);
    expect(store.inFlight.size).toBe(0);
    expect(rows + lost.rows + store.interrupted.length).toBe(written);
    expect(lost.bodies).toBeGreaterThan(0);
    await spool.close();
  });
});

describe("large bodies", () => {
  const large = (at: number) =>
    logWrite(
      { id: idAt(noon, at) },
      { request: captured(crypto.getRandomValues(new Uint8Array(5_000))) },
    );

  test("go their own way: either store may be away alone", async () => {
    const put: string[] = [];
    let away: Error | null = null;
    const lab = await openLab({
      objects: {
        async put(key) {
          if (away !== null) throw away;
          put.push(key);
        },
      },
    });
    const { store, spool } = lab;
    store.failing = new Error("away");
    await spool.write([large(1)]);
    await lab.pass(2_000);
    expect(put).toHaveLength(1);
    expect(spool.report()).toMatchObject({ database: { isUp: false }, objects: { isUp: true } });
    away = new ObjectStoreFailure("refused", "no such bucket", "S3_BUCKET");
    store.failing = null;
    await lab.pass(6_000);
    await spool.write([large(2)]);
    await lab.pass(2_000);
    expect(store.ended).toEqual([1, 2].map((at) => idAt(noon, at)));
    const { objects, rows, bytes, said } = spool.report();
    expect(objects).toMatchObject({ isUp: false, refused: "S3_BUCKET: no such bucket" });
    expect([rows, bytes]).toEqual([0, 5_000]);
    expect(said.map(({ message }) => message)).toContainEqual(
      "bodies wait here until S3 takes them: S3_BUCKET: no such bucket",
    );
    away = null;
    await lab.pass(6_000);
    const [, ref] = store.shipments;
    expect(put).toEqual(store.shipments.map(({ segments }) => segments[0]?.object?.key ?? "none"));
    expect(ref?.segments[0]?.data).toBeNull();
    expect(spool.report()).toMatchObject({ bytes: 0, objects: { isUp: true } });
    await spool.close();
  });

  test("are put three at a time, none of them twice", async () => {
    const underWay = new Map<string, () => void>();
    let most = 0;
    const put: string[] = [];
    const lab = await openLab({
      objects: {
        put: (key) =>
          new Promise((resolve) => {
            expect(underWay.has(key)).toBe(false);
            underWay.set(key, resolve);
            most = Math.max(most, underWay.size);
            put.push(key);
          }),
      },
    });
    for (let at = 0; at < 7; at++) {
      await lab.spool.write([large(at)]);
      await lab.pass(1_000);
    }
    for (let turn = 0; turn < 7; turn++) {
      const [[key, done] = ["", () => undefined]] = underWay;
      underWay.delete(key);
      done();
      await lab.pass(500);
    }
    expect(most).toBe(3);
    expect(new Set(put).size).toBe(7);
    expect(put).toHaveLength(7);
    await lab.spool.close();
  });

  test("that S3 has not taken for a day are given up and counted", async () => {
    const lab = await openLab({
      objects: { put: () => Promise.reject(new ObjectStoreFailure("passing", "silent")) },
    });
    await lab.spool.write([large(1)]);
    lab.leap(23 * 3_600_000);
    await lab.pass(10_000);
    expect(lab.spool.report().lost.bodies).toBe(0);
    lab.leap(3_600_000);
    await lab.pass(10_000);
    expect(lab.spool.report()).toMatchObject({ bytes: 0, lost: { bodies: 1, rows: 0 } });
    expect(lab.store.ended).toEqual([idAt(noon, 1)]);
    await lab.spool.close();
  });
});

test("from four fifths on bodies of successes are left out, and counted with the write", async () => {
  const lab = await openLab({ maxBytes: 4_000 });
  lab.store.failing = new Error("away");
  await lab.spool.write([
    logWrite(
      { id: idAt(noon, 0) },
      { request: captured(crypto.getRandomValues(new Uint8Array(3_000))) },
    ),
  ]);
  expect(await lab.spool.write(calls(1, 2))).toEqual({
    lostBodies: 1,
    message: "the spool is nearly full (SPOOL_MAX_SIZE): only errors keep their bodies",
  });
  await lab.spool.close();
});

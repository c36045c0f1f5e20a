// Bodies as they lie on disk: once each, packed, the large ones beside the database, within their limit.
import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createFilesystemBlobs } from "../../../../src/adapters/blobs/filesystem-blobs.ts";
import { openDatabase } from "../../../../src/adapters/logs/sqlite/database.ts";
import type { BlobStore } from "../../../../src/ports/blob-store.ts";
import type { SqliteStore } from "../../../../src/adapters/logs/sqlite/sqlite-store.ts";
import { captured, idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { sqliteStoreOn } from "../../../lab/log-place.ts";
import { queryDatabase } from "../../../lab/query-database.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

interface Lab {
  readonly store: SqliteStore;
  /** A store on the same log that remembers nothing of this one. */
  readonly restarted: () => SqliteStore;
  readonly blobs: BlobStore;
  /** Names of all files in the blob folder. */
  readonly files: () => Promise<readonly string[]>;
  /** Of all files in the blob folder. */
  readonly bytes: () => Promise<number>;
  readonly count: (table: string) => number;
  readonly clearBlobs: () => Promise<void>;
  /** Takes the blob folder away, until the function it resolves to is called. */
  readonly awayBlobs: () => Promise<() => Promise<void>>;
}

/** @param wrap stands between the store and its blobs */
const inLab =
  (run: (lab: Lab) => Promise<void>, wrap: (blobs: BlobStore) => BlobStore = (blobs) => blobs) =>
  () =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      const blobFolder = join(folder, "blobs");
      const blobs = wrap(createFilesystemBlobs(blobFolder));
      const { database } = await openDatabase(path, noon);
      const files = async () =>
        (await readdir(blobFolder, { recursive: true }).catch(() => []))
          .filter((name) => name.length > 2)
          .map((name) => name.slice(3));
      try {
        await run({
          store: sqliteStoreOn(database, blobs, 1_000),
          restarted: () => sqliteStoreOn(database, blobs, 1_000),
          blobs,
          files,
          async bytes() {
            const sizes = (await files()).map((name) =>
              stat(join(blobFolder, name.slice(0, 2), name)),
            );
            return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0);
          },
          count: (table) =>
            queryDatabase<{ n: number }>(path, `select count(*) as n from ${table}`)[0]?.n ?? -1,
          clearBlobs: () => rm(blobFolder, { recursive: true, force: true }),
          async awayBlobs() {
            await rename(blobFolder, `${blobFolder}.away`);
            return () => rename(`${blobFolder}.away`, blobFolder);
          },
        });
      } finally {
        database.close();
      }
    });

const at = (ms: number) => idAt(noon + ms);
/** A call of that ms with such bodies; what does not shrink comes as bytes. */
const call = (ms: number, request: string | Uint8Array, own: object = {}) =>
  logWrite({ timestamp: noon + ms, ...own }, { request: captured(request) });
const bodyOf = async (store: SqliteStore, ms: number) => (await store.get(at(ms)))?.request_body;
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
/** Bytes that begin so that they are text, and do not shrink. */
const noise = (size: number) => randomBytes(size / 2).toString("hex");

/** A conversation of so many turns, as its requests: each holds all before it. */
function conversation(turns: number): readonly string[] {
  const messages: object[] = [{ role: "system", content: noise(1_200) }];
  return Array.from({ length: turns }, () => {
    messages.push({ role: "user", content: noise(200) });
    const body = JSON.stringify({ model: "m", messages, stream: true });
    messages.push({ role: "assistant", content: noise(400) });
    return body;
  });
}

describe("contents of bodies", () => {
  test(
    "up to the limit stay in the database, larger ones lie beside it",
    inLab(async ({ store, files }) => {
      await store.write([call(0, "a".repeat(1_000))]);
      expect(await files()).toEqual([]);
      await store.write([call(1, "b".repeat(1_001))]);
      expect(await files()).toHaveLength(1);
      expect(await bodyOf(store, 1)).toBe("b".repeat(1_001));
    }),
  );

  test(
    "that are the same are stored once, in one batch and over batches",
    inLab(async ({ store, files, count }) => {
      const body = noise(5_000);
      await store.write([call(0, body), call(1, body)]);
      await store.write([call(2, body), call(3, "small")]);
      await store.write([call(4, "small")]);
      expect(await files()).toHaveLength(1);
      // What is too short to be looked for comes with its batch.
      expect(count("segments")).toBe(3);
      for (const ms of [0, 1, 2]) expect(await bodyOf(store, ms)).toBe(body);
      for (const ms of [3, 4]) expect(await bodyOf(store, ms)).toBe("small");
    }),
  );

  test(
    "that come again after a restart are stored anew, and read back",
    inLab(async ({ store, restarted }) => {
      const bodies = ["small", noise(5_000)];
      await store.write(bodies.map((body, ms) => call(ms, body)));
      await restarted().write(bodies.map((body, ms) => call(10 + ms, body)));
      for (const ms of [0, 10]) expect(await bodyOf(store, ms)).toBe("small");
      for (const ms of [1, 11]) expect(await bodyOf(store, ms)).toBe(bodies[1] ?? "");
    }),
  );

  test(
    "that are the same stay until the last request that has them goes",
    inLab(async ({ store, files }) => {
      const body = noise(5_000);
      await store.write([call(0, body), call(1, body)]);
      await store.removeOlder(noon + 1, null, 10);
      expect(await bodyOf(store, 1)).toBe(body);
      await store.removeOlder(noon + 2, null, 10);
      expect(await files()).toEqual([]);
    }),
  );

  test(
    "shrink where they can, and lie as they are where they cannot",
    inLab(async ({ store, bytes }) => {
      await store.write([call(0, "a".repeat(100_000))]);
      expect(await bytes()).toBeLessThan(100);
      const image = randomBytes(50_000);
      await store.write([call(1, image)]);
      expect(await bytes()).toBeGreaterThanOrEqual(50_000);
      expect(await bodyOf(store, 1)).toBe(base64(image));
    }),
  );

  test(
    "of a conversation cost what is new in each turn, and every turn reads back whole",
    inLab(async ({ store, bytes, files }) => {
      const turns = conversation(70);
      for (const [ms, body] of turns.entries()) await store.write([call(ms, body)]);
      for (const [ms, body] of turns.entries()) expect(await bodyOf(store, ms)).toBe(body);
      // A chain is begun anew when it is long: reading walks it.
      expect((await files()).length).toBeGreaterThanOrEqual(2);
      expect((await files()).length).toBeLessThanOrEqual(4);
      const raw = turns.reduce((sum, body) => sum + body.length, 0);
      expect(await bytes()).toBeLessThan(raw / 10);
    }),
  );

  test(
    "of a conversation whose first turns are gone still read back whole, and leave nothing in the end",
    inLab(async ({ store, files, count }) => {
      const turns = conversation(10);
      for (const [ms, body] of turns.entries()) await store.write([call(ms, body)]);
      await store.removeOlder(noon + 9, null, 100);
      expect(await bodyOf(store, 9)).toBe(turns[9]);
      await store.removeOlder(noon + 10, null, 100);
      expect(await files()).toEqual([]);
      expect(count("segments")).toBe(0);
      expect(count("segment_data")).toBe(0);
    }),
  );

  test(
    "are not shown as the difference from one that has gone",
    inLab(async ({ store, count }) => {
      // Below the limit, so that nothing but its row says whether it is there.
      const start = noise(800);
      await store.write([call(1, `${start} first`)]);
      while (await store.removeOlder(noon + 2, null, 100));
      expect(count("segments")).toBe(0);
      await store.write([call(3, `${start} second`)]);
      expect(await bodyOf(store, 3)).toBe(`${start} second`);
    }),
  );

  test(
    "of a row written again are those it was written with last",
    inLab(async ({ store, files }) => {
      await store.write([call(0, noise(5_000))]);
      const body = noise(5_000);
      await store.write([call(0, body)]);
      expect(await bodyOf(store, 0)).toBe(body);
      // The first one goes when the row is too old.
      await store.removeOlder(noon + 1, null, 10);
      expect(await files()).toEqual([]);
    }),
  );

  test(
    "of answers that echo instructions and tools hold the echo once",
    inLab(async ({ store, bytes }) => {
      const echoed = JSON.stringify({ instructions: noise(8_000), tools: [noise(4_000)] });
      const answers = Array.from({ length: 50 }, (_, ms) =>
        ["created", "in_progress", "completed"]
          .map(
            (type) => `data: {"type":"${type}","id":"${ms}${noise(20)}","response":${echoed}}\n\n`,
          )
          .join(""),
      );
      for (const [ms, answer] of answers.entries())
        await store.write([
          logWrite(
            { timestamp: noon + ms },
            { request: captured(`${"asked ".repeat(100)}${ms}`), response: captured(answer) },
          ),
        ]);
      for (const [ms, answer] of answers.entries())
        expect((await store.get(at(ms)))?.response_body).toBe(answer);
      expect(await bytes()).toBeLessThan(3 * echoed.length);
    }),
  );
});

describe("bodies beside the database, when they are too many together", () => {
  test(
    "go, the oldest of successes first; errors outlive them; rows stay",
    inLab(async ({ store, bytes, count }) => {
      const bodies = Array.from({ length: 6 }, () => noise(10_000));
      const failed = { state: "failed", statusCode: 500 };
      for (const [ms, body] of bodies.entries())
        await store.write([call(ms, body, ms === 0 || ms === 5 ? failed : {})]);
      const each = (await bytes()) / 6;
      while (await store.removeExcess(each * 3.5, 1));
      expect(await bytes()).toBeLessThanOrEqual(each * 3.5);
      const kept = [0, 1, 2, 3, 4, 5].map(async (ms) => (await bodyOf(store, ms)) !== null);
      expect(await Promise.all(kept)).toEqual([true, false, false, false, true, true]);
      while (await store.removeExcess(each * 1.5, 1));
      const left = [0, 4, 5].map(async (ms) => (await bodyOf(store, ms)) !== null);
      expect(await Promise.all(left)).toEqual([false, false, true]);
      expect(count("requests")).toBe(6);
    }),
  );

  test(
    "go no further than they must, and small ones in the database stay",
    inLab(async ({ store }) => {
      await store.write([call(0, "small"), call(1, noise(10_000)), call(2, noise(10_000))]);
      expect(await store.removeExcess(1_000_000, 10)).toBe(false);
      expect(await bodyOf(store, 1)).not.toBeNull();
      while (await store.removeExcess(0, 10));
      expect(await bodyOf(store, 1)).toBeNull();
      expect(await bodyOf(store, 0)).toBe("small");
    }),
  );
});

describe("a blob store that loses things", () => {
  test(
    "costs the bodies in it, not the rows, and the same content is stored anew when it comes again",
    inLab(async ({ store, clearBlobs, files }) => {
      const body = noise(5_000);
      await store.write([call(0, body)]);
      await clearBlobs();
      expect(await store.get(at(0))).toMatchObject({ id: at(0), request_body: null });
      await store.write([call(1, body)]);
      expect(await bodyOf(store, 1)).toBe(body);
      await store.removeOlder(noon + 1, null, 10);
      expect(await bodyOf(store, 1)).toBe(body);
      expect(await files()).toHaveLength(1);
    }),
  );

  test(
    "does not take later turns of a conversation along",
    inLab(async ({ store, clearBlobs }) => {
      const turns = conversation(4);
      for (const ms of [0, 1]) await store.write([call(ms, turns[ms]!)]);
      await clearBlobs();
      for (const ms of [2, 3]) await store.write([call(ms, turns[ms]!)]);
      expect(await bodyOf(store, 1)).toBeNull();
      for (const ms of [2, 3]) expect(await bodyOf(store, ms)).toBe(turns[ms]);
    }),
  );

  test(
    "is believed by the sweep: lost contents no longer count, and come back when they come again",
    inLab(async ({ store, clearBlobs }) => {
      const bodies = [noise(10_000), noise(10_000)];
      await store.write([call(0, bodies[0]!), call(1, bodies[1]!)]);
      await clearBlobs();
      for (let part = 0; part < 256; part++) await store.sweep(part.toString(16).padStart(2, "0"));
      expect(await store.removeExcess(1, 10)).toBe(false);
      await store.write([call(2, bodies[0]!)]);
      expect(await bodyOf(store, 2)).toBe(bodies[0]);
    }),
  );

  test(
    "for a while only costs nothing: what comes back with it is found, and counts",
    inLab(async ({ store, awayBlobs }) => {
      const bodies = [noise(10_000), noise(10_000)];
      await store.write([call(0, bodies[0]!), call(1, bodies[1]!)]);
      const sweep = async () => {
        for (let part = 0; part < 256; part++)
          await store.sweep(part.toString(16).padStart(2, "0"));
      };
      const back = await awayBlobs();
      await sweep();
      expect(await bodyOf(store, 1)).toBeNull();
      await back();
      await sweep();
      for (const ms of [0, 1]) expect(await bodyOf(store, ms)).toBe(bodies[ms] ?? "");
      while (await store.removeExcess(1, 1));
      expect(await bodyOf(store, 1)).toBeNull();
    }),
  );

  test(
    "and takes nothing costs the body, which is counted and reported, and the row says that it is cut",
    inLab(
      async ({ store }) => {
        const report = await store.write([call(0, noise(5_000)), call(1, "small")]);
        expect(report).toEqual({ lostBodies: 1, message: "no space left" });
        expect(await store.get(at(0))).toMatchObject({
          request_body: null,
          request_body_truncated: true,
        });
        expect(await bodyOf(store, 1)).toBe("small");
      },
      (blobs) => ({ ...blobs, put: () => Promise.reject(new Error("no space left")) }),
    ),
  );
});

test(
  "blobs that no row needs are swept, those that one needs stay",
  inLab(async ({ store, blobs, files }) => {
    const body = noise(5_000);
    await store.write([call(0, body)]);
    const [needed] = await files();
    const orphans = ["00", "7f", "ff", needed!.slice(0, 2)].map((digits) => digits.padEnd(32, "e"));
    for (const name of orphans) await blobs.put(name, randomBytes(10));
    for (let part = 0; part < 256; part++) await store.sweep(part.toString(16).padStart(2, "0"));
    expect(await files()).toEqual([needed!]);
    expect(await bodyOf(store, 0)).toBe(body);
  }),
);

test(
  "a batch that cannot be written leaves no blob behind, and the next one works",
  inLab(async ({ store, files }) => {
    const body = noise(5_000);
    const unwritable = call(1, noise(5_000), { service: null });
    const failed = await store.write([call(0, body), unwritable]).then(
      () => false,
      () => true,
    );
    expect(failed).toBe(true);
    expect(await files()).toEqual([]);
    await store.write([call(0, body)]);
    expect(await bodyOf(store, 0)).toBe(body);
  }),
);

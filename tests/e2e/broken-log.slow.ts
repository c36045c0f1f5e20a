// The program under load while the disk, or someone's hand, takes its log away: no client notices,
// every row is written or counted, and the log comes back by itself where it can.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import type { LogPage } from "../../src/ports/browse.ts";
import { until } from "../lab/live-view.ts";
import {
  type Account,
  type LoggedLoad,
  type LoggedLoadOptions,
  withLoggedLoad,
} from "./logged-load.ts";
import { damage, freeze, mayMount, withLoopDisk, withSmallDisk } from "./small-disk.ts";
import { isWhole } from "../lab/sweep.ts";
import { withTempFolder } from "../lab/temp-folder.ts";

const largeBodies = { size: 20_000, perSecond: 30 };

const underLoad = (
  own: Omit<LoggedLoadOptions, "folder">,
  run: (lab: LoggedLoad, folder: string) => Promise<void>,
) => withTempFolder((folder) => withLoggedLoad({ folder, ...own }, (lab) => run(lab, folder)));

const rowsAreDropped = (lab: LoggedLoad) => until(async () => (await lab.dropped()) > 100, 90_000);

/** A call that waited for the disk would have waited for five seconds or more. */
function expectNotHeldUp(before: number, broken: number): void {
  expect(broken).toBeLessThan(3 * before + 3_000);
}

/** Longer than the log is patient; SWEEP=full takes a whole minute. */
const lockedMs = isWhole ? 60_000 : 14_000;

/** Every client was served, and every row is there or counted; a row in flight, where its end could not be written yet. */
function expectExact(account: Account): void {
  const { sent, wrong, ended, leftInFlight, strangers, dropped, growth } = account;
  expect(wrong).toEqual([]);
  expect({ strangers, unexplained: sent - ended - leftInFlight - dropped }).toEqual({
    strangers: 0,
    unexplained: 0,
  });
  // What waits is bounded at 64 MiB of bodies; beside it come the batch under way and garbage.
  expect(growth).toBeLessThan(250 * 1024 * 1024);
}

const textOf = async (lab: LoggedLoad, path: string) =>
  (await fetch(lab.router.url + path, { headers: { accept: "text/html" } })).text();

/** Holds the database as another program may; `free` ends it. */
async function lockFromOutside(path: string): Promise<{ free(): Promise<void> }> {
  const script = `
    const db = new (require("bun:sqlite").Database)(process.argv.at(-1));
    db.run("pragma busy_timeout = 10000");
    db.run("begin exclusive");
    console.log("locked");
    process.stdin.once("end", () => { db.run("rollback"); db.close(); }).resume();`;
  const child = Bun.spawn([process.execPath, "-e", script, path], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  await child.stdout.getReader().read();
  return {
    async free() {
      await child.stdin.end();
      await child.exited;
    },
  };
}

/** Where a router that has ended left its log, all of the database in the one file. */
const oldLog = mkdtempSync(join(tmpdir(), "smolrouter-old-log-"));
beforeAll(async () => {
  await withLoggedLoad({ folder: oldLog }, (lab) => lab.account());
  const last = new Database(join(oldLog, "requests.db"));
  last.run("pragma wal_checkpoint(truncate)");
  last.close();
});
afterAll(() => {
  rmSync(oldLog, { recursive: true });
});

/** A copy of that log. */
const withOldLog = (run: (folder: string, path: string) => Promise<void>) =>
  withTempFolder(async (folder) => {
    cpSync(oldLog, folder, { recursive: true });
    await run(folder, join(folder, "requests.db"));
  });

function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

describe("no client notices, and every row is written or counted", () => {
  test.skipIf(!mayMount)("when the disk is full, until there is room again", () =>
    withSmallDisk(128, ({ folder, fill, makeRoom }) =>
      withLoggedLoad({ folder, ...largeBodies }, async (lab) => {
        const before = await lab.latency(1_000);
        fill();
        await rowsAreDropped(lab);
        const ready = await lab.ready(503);
        expect(ready).toContain("the log's store does not");
        expect(ready).toContain("The disk is full");
        for (const path of ["/", "/upstreams"])
          expect(await textOf(lab, path)).toContain("The disk is full");
        const broken = await lab.latency(2_000);
        makeRoom();
        await lab.ready(200);
        await lab.recovered();
        expect(await textOf(lab, "/upstreams")).toContain("The log lost rows since the start");
        expectNotHeldUp(before, broken);
        const account = await lab.account();
        expectExact(account);
        expect(account.droppedBodies).toBeGreaterThan(0);
        expect(account.reported).toContain(
          "the log loses rows: database or disk is full, SQLITE_FULL",
        );
        expect(account.reported).toContain("the log is written again");
      }),
    ),
  );

  test.skipIf(!mayMount)(
    "when the folder is read-only from the start, until it can be written",
    () =>
      withSmallDisk(64, ({ folder, remount }) => {
        remount("ro");
        return withLoggedLoad({ folder }, async (lab) => {
          await rowsAreDropped(lab);
          const broken = await lab.latency();
          await lab.ready(503);
          expect(lab.router.reported[0]).toContain(
            `the log database ${lab.database} cannot be opened`,
          );
          remount("rw");
          await lab.ready(200);
          await lab.recovered();
          expectNotHeldUp(await lab.latency(1_000), broken);
          const account = await lab.account();
          expectExact(account);
          expect(account.dropped).toBeGreaterThan(0);
          expect(account.ended).toBeGreaterThan(0);
          expect(account.reported.at(-1)).toBe("the log is written again");
        });
      }),
  );

  test.skipIf(!mayMount)("when the disk turns read-only for good under way", () =>
    withLoopDisk(64, ({ folder }) =>
      withLoggedLoad({ folder }, async (lab) => {
        const before = await lab.latency(1_000);
        damage(folder);
        await rowsAreDropped(lab);
        expect(await lab.ready(503)).toContain("the log's store does not");
        expectNotHeldUp(before, await lab.latency(1_000));
        const account = await lab.account();
        expectExact(account);
        // The hourly clean-up may meet the disk, too.
        const rows = account.reported.filter((line) => !line.startsWith("old rows of the log"));
        expect(rows).toEqual(["the log loses rows: disk I/O error, SQLITE_IOERR_WRITE"]);
      }),
    ),
  );

  test.skipIf(!mayMount)("when the blob folder turns read-only, until it can be written", () =>
    withSmallDisk(64, ({ folder: blobs, remount }) =>
      underLoad({ ...largeBodies, env: { BLOB_STORAGE_PATH: blobs } }, async (lab) => {
        const before = await lab.latency(1_000);
        // Refused while a blob is being written.
        await until(() => Promise.resolve(succeeds(() => remount("ro"))));
        await until(async () => (await lab.droppedBodies()) > 100, 90_000);
        const broken = await lab.latency();
        remount("rw");
        await lab.recovered();
        expectNotHeldUp(before, broken);
        const account = await lab.account();
        expectExact(account);
        expect(account.dropped).toBe(0);
        expect(account.reported[0]).toContain("bodies could not be stored: EROFS");
      }),
    ),
  );

  test(`when another program locks the database for ${lockedMs / 1_000} s`, () =>
    underLoad({ size: 8_000 }, async (lab) => {
      const before = await lab.latency(1_000);
      const lock = await lockFromOutside(lab.database);
      const refused = lab.ready(503);
      const broken = await lab.latency(lockedMs);
      expect(await refused).toContain("the log's store does not");
      // Reads do not need the lock.
      expect((await fetch(`${lab.router.url}/api/logs`)).status).toBe(200);
      await lock.free();
      await lab.ready(200);
      await lab.recovered();
      expectNotHeldUp(before, broken);
      const account = await lab.account();
      expectExact(account);
      expect(account.dropped).toBeGreaterThan(0);
      // Whether rows are due to be removed meanwhile is a matter of seconds.
      const reported = account.reported.filter((line) => !line.startsWith("old rows"));
      expect(reported).toEqual([
        "the log loses rows: database is locked, SQLITE_BUSY",
        "the log is written again",
      ]);
    }));

  test("and none is lost, when the database is locked for 5 s only", () =>
    underLoad({}, async (lab) => {
      const before = await lab.latency(1_000);
      const lock = await lockFromOutside(lab.database);
      const broken = await lab.latency(5_000);
      await lock.free();
      await lab.latency(2_000);
      expectNotHeldUp(before, broken);
      const account = await lab.account();
      expectExact(account);
      expect(account).toMatchObject({ dropped: 0, leftInFlight: 0, reported: [] });
    }));

  test("and none is lost, when the database is locked for 5 s from the start", () =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      new Database(path).close();
      const lock = await lockFromOutside(path);
      await withLoggedLoad({ folder }, async (lab) => {
        await lab.latency(3_000);
        expect(lab.router.reported[0]).toContain("cannot be opened (database is locked");
        await lock.free();
        await lab.latency(2_000);
        const account = await lab.account();
        expectExact(account);
        expect(account.dropped).toBe(0);
      });
    }));

  test.skipIf(!mayMount)("when the disk hangs, until it goes on", () =>
    withLoopDisk(256, ({ folder }) =>
      withLoggedLoad({ folder }, async (lab) => {
        const before = await lab.latency(1_000);
        const { thaw } = freeze(folder);
        try {
          expect(await lab.ready(503)).toContain("the log's store does not");
          expectNotHeldUp(before, await lab.latency(5_000));
        } finally {
          thaw();
        }
        await lab.ready(200);
        await lab.recovered();
        const account = await lab.account();
        expectExact(account);
        // So few wait in memory until then.
        expect(account).toMatchObject({ dropped: 0, leftInFlight: 0 });
      }),
    ),
  );

  test("when the blob folder is taken away", () =>
    underLoad(largeBodies, async (lab) => {
      const before = await lab.latency(1_000);
      rmSync(lab.blobs, { recursive: true });
      const broken = await lab.latency(3_000);
      expectNotHeldUp(before, broken);
      const account = await lab.account();
      expectExact(account);
      expect(account).toMatchObject({ dropped: 0, droppedBodies: 0, reported: [] });
      // It was made anew.
      expect(readdirSync(lab.blobs).length).toBeGreaterThan(0);
    }));

  test("when a folder stands in the database's place, until it goes", () =>
    withTempFolder((folder) => {
      mkdirSync(join(folder, "requests.db"));
      return withLoggedLoad({ folder }, async (lab) => {
        const broken = await lab.latency(2_000);
        await lab.ready(503);
        expect(lab.router.reported[0]).toContain(
          `the log database ${lab.database} cannot be opened`,
        );
        rmdirSync(lab.database);
        await lab.ready(200);
        await lab.recovered();
        expectNotHeldUp(await lab.latency(1_000), broken);
        expectExact(await lab.account());
      });
    }));
});

describe("a database that cannot be read is moved aside, and every call has its row in a fresh one", () => {
  const unreadable: Readonly<Record<string, (path: string) => void>> = {
    "is garbage": (path) => {
      writeFileSync(path, crypto.getRandomValues(new Uint8Array(50_000)));
    },
    "was cut short": (path) => {
      truncateSync(path, statSync(path).size >> 1);
    },
    "has garbage in its middle": (path) => {
      const bytes = readFileSync(path);
      crypto.getRandomValues(bytes.subarray(4_096, 65_536));
      writeFileSync(path, bytes);
    },
  };
  test.each(Object.entries(unreadable))("when it %s", (_, spoil) =>
    withOldLog(async (folder, path) => {
      spoil(path);
      await withLoggedLoad({ folder }, async (lab) => {
        await lab.latency(1_000);
        expectExact(await lab.account());
        // Who looks for old rows may meet the damage before the first write does.
        const reported = lab.router.reported.filter(
          (line) => !line.startsWith("old rows of the log could not be removed: "),
        );
        expect(reported).toHaveLength(1);
        expect(reported[0]).toContain(`${path} could not be read; it was moved to ${path}.`);
        expect(readdirSync(folder).some((name) => name.includes(".unreadable-"))).toBe(true);
      });
    }),
  );
});

describe("what was lost comes to light", () => {
  test("a call whose end was lost does not stay in flight", () =>
    underLoad({}, async (lab) => {
      await lab.latency(1_000);
      const lock = await lockFromOutside(lab.database);
      await rowsAreDropped(lab);
      await lock.free();
      await lab.recovered();
      const account = await lab.account();
      expect(account.dropped).toBeGreaterThan(0);
      expect(account.leftInFlight).toBe(0);
    }));

  test("a database deleted under way is begun anew, and whoever runs the router hears of it", () =>
    underLoad({ perSecond: 100 }, async (lab) => {
      for (const suffix of ["", "-wal", "-shm"]) rmSync(lab.database + suffix);
      await until(() => Promise.resolve(lab.router.reported.join().includes(lab.database)));
      await until(async () => {
        const page = await fetch(`${lab.router.url}/api/logs?limit=300`);
        return ((await page.json()) as LogPage).logs.length === 300;
      });
      expect((await lab.account()).ended).toBeGreaterThan(200);
    }));

  test("a database that was cut short is moved aside where its write-ahead log is left, too", () =>
    withOldLog(async (folder, path) => {
      // As a router leaves it that was killed.
      const killed = new Database(path);
      killed.run("update requests set state = state");
      for (const suffix of ["", "-wal"]) copyFileSync(path + suffix, `${path}.copy${suffix}`);
      killed.close();
      for (const suffix of ["", "-wal"]) renameSync(`${path}.copy${suffix}`, path + suffix);
      truncateSync(path, statSync(path).size >> 1);
      await withLoggedLoad({ folder }, async (lab) => {
        expectExact(await lab.account());
        expect(lab.router.reported.join()).toContain("it was moved to");
        expect(readdirSync(folder).some((name) => name.includes(".unreadable-"))).toBe(true);
      });
    }));

  test.skipIf(!mayMount)(
    "bodies that cannot be stored are reported once, not with every batch",
    () =>
      withSmallDisk(64, ({ folder: blobs, remount }) => {
        remount("ro");
        return underLoad({ ...largeBodies, env: { BLOB_STORAGE_PATH: blobs } }, async (lab) => {
          await until(async () => (await lab.droppedBodies()) > 100, 90_000);
          expect(lab.router.reported).toHaveLength(1);
        });
      }),
  );
});

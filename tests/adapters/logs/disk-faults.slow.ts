// Disks that fill up, turn read-only, or lose things while the log is written: every row is written or counted, and the log comes back by itself.
import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import { spawnSync } from "bun";
import { openLogs, type Logs } from "../../../src/adapters/logs/pipeline/open-logs.ts";
import { captured, idAt, logEntry, noBodies, noon } from "../../lab/log-entries.ts";
import { blobPlace } from "../../lab/log-place.ts";
import { patientClock } from "../../lab/patient-clock.ts";
import { queryDatabase } from "../../lab/query-database.ts";
import { withTempFolder } from "../../lab/temp-folder.ts";

const mayMount = process.platform === "linux" && process.getuid?.() === 0;

interface Lab {
  readonly logs: Logs;
  readonly folder: string;
  readonly path: string;
  readonly reported: readonly string[];
  /** Hands calls over, one every ms, and says how long the slowest took to be taken in. */
  readonly calls: (count: number, bodyBytes?: number) => Promise<number>;
  /** Handed over so far. */
  readonly given: () => number;
  readonly written: () => number;
  readonly dropped: () => number;
}

/** ms for which the log waits for a disk; a call that did would take as long, one on a busy machine much less. */
const patienceMs = 1_000;

async function withLogs(
  folder: string,
  run: (lab: Lab) => Promise<void>,
  logPatienceMs = patienceMs,
): Promise<void> {
  const path = join(folder, "requests.db");
  const reported: string[] = [];
  const logs = openLogs({
    path,
    blobs: { ...blobPlace(path), inlineLimit: 100_000 },
    patienceMs: logPatienceMs,
    maxBodyBytes: 1_000_000,
    maxLogAgeMs: null,
    maxBodyAgeMs: null,
    maxAnswerAgeMs: null,
    clock: patientClock,
    used: () => undefined,
    trouble: (message) => reported.push(message),
  });
  let given = 0;
  try {
    await logs.opened;
    await run({
      logs,
      folder,
      path,
      reported,
      async calls(count, bodyBytes = 0) {
        let slowest = 0;
        for (let call = 0; call < count; call++) {
          const entry = logEntry({ id: idAt(noon, ++given) });
          const bodies =
            bodyBytes === 0
              ? noBodies
              : { ...noBodies, response: captured(randomBytes(bodyBytes)) };
          const before = performance.now();
          logs.recorder.ended(entry, bodies);
          slowest = Math.max(slowest, performance.now() - before);
          await Bun.sleep(1);
        }
        return slowest;
      },
      given: () => given,
      written: () =>
        queryDatabase<{ n: number }>(path, "select count(*) as n from requests")[0]?.n ?? -1,
      dropped: () =>
        Object.values(logs.recorder.droppedRows()).reduce((sum, count) => sum + count, 0),
    });
  } finally {
    await logs.close();
  }
}

function mount(...args: readonly string[]): void {
  const { success, stderr } = spawnSync(["mount", ...args]);
  if (!success) throw new Error(stderr.toString());
}

/** A small file system of its own for the length of a test. */
const onDisk = (size: string, run: (folder: string) => Promise<void>) => () =>
  withTempFolder(async (folder) => {
    mount("-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder);
    try {
      await run(folder);
    } finally {
      spawnSync(["umount", "-l", folder]);
    }
  });

describe("the log loses what it must, counts it, and comes back by itself", () => {
  test.skipIf(!mayMount)(
    "when the disk is full, until there is room again",
    onDisk("3m", (folder) =>
      withLogs(folder, async ({ logs, calls, given, written, dropped, reported }) => {
        const slowest = await calls(100, 50_000);
        await logs.recorder.flush();
        expect(dropped()).toBeGreaterThan(0);
        expect(written() + dropped()).toBe(given());
        expect(reported[0]).toContain("the log loses rows");
        expect(reported[0]).toContain("SQLITE_FULL");
        // Taking a call in never waits for the disk.
        expect(slowest).toBeLessThan(patienceMs);
        mount("-o", "remount,size=60m", folder);
        const before = dropped();
        await calls(50, 1_000);
        await logs.recorder.flush();
        expect(dropped()).toBe(before);
        expect(written() + dropped()).toBe(given());
        expect(reported.at(-1)).toBe("the log is written again");
      }),
    ),
  );

  test.skipIf(!mayMount)(
    "when its folder is read-only from the start, until it can be written",
    onDisk("60m", async (folder) => {
      mount("-o", "remount,ro", folder);
      await withLogs(folder, async ({ logs, calls, written, dropped }) => {
        expect((await logs.opened).failed).toContain("cannot be opened");
        await calls(10);
        await logs.recorder.flush();
        expect(dropped()).toBe(10);
        mount("-o", "remount,rw", folder);
        await calls(10);
        await logs.recorder.flush();
        expect(dropped()).toBe(10);
        expect(written()).toBe(10);
      });
    }),
  );

  test("when another program locks the database for longer than it is patient", () =>
    withTempFolder((folder) =>
      withLogs(folder, async ({ logs, path, calls, given, written, dropped, reported }) => {
        const other = new Database(path);
        other.run("begin immediate");
        let slowest = 0;
        while (dropped() === 0) slowest = Math.max(slowest, await calls(20));
        expect(slowest).toBeLessThan(patienceMs);
        other.run("rollback");
        other.close();
        await calls(20);
        await logs.recorder.flush();
        expect(dropped()).toBeGreaterThan(0);
        expect(written() + dropped()).toBe(given());
        expect(reported[0]).toContain("database is locked");
        expect(reported.at(-1)).toBe("the log is written again");
        // Reads do not need the lock.
        expect((await logs.reader.list({ limit: 1 })).logs).toHaveLength(1);
      }),
    ));

  test("not at all when the lock goes before its patience does", () =>
    withTempFolder((folder) =>
      withLogs(
        folder,
        async ({ logs, path, calls, given, written, dropped }) => {
          const other = new Database(path);
          other.run("begin immediate");
          await calls(500);
          other.run("rollback");
          other.close();
          await logs.recorder.flush();
          expect(dropped()).toBe(0);
          expect(written()).toBe(given());
        },
        10_000,
      ),
    ));

  test("of bodies only, when the blob folder is taken away", () =>
    withTempFolder((folder) =>
      withLogs(folder, async ({ logs, calls, given, written, dropped }) => {
        await calls(20, 150_000);
        await logs.recorder.flush();
        rmSync(join(folder, "blobs"), { recursive: true });
        await calls(20, 150_000);
        expect(dropped()).toBe(0);
        const body = async (call: number) =>
          (await logs.reader.get(idAt(noon, call)))?.response_body ?? null;
        expect(await body(5)).toBeNull();
        expect(await body(25)).not.toBeNull();
        expect(written()).toBe(given());
        expect(logs.recorder.droppedBodies()).toBe(0);
      }),
    ));

  test.skipIf(!mayMount)(
    "of bodies only, exactly counted, when the blob folder cannot be written",
    () =>
      withTempFolder(async (folder) => {
        const blobs = join(folder, "blobs");
        spawnSync(["mkdir", blobs]);
        mount("-t", "tmpfs", "-o", "ro", "tmpfs", blobs);
        try {
          await withLogs(folder, async ({ logs, calls, given, written, reported }) => {
            await calls(7, 150_000);
            await logs.recorder.flush();
            expect(logs.recorder.droppedBodies()).toBe(7);
            expect(written()).toBe(given());
            expect(reported[0]).toContain("bodies could not be stored");
            mount("-o", "remount,rw", blobs);
            await calls(3, 150_000);
            await logs.recorder.flush();
            expect(logs.recorder.droppedBodies()).toBe(7);
          });
        } finally {
          spawnSync(["umount", "-l", blobs]);
        }
      }),
  );
});

// The writer against a database that will not have it: patient for a while, exact about what it loses.
import { describe, expect, test } from "bun:test";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import type { LogPlace } from "../../../../src/adapters/logs/pipeline/log-place.ts";
import type { Writer } from "../../../../src/adapters/logs/worker/writer.ts";
import { idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { logPlace, sqliteLog } from "../../../lab/log-place.ts";
import { queryDatabase } from "../../../lab/query-database.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const withWriter =
  (patienceMs: number, run: (writer: Writer, path: string, place: LogPlace) => Promise<void>) =>
  () =>
    withTempFolder(async (folder) => {
      const writer = sqliteLog();
      try {
        const path = join(folder, "requests.db");
        await run(writer, path, { ...logPlace(path), patienceMs });
      } finally {
        await writer.close();
      }
    });

const idsIn = (path: string): string[] =>
  queryDatabase<{ id: string }>(path, "select id from requests order by id").map(({ id }) => id);

describe("the writer", () => {
  test(
    "keeps trying while the database is locked, and loses nothing once it is free",
    withWriter(5_000, async (writer, path, place) => {
      await writer.open(place, noon);
      const other = new Database(path);
      other.run("begin immediate");
      // The lock of a connection in this thread goes while the writer pauses between two tries.
      const free = setTimeout(() => other.run("rollback"), 0);
      const report = await writer.write([logWrite()]);
      clearTimeout(free);
      other.close();
      expect(report).toEqual({ failed: [], message: null, lostBodies: 0, happened: [] });
      expect(idsIn(path)).toEqual([idAt(noon)]);
    }),
  );

  test(
    "gives a batch up when its patience ends, names every entry, and works on afterwards",
    withWriter(0, async (writer, path, place) => {
      await writer.open(place, noon);
      const other = new Database(path);
      other.run("begin immediate");
      const report = await writer.write([logWrite(), logWrite({ timestamp: noon + 1 })]);
      other.run("rollback");
      other.close();
      expect(report).toEqual({
        failed: [0, 1],
        message: "database is locked, SQLITE_BUSY",
        lostBodies: 0,
        happened: [],
      });
      expect(await writer.write([logWrite({ timestamp: noon + 2 })])).toMatchObject({ failed: [] });
      expect(idsIn(path)).toEqual([idAt(noon + 2)]);
    }),
  );

  test(
    "loses one entry that the database refuses, not the batch it came in",
    withWriter(1_000, async (writer, path, place) => {
      await writer.open(place, noon);
      const report = await writer.write([
        logWrite(),
        logWrite({ timestamp: noon + 1, service: null as never }),
        logWrite({ timestamp: noon + 2 }),
      ]);
      expect(report.failed).toEqual([1]);
      expect(report.message).toContain("NOT NULL");
      expect(idsIn(path)).toEqual([idAt(noon), idAt(noon + 2)]);
    }),
  );

  test(
    "says so where the database cannot be opened, and opens it when it can",
    withWriter(0, async (writer, path, place) => {
      await writeFile(path, "");
      const inside = join(path, "requests.db"); // a file is in the place of its folder
      const { failed } = await writer.open({ ...place, path: inside }, noon);
      expect(failed).toContain(`the log database ${inside} cannot be opened`);
      expect((await writer.write([logWrite()])).failed).toEqual([0]);
      await rm(path);
      expect(await writer.write([logWrite()])).toEqual({
        failed: [],
        message: null,
        lostBodies: 0,
        happened: [],
      });
      expect(idsIn(inside)).toEqual([idAt(noon)]);
    }),
  );

  test(
    "reports a database it had to move aside, with both names",
    withWriter(0, async (writer, path, place) => {
      await writeFile(path, "garbage ".repeat(100));
      const { happened, failed } = await writer.open(place, noon);
      expect(failed).toBeNull();
      expect(happened).toMatchObject([{ kind: "moved_aside" }]);
      expect(happened[0]?.message).toContain(path);
      expect(happened[0]?.message).toContain(`${path}.unreadable-2026-03-01T12-00-00-000Z`);
    }),
  );
});

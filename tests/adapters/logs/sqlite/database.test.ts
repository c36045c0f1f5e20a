// The database file: what is in the way is kept, what is there is carried on with.
import { describe, expect, test } from "bun:test";
import { mkdir, readdir } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import { file, write } from "bun";
import { openDatabase, openForReading } from "../../../../src/adapters/logs/sqlite/database.ts";
import {
  filterConditions,
  inRange,
  newestStatement,
  ofTerm,
} from "../../../../src/adapters/logs/sqlite/list-statement.ts";
import { captured, idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { sqliteStoreOn } from "../../../lab/log-place.ts";
import { queryDatabase } from "../../../lab/query-database.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const onPath = (run: (path: string, folder: string) => Promise<void>) => () =>
  withTempFolder((folder) => run(join(folder, "requests.db"), folder));

/** What a promise fails with; null where it does not. */
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

describe("opening the log's database", () => {
  test(
    "a second time changes nothing and keeps the rows",
    onPath(async (path) => {
      const first = await openDatabase(path, noon);
      await sqliteStoreOn(first.database).write([logWrite()]);
      first.database.close();
      const again = await openDatabase(path, noon + 1);
      expect(again.movedTo).toBeNull();
      const { logs } = await sqliteStoreOn(again.database).list({ limit: 5 });
      again.database.close();
      expect(logs.map((row) => row.id)).toEqual([idAt(noon)]);
    }),
  );

  test(
    "makes the folder it lies in",
    onPath(async (_, folder) => {
      const path = join(folder, "data", "deep", "requests.db");
      const { database } = await openDatabase(path, noon);
      database.close();
      expect(await file(path).exists()).toBe(true);
    }),
  );

  test(
    "an empty file is begun, not moved",
    onPath(async (path, folder) => {
      await write(path, "");
      const { database, movedTo } = await openDatabase(path, noon);
      database.close();
      expect(movedTo).toBeNull();
      expect((await readdir(folder)).filter((name) => name.includes("unreadable"))).toEqual([]);
    }),
  );

  test(
    "a file of garbage is moved aside byte for byte, and a fresh one works",
    onPath(async (path) => {
      const garbage = "this is no database, however long one looks at it. ".repeat(200);
      await write(path, garbage);
      await write(`${path}-wal`, "old log");
      const { database, movedTo } = await openDatabase(path, noon);
      expect(movedTo).toBe(`${path}.unreadable-2026-03-01T12-00-00-000Z`);
      expect(await file(movedTo ?? "").text()).toBe(garbage);
      const store = sqliteStoreOn(database);
      await store.write([logWrite()]);
      expect((await store.list({ limit: 5 })).logs).toHaveLength(1);
      database.close();
    }),
  );

  test(
    "a database whose pages are damaged is moved aside",
    onPath(async (path) => {
      const { database } = await openDatabase(path, noon);
      database.close();
      const bytes = await file(path).bytes();
      // The header stays; the table of contents behind it is lost.
      bytes.fill(0xa5, 100, 4096);
      await write(path, bytes);
      const reopened = await openDatabase(path, noon);
      reopened.database.close();
      expect(reopened.movedTo).not.toBeNull();
    }),
  );

  test(
    "a folder in its place is an error, and stays",
    onPath(async (path, folder) => {
      await mkdir(path);
      expect(await failure(openDatabase(path, noon))).toBeInstanceOf(Error);
      expect(await readdir(folder)).toEqual(["requests.db"]);
    }),
  );

  test(
    "other programs' tables in the file are left alone",
    onPath(async (path) => {
      const other = new Database(path, { create: true });
      other.run("create table notes (text)");
      other.run("insert into notes values ('keep me')");
      other.close();
      const { database, movedTo } = await openDatabase(path, noon);
      database.close();
      expect(movedTo).toBeNull();
      expect(queryDatabase<object>(path, "select text from notes")).toEqual([{ text: "keep me" }]);
    }),
  );
});

describe("the SQLite store", () => {
  test(
    "writes nothing of a batch it cannot write whole",
    onPath(async (path) => {
      const { database } = await openDatabase(path, noon);
      const store = sqliteStoreOn(database);
      const unwritable = logWrite({ timestamp: noon + 1, service: null as never });
      expect(await failure(store.write([logWrite(), unwritable]))).toBeInstanceOf(Error);
      expect((await store.list({ limit: 5 })).logs).toEqual([]);
      database.close();
    }),
  );

  test(
    "is read by a second connection that cannot write",
    onPath(async (path) => {
      const { database } = await openDatabase(path, noon);
      await sqliteStoreOn(database).write([logWrite()]);
      const second = openForReading(path);
      expect((await sqliteStoreOn(second).list({ limit: 5 })).logs).toHaveLength(1);
      const refused = await failure(sqliteStoreOn(second).write([logWrite()]));
      expect(String(refused)).toContain("readonly");
      second.close();
      database.close();
    }),
  );

  test(
    "gives the room of removed rows back to the disk",
    onPath(async (path) => {
      const { database } = await openDatabase(path, noon);
      const store = sqliteStoreOn(database);
      const body = () => ({ response: captured(randomBytes(200_000)) });
      await store.write(
        Array.from({ length: 10 }, (_, ms) => logWrite({ timestamp: noon + ms }, body())),
      );
      const pages = () =>
        queryDatabase<{ page_count: number }>(path, "PRAGMA page_count")[0]?.page_count ?? 0;
      const full = pages();
      await store.removeOlder(noon + 100, null, 100);
      expect(database.shrink()).toBe(true);
      while (database.shrink());
      expect(pages()).toBeLessThan(full / 10);
      database.close();
    }),
  );

  // A page of a large log is read off an index: no query may sort what it found.
  test.each([
    { model: "gpt-4" },
    { upstream: "fast-box" },
    { state: "failed" as const },
    { service_type: "ollama" as const },
    { status: { from: 404, to: 404 } },
    { status: { from: 500, to: 599 } },
    { resent_from: idAt(noon) },
    { since: noon },
    { before: idAt(noon) },
    { until: noon },
    { user: "ann" },
    { client: "codex" },
    { thread: idAt(noon) },
    { model: "gpt-4", before: idAt(noon), since: noon },
    { state: "failed" as const, status: { from: 200, to: 299 }, upstream: "fast-box" },
  ])("answers %j from an index, in the list's order", async (filter) => {
    await withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      const { database } = await openDatabase(path, noon);
      const conditions = filterConditions(filter, () => ["gpt-4"]);
      const led = conditions.findIndex(({ terms }) => terms !== null);
      const checks = conditions.filter((_, at) => at !== led).map(({ check }) => check);
      const times = inRange(filter);
      for (const term of conditions[led]?.terms ?? [null]) {
        const own = term === null ? [] : ofTerm(term);
        const query = newestStatement("*", [...own, ...times, ...checks], 6);
        const raw = new Database(path, { readonly: true });
        const plan = raw
          .query<{ detail: string }, never[]>(`explain query plan ${query.text}`)
          .all(...(query.parameters as never[]))
          .map(({ detail }) => detail)
          .join("; ");
        raw.close();
        expect(plan).toMatch(/^SEARCH requests USING (?:INDEX|INTEGER PRIMARY KEY)/);
        expect(plan).not.toContain("B-TREE");
      }
      database.close();
    });
  });
});

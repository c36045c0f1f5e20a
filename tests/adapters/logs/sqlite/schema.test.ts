// Which database files the log uses, which it moves aside, and which it leaves alone.
import { describe, expect, test } from "bun:test";
import { file } from "bun";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import { openDatabase } from "../../../../src/adapters/logs/sqlite/database.ts";
import { logWrite, noon } from "../../../lab/log-entries.ts";
import { logPlace, sqliteLog, sqliteStoreOn } from "../../../lab/log-place.ts";
import { queryDatabase } from "../../../lab/query-database.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const onPath = (run: (path: string, folder: string) => Promise<void>) => () =>
  withTempFolder((folder) => run(join(folder, "requests.db"), folder));

/** A file that other hands wrote. */
function written(path: string, ...statements: readonly string[]): void {
  const raw = new Database(path, { create: true });
  for (const statement of statements) raw.run(statement);
  raw.close();
}

describe("a database of an earlier version", () => {
  const earlier = (path: string) => {
    written(
      path,
      "create table kysely_migration (name text, timestamp text)",
      "create table requests (seq integer primary key, id text)",
      "insert into requests values (1, 'theirs')",
    );
  };

  test(
    "is moved aside whole, and a fresh one works",
    onPath(async (path) => {
      earlier(path);
      const bytes = await file(path).bytes();
      const { database, movedTo, movedFor } = await openDatabase(path, noon);
      expect(movedTo).toBe(`${path}.outdated-2026-03-01T12-00-00-000Z`);
      expect(movedFor).toBe("outdated");
      expect(queryDatabase<object>(movedTo ?? "", "select * from requests")).toEqual([
        { seq: 1, id: "theirs" },
      ]);
      expect((await file(movedTo ?? "").bytes()).length).toBe(bytes.length);
      const store = sqliteStoreOn(database);
      await store.write([logWrite()]);
      expect((await store.list({ limit: 5 })).logs).toHaveLength(1);
      database.close();
    }),
  );

  test(
    "is reported in words that say where it went",
    onPath(async (path) => {
      earlier(path);
      const log = sqliteLog();
      const { happened, failed } = await log.open(logPlace(path), noon);
      await log.close();
      expect(failed).toBeNull();
      expect(happened).toMatchObject([{ kind: "moved_aside" }]);
      expect(happened[0]?.message).toContain("was written by an earlier version of this program");
      expect(happened[0]?.message).toContain(`${path}.outdated-`);
    }),
  );
});

describe("a database is left alone, with a reason, where", () => {
  test.each([
    ["its tables are another program's", "create table requests (id integer, text text)"],
    ["a table of it has a name of ours", "create table state (name text)"],
  ])("%s", (_, table) =>
    onPath(async (path) => {
      written(path, table);
      const refusal = openDatabase(path, noon);
      expect(refusal).rejects.toThrow(/that is not this program's.*DB_PATH/);
      await refusal.catch(() => undefined);
      expect(queryDatabase<{ sql: string }>(path, "select sql from sqlite_master")).toEqual([
        { sql: expect.stringMatching(new RegExp(RegExp.escape(table), "i")) },
      ]);
    })(),
  );

  test(
    "a newer version wrote it",
    onPath(async (path) => {
      (await openDatabase(path, noon)).database.close();
      written(path, "pragma user_version = 999");
      const refusal = openDatabase(path, noon);
      expect(refusal).rejects.toThrow(/newer version.*999.*DB_PATH/);
      await refusal.catch(() => undefined);
      expect(queryDatabase<object>(path, "pragma user_version")).toEqual([{ user_version: 999 }]);
    }),
  );
});

test(
  "a repair that lost the version's number costs nothing",
  onPath(async (path) => {
    (await openDatabase(path, noon)).database.close();
    written(path, "pragma user_version = 0");
    const { database, movedTo } = await openDatabase(path, noon);
    database.close();
    expect(movedTo).toBeNull();
  }),
);

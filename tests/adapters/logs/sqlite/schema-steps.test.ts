// A file of the version before is brought up to date where it is, and its rows are there as before.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openDatabase } from "../../../../src/adapters/logs/sqlite/database.ts";
import { idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { sqliteStoreOn } from "../../../lab/log-place.ts";
import { beginVersion9 } from "../../../lab/log-version-9.ts";
import { queryDatabase } from "../../../lab/query-database.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const count = 10_000;

test("a file of version 9 gets what it lacks in place, and keeps every row", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    const writes = Array.from({ length: count }, (_, at) => logWrite({ timestamp: noon + at }));
    beginVersion9(path, writes);
    const { database, movedTo } = await openDatabase(path, noon);
    expect(movedTo).toBeNull();
    const store = sqliteStoreOn(database);
    const { logs } = await store.list({ limit: 500, model: "gpt-4" });
    expect(logs).toHaveLength(500);
    expect(logs[0]).toMatchObject({ id: idAt(noon + count - 1), cost: null, thread_id: null });
    const sense = { ...logWrite().sense, client: "codex/1.2", threadId: idAt(noon), costNanos: 5 };
    await store.write([{ ...logWrite({ timestamp: noon + count }), sense }]);
    expect((await store.list({ limit: 1 })).logs).toMatchObject([
      { client: "codex/1.2", thread_id: idAt(noon), cost: 5e-9 },
    ]);
    database.close();
    expect(queryDatabase<object>(path, "pragma user_version")).toEqual([{ user_version: 11 }]);
    expect(queryDatabase<object>(path, "pragma integrity_check")).toEqual([
      { integrity_check: "ok" },
    ]);
    const tables = (file: string) =>
      queryDatabase<{ name: string }>(file, "select name from sqlite_master order by name").map(
        ({ name }) => name,
      );
    const fresh = join(folder, "fresh.db");
    (await openDatabase(fresh, noon)).database.close();
    expect(tables(path)).toEqual(tables(fresh));
  }));

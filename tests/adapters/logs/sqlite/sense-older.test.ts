// Rows that an older version wrote into a file of SQLite get what new ones have.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { olderRowsContract, senses, type SensedColumns } from "../../../contracts/older-rows.ts";
import { logWrite, noon } from "../../../lab/log-entries.ts";
import { logPlace, sqliteLog } from "../../../lab/log-place.ts";
import { beginVersion9 } from "../../../lab/log-version-9.ts";
import { asOlderVersion } from "../../../lab/older-log.ts";
import { queryDatabase } from "../../../lab/query-database.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

olderRowsContract("SQLite", (writes, run) =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    const place = logPlace(path);
    beginVersion9(path, []);
    const log = sqliteLog();
    await log.open(place, noon);
    // Bodies are kept as they were: written by this version, and what it knows more is taken away.
    await log.write([...writes]);
    await log.close();
    asOlderVersion(path, 9);
    await log.open(place, noon);
    const change = (text: string, ...values: readonly string[]) => {
      const raw = new Database(path);
      raw.run(text, [...values]);
      raw.close();
    };
    try {
      await run({
        engine: log.engine,
        place,
        sensed: async () =>
          queryDatabase<SensedColumns>(
            path,
            "select id, who, thread_id, turns_key from requests order by seq",
          ),
        remove: async (id) => {
          change("delete from requests where id = ?", id);
        },
        understand: async (id, thread) => {
          change("update requests set who = 'someone', thread_id = ? where id = ?", thread, id);
        },
      });
    } finally {
      await log.close();
    }
  }),
);

test("rows without bodies, as version 9 itself wrote them, get what their row says", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    const own = { userAgent: "codex/1.2", path: "/v1/chat/completions" };
    const calls = Array.from({ length: 10 }, (_, at) =>
      logWrite({ ...own, timestamp: noon + at }, {}, { promptTokens: 10 }),
    );
    beginVersion9(path, calls);
    const log = sqliteLog();
    await log.open(logPlace(path), noon);
    while (await log.engine.upkeep.senseOlder(4, senses()));
    const reader = await log.engine.reader(logPlace(path));
    const { logs } = await reader.list({ limit: 50, client: "codex" });
    expect(logs).toHaveLength(calls.length);
    expect(logs[0]).toMatchObject({ cost: 10e-9, asked: null, thread_id: null });
    const state = "select value from state where name = 'sense_below'";
    expect(queryDatabase<object>(path, state)).toEqual([]);
    await log.close();
  }));

// Rows that go leave the full-text index in small steps: it merges what is left when asked to, not
// in the transaction that removed them.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { type LogDatabase, openDatabase } from "../../../../src/adapters/logs/sqlite/database.ts";
import { runSql } from "../../../../src/adapters/logs/sqlite-file/run-sql.ts";
import type { SqliteStore } from "../../../../src/adapters/logs/sqlite/sqlite-store.ts";
import { idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { sqliteStoreOn } from "../../../lab/log-place.ts";
import { createRandom } from "../../../lab/random.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const rows = 2_000;
const perBatch = 100;
const perStep = 50;

interface Lab {
  readonly database: LogDatabase;
  readonly store: SqliteStore;
  /** Rows of all tables, the index's own among them, that the work changes. */
  readonly changes: (work: () => Promise<unknown>) => Promise<number>;
  /** Parts of the index. */
  readonly parts: () => number;
}

/** A log of rows of many words each, one a ms from `noon` on. */
const withLog = (run: (lab: Lab) => Promise<void>) => () =>
  withTempFolder(async (folder) => {
    const { database } = await openDatabase(join(folder, "requests.db"), noon);
    const store = sqliteStoreOn(database);
    await writeRows(store, 0);
    try {
      await run({
        database,
        store,
        async changes(work) {
          const before = number(database, "select total_changes() as n");
          await work();
          return number(database, "select total_changes() as n") - before;
        },
        parts: () => number(database, "select count(*) as n from search_data"),
      });
    } finally {
      database.close();
    }
  });

async function writeRows(store: SqliteStore, from: number): Promise<void> {
  const random = createRandom(1);
  const words = () => Array.from({ length: 60 }, () => random.int(0, 20_000).toString(36));
  const row = (at: number) =>
    logWrite(
      { id: idAt(noon + at), timestamp: noon + at },
      {},
      {},
      [...words(), `row${at}`].join(" "),
    );
  for (let at = from; at < from + rows; at += perBatch)
    await store.write(Array.from({ length: perBatch }, (_, place) => row(at + place)));
}

function number({ connection }: LogDatabase, text: string): number {
  return runSql<{ n: number }>(connection, text)[0]?.n ?? Number.NaN;
}

test(
  "no step writes more of the index than the rows it removes ask for",
  withLog(async ({ store, changes }) => {
    const steps: number[] = [];
    for (let more = true; more;)
      steps.push(
        await changes(async () => {
          more = await store.removeOlder(noon + rows / 2, null, perStep);
        }),
      );
    expect(steps.length).toBeGreaterThanOrEqual(rows / 2 / perStep);
    expect(Math.max(...steps)).toBeLessThan(perStep * 8);
  }),
);

test(
  "what removed rows take in the index is given up in steps, to the end, and only that",
  withLog(async ({ store, parts }) => {
    while (await store.removeOlder(noon + rows - 100, null, perStep));
    const before = parts();
    while (await store.compact());
    expect(parts()).toBeLessThan(before / 4);
    const found = async (q: string) => (await store.list({ limit: 5, q })).logs.map(({ id }) => id);
    expect(await found("row10")).toEqual([]);
    expect(await found(`row${rows - 1}`)).toEqual([idAt(noon + rows - 1)]);
  }),
);

test("a step that was taken back leaves the index to merge as it did before", async () => {
  const changed: number[] = [];
  for (const refuse of [true, false])
    await withLog(async ({ database, store, changes }) => {
      const say = (text: string) => runSql(database.connection, text);
      if (refuse) {
        say("create trigger refuse before delete on requests begin select raise(abort, 'no'); end");
        const refused = await store.removeOlder(noon + rows, null, perStep).catch(String);
        expect(refused).toContain("no");
        say("drop trigger refuse");
      }
      changed.push(await changes(() => writeRows(store, rows)));
    })();
  expect(changed[0]).toBe(changed[1] ?? Number.NaN);
});

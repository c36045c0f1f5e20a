// The way to tallies and to the rows beside them: never through a whole table, whatever is asked or removed.
import type { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openDatabase } from "../../../../src/adapters/logs/sqlite/database.ts";
import { idAt, logWrite, noon, startedEntry } from "../../../lab/log-entries.ts";
import { sqliteStoreOn } from "../../../lab/log-place.ts";
import { dayMs, hourMs } from "../../../lab/periods.ts";
import { senses } from "../../../contracts/older-rows.ts";
import { withFolderInMemory } from "../../../lab/temp-folder.ts";

/** The texts of all statements that a connection runs from now on. */
function watched(db: Database): ReadonlySet<string> {
  const texts = new Set<string>();
  const prepare = db.prepare.bind(db);
  db.prepare = (text: string) => {
    texts.add(text);
    return prepare(text);
  };
  return texts;
}

function planOf(db: Database, text: string): readonly string[] {
  const statement = db.query<{ detail: string }, []>(`explain query plan ${text}`);
  return statement.all().map(({ detail }) => detail);
}

test("tallies are found by their key, rows and cells by an index", () =>
  withFolderInMemory(async (folder) => {
    const { database } = await openDatabase(join(folder, "requests.db"), noon);
    const db = database.connection;
    const texts = watched(db);
    const store = sqliteStoreOn(database);
    const days = (count: number) => noon - count * dayMs;
    const calls = [410, 20, 2, 1, 0].map((count) => logWrite({ timestamp: days(count) }));
    const open = logWrite(startedEntry({ timestamp: noon - 9, id: idAt(noon - 9, 3) }));
    await store.write([...calls, open]);
    await store.write([...calls, logWrite({ timestamp: noon + 1, mappedModel: "other" })]);
    const bars = [days(2), days(1), noon - 2 * hourMs];
    await store.period({ filter: { since: days(2) + 7, until: noon - 7 }, by: "model", bars });
    await store.count({ since: days(2) + 7, until: noon - 7, model: "llama" });
    await store.interruptLeftovers(noon);
    while (await store.removeOlder(days(7), null, 1));
    const all = "insert or replace into state select 'sense_below', max(seq) + 1 from requests";
    db.run(all);
    await store.period({ filter: {} });
    while (await store.senseOlder(1, senses()));

    const plans = [...texts].filter((text) => /\b(?:tallies|cells|requests)\b/.test(text));
    const ways = plans.flatMap((text) =>
      planOf(db, text)
        .filter((detail) => /\b(?:tallies|cells|requests)\b/.test(detail))
        .map((detail) => ({ text, detail })),
    );
    expect(ways.filter(({ detail }) => /\btallies\b/.test(detail)).length).toBeGreaterThan(5);
    for (const { text, detail } of ways)
      if (/\btallies\b/.test(detail)) {
        const most = /max\(start\)/.test(text) ? "(span=?)" : "(span=? AND start";
        const way = `SEARCH tallies USING PRIMARY KEY ${most}`;
        expect({ text, detail }).toEqual({ text, detail: expect.stringContaining(way) });
      }
    const scans = ways.filter(({ detail }) => detail.startsWith("SCAN")).map(({ text }) => text);
    // Few rows, and not with every batch.
    const few = /from cells where used_on|select count\(\*\) as cells from cells/;
    expect(scans.filter((text) => !few.test(text))).toEqual([]);
    database.close();
  }));

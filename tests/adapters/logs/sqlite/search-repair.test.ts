// A search index that is damaged costs no row and no database: it is begun anew, and filled from the rows.
import { describe, expect, test } from "bun:test";
import { closeSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import { filesystemBlobsOf } from "../../../../src/adapters/blobs/filesystem-blobs.ts";
import { openForReading } from "../../../../src/adapters/logs/sqlite/database.ts";
import { createEntryReader } from "../../../../src/adapters/logs/pipeline/read-entry.ts";
import { createSqliteReader } from "../../../../src/adapters/logs/sqlite/sqlite-reader.ts";
import type { LogFilter } from "../../../../src/ports/browse.ts";
import type { LogWrite } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { captured, idAt, logEntry, noon } from "../../../lab/log-entries.ts";
import { type LabLog, logPlace, sqliteLog } from "../../../lab/log-place.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const count = 90;
const idOf = (number: number) => idAt(noon + number);

/** No word is the beginning of another. */
const asked = (number: number) => `asked${String(number).padStart(5, "0")}`;
const said = (number: number) => `said${String(number).padStart(5, "0")}`;

/** Each says a word of its own, and asks one of its own. */
const call = (number: number): LogWrite =>
  createEntryReader().read({
    entry: logEntry({ id: idOf(number), timestamp: noon + number, path: "/v1/chat/completions" }),
    bodies: {
      request: captured(JSON.stringify({ messages: [{ role: "user", content: asked(number) }] })),
      response: captured(
        JSON.stringify({
          choices: [{ message: { content: `${said(number)} ${"x".repeat(3_000)}` } }],
        }),
      ),
    },
  });

const rowsPerStep = 13;

interface Lab {
  readonly writer: LabLog;
  readonly path: string;
  readonly find: (q: string) => Promise<readonly string[]>;
}

/** A log of calls whose index is then damaged while nobody looks. */
const withDamage = (damage: (path: string) => void, run: (lab: Lab) => Promise<void>) => () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    const place = { ...logPlace(path, { inlineLimit: 1_000 }), patienceMs: 0 };
    const before = sqliteLog();
    await before.open(place, noon);
    for (let from = 0; from < count; from += 45)
      await before.write(Array.from({ length: 45 }, (_, at) => call(from + at)));
    await before.close();
    damage(path);
    const writer = sqliteLog();
    await writer.open(place, noon);
    try {
      await run({
        writer,
        path,
        async find(q) {
          const database = openForReading(path);
          const { owner, search } = database.state;
          const blobs = filesystemBlobsOf(place.blobs.path, owner);
          const filter: LogFilter = { limit: 5, q };
          const found = createSqliteReader(database.connection, blobs, search).list(filter);
          return (
            await found.finally(() => {
              database.close();
            })
          ).logs.map(({ id }) => id);
        },
      });
      expect(readdirSync(folder).filter((name) => name.includes("unreadable"))).toEqual([]);
    } finally {
      await writer.close();
    }
  });

/** Overwrites the first page of a table of the index. */
const scribbleOver = (table: string) => (path: string) => {
  const raw = new Database(path);
  const root = raw
    .query<{ rootpage: number }, [string]>("select rootpage from sqlite_master where name = ?")
    .get(table);
  const size = raw.query<{ page_size: number }, []>("pragma page_size").get()?.page_size ?? 0;
  raw.run("pragma wal_checkpoint(truncate)");
  raw.close();
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(size, 0xa5), 0, size, ((root?.rootpage ?? 0) - 1) * size);
  closeSync(file);
};

/** As a person's hand would. */
const dropIt = (path: string) => {
  const raw = new Database(path);
  raw.run("drop table search");
  raw.close();
};

const damages = [
  ["whose data is overwritten", scribbleOver("search_data")],
  ["whose way into the data is overwritten", scribbleOver("search_idx")],
  ["whose list of rows is overwritten", scribbleOver("search_docsize")],
  ["whose settings are overwritten", scribbleOver("search_config")],
  ["that is gone", dropIt],
] as const;

describe.each(damages)("a search index %s", (_, damage) => {
  test(
    "is begun anew by the next write, which loses nothing, and finds all rows once it is filled",
    withDamage(damage, async ({ writer, find }) => {
      const report = await writer.write([call(1_000), call(3)]);
      expect(report).toMatchObject({ failed: [], happened: [{ kind: "search_begun" }] });
      expect(report.message).toContain("begun anew");
      expect(await find(said(1_000))).toEqual([idOf(1_000)]);
      expect(await find(said(3))).toEqual([idOf(3)]);
      while (await writer.engine.upkeep.fillSearch(rowsPerStep));
      for (const number of [0, 3, 17, count - 1, 1_000])
        for (const q of [said(number), asked(number)])
          expect(await find(q)).toEqual([idOf(number)]);
      // And it is through with that.
      expect(await writer.write([call(1_001)])).toMatchObject({ failed: [], happened: [] });
      expect(await writer.engine.upkeep.fillSearch(rowsPerStep)).toBe(false);
    }),
  );

  test(
    "does not keep old rows from being removed",
    withDamage(damage, async ({ writer, find }) => {
      while (await writer.engine.upkeep.removeOlder(noon + 50, null, rowsPerStep));
      const reported = writer.engine.takeHappenings();
      expect(reported.every(({ kind }) => kind === "search_begun")).toBe(true);
      expect(writer.engine.takeHappenings()).toEqual([]);
      await writer.write([call(1_000)]);
      while (await writer.engine.upkeep.fillSearch(rowsPerStep));
      expect(await find(asked(49))).toEqual([]);
      expect(await find(asked(70))).toEqual([idOf(70)]);
    }),
  );

  test(
    "is found by looking it through, as a search that failed asks for",
    withDamage(damage, async ({ writer, find }) => {
      await writer.engine.upkeep.checkSearch();
      while (await writer.engine.upkeep.fillSearch(rowsPerStep));
      expect(await find(asked(7))).toEqual([idOf(7)]);
      writer.engine.takeHappenings();
      await writer.engine.upkeep.checkSearch();
      expect(writer.engine.takeHappenings()).toEqual([]);
    }),
  );
});

test(
  "filling an index goes on where a stop cut it short",
  withDamage(dropIt, async ({ writer, path, find }) => {
    await writer.write([call(1_000)]);
    await writer.engine.upkeep.fillSearch(rowsPerStep);
    await writer.close();
    const again = sqliteLog();
    const { search } = await again.open(logPlace(path, { inlineLimit: 1_000 }), noon);
    expect(search).toBe("filling");
    while (await again.engine.upkeep.fillSearch(rowsPerStep));
    await again.close();
    expect(await find(asked(0))).toEqual([idOf(0)]);
    expect(await find(asked(89))).toEqual([idOf(89)]);
  }),
);

test(
  "an index that is damaged again at once costs rows their words, and no row",
  withDamage(dropIt, async ({ writer, path, find }) => {
    await writer.write([call(1_000)]);
    dropIt(path);
    expect(await writer.write([call(1_001)])).toMatchObject({ failed: [] });
    const raw = new Database(path);
    expect(raw.query("select count(*) as n from requests").get()).toEqual({ n: count + 2 });
    raw.close();
    expect(await find(asked(1_001)).catch(() => "damaged")).toBe("damaged");
  }),
);

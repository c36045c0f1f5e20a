// A log that an earlier version wrote is brought up to date without losing what it says, whole or not
// at all, and whatever earlier versions left half done.
import { describe, expect, test } from "bun:test";
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import { Kysely, SqliteDialect, type SqliteDatabase } from "kysely";
import { forKysely, openDatabase } from "../../../../src/adapters/logs/sqlite/database.ts";
import { migrate } from "../../../../src/adapters/logs/sqlite/migrate.ts";
import { schemaSteps } from "../../../../src/adapters/logs/sqlite/schema-steps.ts";
import type { LogTables } from "../../../../src/adapters/logs/sqlite/tables.ts";
import { idAt, captured, logWrite, noon } from "../../../lab/log-entries.ts";
import { sqliteStoreOn } from "../../../lab/log-place.ts";
import { createMemoryLogStore } from "../../../lab/memory-log-store.ts";
import { kyselyOn, oldCalls, saidBy, writeFirstVersion } from "../../../lab/old-log.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const hour = 3_600_000;
const onPath = (run: (path: string, folder: string) => Promise<void>) => () =>
  withTempFolder((folder) => run(join(folder, "requests.db"), folder));

test(
  "a log of the first version says the same after every step to the newest",
  onPath(async (path) => {
    await writeFirstVersion(path);
    const { database, movedTo } = await openDatabase(path, noon);
    const store = sqliteStoreOn(database);
    const same = createMemoryLogStore();
    await same.write(oldCalls);
    expect(movedTo).toBeNull();
    expect(await saidBy(store)).toEqual(await saidBy(same));

    // And it is written on: a row in the place of an old one, a new one that repeats it.
    const more = [
      logWrite({ timestamp: noon, statusCode: 500, state: "failed" }, { request: captured("new") }),
      logWrite({ timestamp: noon + 40 * hour, resentFrom: idAt(noon) }, {}, { promptTokens: 1 }),
    ];
    await store.write(more);
    await same.write(more);
    for (const log of [store, same]) await log.removeOlder(noon + 1, null, 2);
    const [found, expected] = [await saidBy(store), await saidBy(same)];
    expect(found.lists.at(-1)?.logs.map(({ id }) => id)).toEqual([idAt(noon + 40 * hour)]);
    expect(found).toEqual(expected);
    database.close();
  }),
);

/** Everything in a database, its schema included. */
function dump(path: string): unknown {
  const raw = new Database(path, { readwrite: true });
  const schema = raw.query("select type, name, sql from sqlite_master order by name").all();
  const tables = raw
    .query<{ name: string }, []>(
      "select name from sqlite_master where type = 'table' and name not like 'search%'",
    )
    .all();
  const rows = tables.map(({ name }) => [name, raw.query(`select * from ${name}`).values()]);
  const whole = raw.query("pragma integrity_check").values();
  raw.close();
  return { schema, rows, whole };
}

/** As kysely sees a database, with a word in edgeways after each statement. */
function withAfter(raw: Database, after: (text: string) => void): Kysely<LogTables> {
  const plain = forKysely(raw);
  const database: SqliteDatabase = {
    ...plain,
    prepare(text) {
      const statement = plain.prepare(text);
      const then = <T>(result: T): T => {
        after(text);
        return result;
      };
      return {
        reader: statement.reader,
        iterate: (parameters) => statement.iterate(parameters),
        all: (parameters) => then(statement.all(parameters)),
        run: (parameters) => then(statement.run(parameters)),
      };
    },
  };
  return new Kysely<LogTables>({ dialect: new SqliteDialect({ database }) });
}

describe.each(schemaSteps.map(({ name }, place) => [name, place] as const))(
  "the step %s, cut short after any statement, leaves the database as it was",
  (name, place) => {
    async function beforeTheStep(path: string): Promise<void> {
      const previous = schemaSteps[place - 1];
      if (previous === undefined) return;
      await writeFirstVersion(path);
      const raw = new Database(path);
      raw.run("pragma journal_mode = wal");
      await migrate(kyselyOn(raw), previous.name);
      raw.close();
    }

    /** Takes the step, with `cut` called after each statement; returns how many there were. */
    async function take(path: string, cut: (number: number) => void): Promise<number> {
      const raw = new Database(path, { create: true });
      raw.run("pragma journal_mode = wal");
      // So that what is not committed also reaches the files.
      raw.run("pragma cache_size = 1");
      let statements = 0;
      try {
        await migrate(
          withAfter(raw, (text) => {
            if (text !== "rollback" && text !== "commit") cut(++statements);
          }),
          name,
        );
      } finally {
        raw.close();
      }
      return statements;
    }

    test(
      "by an error",
      onPath(async (path, folder) => {
        await beforeTheStep(path);
        let number = 1;
        for (; ; number++) {
          const own = join(folder, `cut-${number}.db`);
          if (existsSync(path)) copyFileSync(path, own);
          else new Database(own, { create: true }).close();
          const before = dump(own);
          const cutHere = (at: number) => {
            if (at === number) throw Object.assign(new Error("no room"), { code: "SQLITE_FULL" });
          };
          const outcome = await take(own, cutHere).catch((error: unknown) => error);
          if (typeof outcome === "number") break;
          expect(String(outcome)).toContain("no room");
          expect(dump(own)).toEqual(before);
        }
        expect(number).toBeGreaterThan(3);
      }),
    );

    test(
      "by a kill",
      onPath(async (path, folder) => {
        await beforeTheStep(path);
        if (!existsSync(path)) new Database(path, { create: true }).close();
        const before = dump(path);
        const copies: string[] = [];
        await take(path, (number) => {
          const copy = join(folder, `killed-${number}.db`);
          for (const suffix of ["", "-wal"])
            if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
          copies.push(copy);
        });
        for (const copy of copies) expect(dump(copy)).toEqual(before);
        expect(copies.length).toBeGreaterThan(3);
      }),
    );
  },
);

describe("what a version that took steps statement by statement left half done is put right", () => {
  /** What a step runs, one by one, as that version did. */
  async function statementsOf(path: string, place: number): Promise<readonly string[]> {
    const seen: string[] = [];
    const raw = new Database(path);
    const name = schemaSteps[place]?.name;
    const note = withAfter(raw, (text) => void seen.push(text));
    await migrate(note, name);
    raw.close();
    const from = seen.indexOf("begin immediate") + 1;
    return seen
      .slice(from)
      .filter((text) => /^(?:create|alter|drop|insert into (?!kysely))/.test(text))
      .filter((text) => !text.includes("kysely"));
  }

  test.each([
    ["0001", 0],
    ["0002", 1],
    ["0003", 2],
    ["0004", 3],
  ])("in step %s, wherever it stopped", (_, place) =>
    onPath(async (path, folder) => {
      const previous = schemaSteps[place - 1];
      if (previous === undefined) new Database(path, { create: true }).close();
      else {
        await writeFirstVersion(path);
        const raw = new Database(path);
        await migrate(kyselyOn(raw), previous.name);
        raw.close();
      }
      const model = join(folder, "model.db");
      copyFileSync(path, model);
      const statements = await statementsOf(model, place);
      const same = createMemoryLogStore();
      if (previous !== undefined) await same.write(oldCalls);
      const expected = await saidBy(same);
      for (let done = 1; done <= statements.length; done++) {
        const own = join(folder, `half-${done}.db`);
        copyFileSync(path, own);
        const raw = new Database(own);
        raw.run("pragma synchronous = off");
        for (const statement of statements.slice(0, done)) raw.run(statement);
        const tables = kyselyOn(raw);
        await migrate(tables);
        expect(await saidBy(sqliteStoreOn({ tables }))).toEqual(expected);
        raw.close();
      }
    })(),
  );

  test(
    "a database of the first days, whose rows lack a column",
    onPath(async (path) => {
      await writeFirstVersion(path);
      const raw = new Database(path);
      raw.run("alter table requests drop column held");
      // As a later version found and left it.
      raw.run("alter table requests rename to old_requests");
      raw.run("alter table bodies rename to old_bodies");
      raw.run("drop index requests_original_model");
      raw.close();
      const { database } = await openDatabase(path, noon);
      const same = createMemoryLogStore();
      await same.write(oldCalls);
      expect(await saidBy(sqliteStoreOn(database))).toEqual(await saidBy(same));
      database.close();
    }),
  );
});

describe("a database is left alone, with a reason, where", () => {
  test(
    "its tables are another program's",
    onPath(async (path) => {
      const raw = new Database(path, { create: true });
      raw.run("create table requests (id integer, text text)");
      raw.run("insert into requests values (1, 'theirs')");
      raw.close();
      const before = dump(path);
      const refusal = openDatabase(path, noon);
      expect(refusal).rejects.toThrow(/table `requests` that is not this program's.*DB_PATH/);
      await refusal.catch(() => undefined);
      expect(dump(path)).toEqual(before);
    }),
  );

  test(
    "a newer version wrote it",
    onPath(async (path) => {
      (await openDatabase(path, noon)).database.close();
      const raw = new Database(path);
      raw.run("insert into kysely_migration values ('0999-later', '')");
      raw.close();
      const before = dump(path);
      const refusal = openDatabase(path, noon);
      expect(refusal).rejects.toThrow(/newer version.*0999-later.*DB_PATH/);
      await refusal.catch(() => undefined);
      expect(dump(path)).toEqual(before);
    }),
  );
});

// How answers lie in SQLite: what is said there once, what goes with the last that needs it, and the room it takes.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import { createAnswerBook } from "../../../../src/adapters/logs/sqlite/answer-book.ts";
import {
  answerBytes,
  answerTables,
  createAnswerReader,
  writeAnswers,
} from "../../../../src/adapters/logs/sqlite/answer-rows.ts";
import { answersIn } from "../../../../src/adapters/logs/rows/kept-answer-rows.ts";
import { ownerKey } from "../../../../src/adapters/logs/rows/answer-keys.ts";
import { openDatabase } from "../../../../src/adapters/logs/sqlite/database.ts";
import { runSql } from "../../../../src/adapters/logs/sqlite-file/run-sql.ts";
import type { OwnedAnswer } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { captured, idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { logPlace, sqliteLog } from "../../../lab/log-place.ts";
import { queryDatabase } from "../../../lab/query-database.ts";
import { createRandom } from "../../../lab/random.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const tables = ["responses", "response_lists", "response_items"];

function withTables(run: (db: Database) => void): void {
  const db = new Database(":memory:");
  try {
    for (const statement of answerTables) runSql(db, statement);
    run(db);
  } finally {
    db.close();
  }
}

function answerOf(id: string, input: readonly string[], output: readonly string[]): OwnedAnswer {
  const item = (text: string) => ({ id: `i${text.length}`, text: JSON.stringify(text) });
  const rest = { owner: "o", upstream: null, isStored: false, head: `{"id":"${id}","output":[]}` };
  return { ...rest, id, input: input.map(item), output: output.map(item) };
}

function count(db: Database, table: string): number {
  return runSql<{ n: number }>(db, `select count(*) as n from ${table}`)[0]?.n ?? -1;
}

function write(db: Database, answer: OwnedAnswer, at = 1): number {
  const call = logWrite({ id: idAt(at), timestamp: noon + at });
  return writeAnswers(db, answersIn([{ ...call, answer }]));
}

test("a conversation of many turns holds each item and each list of them once", () => {
  withTables((db) => {
    let before: string[] = [];
    for (let turn = 0; turn < 50; turn++) {
      const [asked, said] = [`${"asked ".repeat(100)}${turn}`, `${"said ".repeat(100)}${turn}`];
      write(db, answerOf(`r${turn}`, [...before, asked], [said]));
      before = [...before, asked, said];
    }
    expect(tables.map((table) => count(db, table))).toEqual([50, 50, 100]);
    const written = runSql<{ items: string }>(db, "select items from response_lists");
    expect(written.flatMap(({ items }) => JSON.parse(items) as number[])).toHaveLength(100);
  });
});

test("what no answer needs any longer goes, in whatever order they are removed", async () => {
  const random = createRandom(5);
  for (let round = 0; round < 40; round++) {
    const db = new Database(":memory:");
    for (const statement of answerTables) runSql(db, statement);
    const book = createAnswerBook(db);
    expect(book.bytes()).toBe(0);
    const said = new Map<string, string[]>([["", []]]);
    const some = (most: number) =>
      Array.from({ length: random.int(0, most) }, () => "x".repeat(random.int(1, 400)));
    for (let turn = 0; turn < 12; turn++) {
      const [, before] = random.pick([...said]);
      const [input, output] = [[...before, ...some(3)], some(2)];
      // An id that was there before is replaced.
      const id = `r${random.int(0, 20)}`;
      book.grew(write(db, answerOf(id, input, output), turn));
      said.set(id, [...input, ...output]);
      expect(book.bytes()).toBe(answerBytes(db));
    }
    said.delete("");
    const order = [...said].toSorted(() => random.next() - 0.5);
    for (const [id] of order) {
      expect(book.remove("owner = ? and id = ?", [ownerKey("o"), id], 1)).toBe(1);
      said.delete(id);
      expect(book.bytes()).toBe(answerBytes(db));
      for (const [left, texts] of said) {
        const found = await createAnswerReader(db).find("o", left);
        const items = [...(found?.input ?? []), ...(found?.output ?? [])];
        expect(items.map(({ text }) => JSON.parse(text))).toEqual(texts);
      }
    }
    expect(tables.map((table) => count(db, table))).toEqual([0, 0, 0]);
    db.close();
  }
});

test("owners share nothing, not even what both have said", () => {
  withTables((db) => {
    write(db, answerOf("r1", ["a"], ["b"]));
    write(db, { ...answerOf("r1", ["a"], ["b"]), owner: "p" });
    expect(tables.map((table) => count(db, table))).toEqual([2, 2, 4]);
  });
});

test("a file of before gets the tables that it lacks, and keeps its rows", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    const log = sqliteLog();
    await log.open(logPlace(path), noon);
    await log.write([logWrite()]);
    await log.close();
    const raw = new Database(path);
    for (const table of tables) raw.run(`drop table ${table}`);
    raw.close();
    const { database, movedTo } = await openDatabase(path, noon);
    database.close();
    expect(movedTo).toBeNull();
    expect(queryDatabase(path, "select count(*) as n from requests")).toEqual([{ n: 1 }]);
    expect(queryDatabase(path, "select count(*) as n from responses")).toEqual([{ n: 0 }]);
  }));

test("answers count where there is too much, and the oldest of all goes first", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    const log = sqliteLog();
    const place = logPlace(path, { inlineLimit: 0, maxTotalSize: 40_000 });
    await log.open(place, noon);
    const random = createRandom(3);
    const noise = (length: number) =>
      Array.from({ length }, () => random.int(0, 0xffffffff).toString(36)).join("");
    for (let at = 0; at < 40; at++) {
      const entry = { id: idAt(at), timestamp: noon + at };
      const isAnswer = at % 2 === 0;
      await log.write([
        isAnswer
          ? { ...logWrite(entry), answer: answerOf(`r${at}`, [noise(600)], ["ok"]) }
          : logWrite(entry, { request: captured(noise(600)) }),
      ]);
    }
    const answers = await log.engine.answers(place);
    const found = await Promise.all(
      Array.from({ length: 20 }, (_, at) => answers.find("o", `r${2 * at}`)),
    );
    const kept = found.filter((answer) => answer !== null).length;
    const [outside] = queryDatabase<{ bytes: number; n: number }>(
      path,
      "select sum(stored) as bytes, count(*) as n from segments where name is not null",
    );
    await log.close();
    const db = new Database(path);
    expect(answerBytes(db) + (outside?.bytes ?? 0)).toBeLessThanOrEqual(40_000);
    db.close();
    // The newest of both are left, and of answers no fewer than had to go.
    expect(found.at(-1)).not.toBeNull();
    expect(found[0]).toBeNull();
    expect(kept).toBeGreaterThan(2);
    expect(outside?.n).toBeGreaterThan(0);
  }));

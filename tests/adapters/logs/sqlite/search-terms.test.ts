// A search as the index is asked for it: the words that begin as a sought one does are named where they are few.
import { describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { settleSchema } from "../../../../src/adapters/logs/sqlite/schema.ts";
import { matchExpression, searchTable } from "../../../../src/adapters/logs/sqlite/search-index.ts";
import { soughtIn } from "../../../../src/adapters/logs/sqlite/search-terms.ts";

const known: Readonly<Record<string, readonly string[] | null>> = {
  rout: ["route", "router"],
  cli: ["cli", "client"],
  many: null,
};

test.each([
  ["rout", '("route" OR "router")'],
  ["ROUT", '("route" OR "router")'],
  ["claude-cli", '("claude-cli" OR "claude-client")'],
  ["rout cli", '("route" OR "router") AND ("cli" OR "client")'],
  ['"rout"', '"rout"'],
  ["ro", '"ro"'],
  ["many", '"many" *'],
  ["none", '"none" *'],
  // What the index takes for one word, or may.
  ["éclairs", '"éclairs" *'],
  ["\u{E000}cli", '"\u{E000}cli" *'],
  ["ſcli", '"ſcli" *'],
])("%p is asked for as %p", (q, expected) => {
  const wordsFrom = (beginning: string) => known[beginning] ?? (beginning === "many" ? null : []);
  expect(matchExpression(q, wordsFrom)).toBe(expected);
});

describe("the words of an index", () => {
  function createIndex(...texts: readonly string[]) {
    const db = new Database(":memory:");
    settleSchema(db);
    const put = (text: string) =>
      db.run("insert into search (names, asked, answered) values ('', ?, '')", [text]);
    texts.forEach(put);
    const asked = (q: string) => soughtIn(db, q, "search")?.condition?.parameters[0];
    return { db, put, asked };
  }

  test("are named in each way that they go on", () => {
    const { put, asked } = createIndex("Router of routers", "routed", "root route9");
    expect(asked("rout")).toBe('("route9" OR "routed" OR "router" OR "routers")');
    expect(asked("router")).toBe('("router" OR "routers")');
    put("ROUTERS routerless");
    expect(asked("router")).toBe('("router" OR "routerless" OR "routers")');
    expect(asked("absent")).toBe('"absent" *');
  });

  test("are not where they are many, or not plain", () => {
    const many = Array.from({ length: 13 }, (_, place) => `word${place}`).join(" ");
    const { asked } = createIndex(many, "plainest plain\u0436");
    expect(asked("word")).toBe('"word" *');
    expect(asked("word1")).toBe('("word1" OR "word10" OR "word11" OR "word12")');
    expect(asked("plain")).toBe('"plain" *');
  });

  test("are seen by a connection that cannot write, and after the index was begun anew", () => {
    const { db, put, asked } = createIndex("router");
    db.run("pragma query_only = on");
    expect(asked("rout")).toBe('("router")');
    expect(() => put("routes")).toThrow("readonly");
    db.run("pragma query_only = off");
    db.run("drop table search");
    db.run(searchTable("search"));
    put("routes");
    expect(asked("rout")).toBe('("routes")');
  });
});

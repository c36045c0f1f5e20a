// Which conditions a filter comes to, and which indexes lead to its rows.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import type { LogFilter } from "../../../../src/ports/browse.ts";
import {
  filterConditions,
  keysInRange,
} from "../../../../src/adapters/logs/sqlite/list-statement.ts";
import { settleSchema } from "../../../../src/adapters/logs/sqlite/schema.ts";

const known = { original_model: ["m-1", "m-2"], mapped_model: ["m-3"], client: ["codex/1"] };
const conditionsOf = (filter: Partial<LogFilter>) =>
  filterConditions(filter, (column) => known[column]);

test.each<[string, Partial<LogFilter>, readonly string[]]>([
  ["nothing", {}, []],
  [
    "part of a model's name",
    { model: "m" },
    ["(+original_model in (?, ?) or +mapped_model in (?))"],
  ],
  ["a client", { client: "codex" }, ["(+client in (?))"]],
  ["a thread", { thread: "0d1f2a3b-0000-8000-8000-00000000abcd" }, ["+thread_id = ?"]],
  ["one status", { status: { from: 404, to: 404 } }, ["+(status_code) = ?"]],
  ["a class of status", { status: { from: 400, to: 499 } }, ["+(status_code / 100) = ?"]],
  ["a range of status", { status: { from: 400, to: 450 } }, ["+(status_code) between ? and ?"]],
  ["several", { state: "failed", upstream: "u" }, ["+(upstream) = ?", "+(state) = ?"]],
])("a filter by %s", (_, filter, expected) => {
  expect(conditionsOf(filter).map(({ check }) => check.text)).toEqual([...expected]);
});

test.each<[string, Partial<LogFilter>, readonly string[] | null]>([
  [
    "models, each under the name asked for or sent",
    { model: "m" },
    ["true", "true", "mapped_model is not original_model"],
  ],
  ["an upstream", { upstream: "u" }, ["true"]],
  ["a user", { user: "ann" }, ["who is not null"]],
  ["a client", { client: "codex" }, ["client is not null"]],
  ["a state that few have", { state: "failed" }, ["state <> 'completed'"]],
  ["a state that most have", { state: "completed" }, null],
  ["a service that few call", { service_type: "ollama" }, ["service_type <> 'openai'"]],
  ["a service that most call", { service_type: "openai" }, null],
  ["a status that few have", { status: { from: 404, to: 404 } }, ["status_code <> 200"]],
  ["the status that most have", { status: { from: 200, to: 200 } }, null],
  ["the class that most are of", { status: { from: 200, to: 299 } }, null],
  ["a range above it", { status: { from: 201, to: 404 } }, ["status_code <> 200"]],
])("a filter by %s is read from what its index holds", (_, filter, expected) => {
  const [condition] = conditionsOf(filter);
  const found = condition?.terms?.map(({ indexed }) => indexed) ?? null;
  expect(found).toEqual(expected === null ? null : [...expected]);
});

test("a part that stands in no name lets nothing through", () => {
  const [condition] = filterConditions({ model: "none" }, () => []);
  expect(condition).toMatchObject({ check: { text: "(false or false)" }, terms: [] });
});

test("every index that a filter names is one of the log's", () => {
  const db = new Database(":memory:");
  settleSchema(db);
  const there = db
    .query<{ name: string }, []>("select name from sqlite_master where type = 'index'")
    .all()
    .map(({ name }) => name);
  const id = "0d1f2a3b-0000-8000-8000-00000000abcd";
  const filter = { model: "m", client: "codex", thread: id, resent_from: id, user: "ann" };
  const others = [
    { service_type: "ollama", state: "failed", status: { from: 404, to: 404 } },
    { upstream: "u", status: { from: 400, to: 499 } },
    { status: { from: 400, to: 450 } },
  ] as const;
  const conditions = [filter, ...others].flatMap((own) => conditionsOf(own));
  const named = conditions.flatMap(({ terms }) => terms ?? []).map(({ index }) => index);
  expect(new Set(named).size).toBe(11);
  expect(there).toEqual(expect.arrayContaining(named));
});

const keyOfId = "coalesce((select seq from requests where id = ?), ?)";
test.each([
  [{}, undefined, []],
  [{ since: 1, until: 2 }, undefined, ["seq >= ?", "seq < ?"]],
  [{ before: "0" }, undefined, [`seq < ${keyOfId}`]],
  [{ until: 2, before: "0" }, undefined, [`seq < min(?, ${keyOfId})`]],
  [{ since: 1, until: 2, before: "0" }, 3, ["seq >= ?", "seq < ?"]],
])("the keys of %j, below %p, have one bound on each side", (range, below, expected) => {
  expect(keysInRange(range, "seq", below).map(({ text }) => text)).toEqual(expected);
});

// Which conditions a filter comes to, and which of them leads.
import { expect, test } from "bun:test";
import {
  type Condition,
  filterConditions,
  leadOf,
  listStatement,
} from "../../../../src/adapters/logs/sqlite/list-statement.ts";
import type { LogFilter } from "../../../../src/ports/browse.ts";

test.each<[string, Partial<LogFilter>, readonly string[]]>([
  ["nothing", {}, []],
  ["a model, by the column asked for", { model: "m" }, ["mapped_model = ?"]],
  ["one status", { status: { from: 404, to: 404 } }, ["status_code = ?"]],
  ["a class of status", { status: { from: 400, to: 499 } }, ["status_code / 100 = ?"]],
  ["a range of status", { status: { from: 400, to: 450 } }, ["status_code between ? and ?"]],
  ["several", { state: "failed", upstream: "u" }, ["upstream = ?", "state = ?"]],
])("a filter by %s", (_, filter, expected) => {
  const conditions = filterConditions({ limit: 5, ...filter }, "mapped_model");
  expect(conditions.map(({ column, test: is }) => `${column} ${is}`)).toEqual([...expected]);
});

const conditions: readonly Condition[] = ["a", "b", "c"].map((column) => ({
  column,
  test: "= ?",
  parameters: [column],
  indexed: column === "b" ? "b <> 1" : "true",
}));

test.each<[string, readonly number[], string | undefined]>([
  ["that lets fewest rows through", [5, 2, 9], "b"],
  ["that comes first of equals", [5, 2, 2], "b"],
  ["that lets none through", [5, 2, 0], "c"],
])("the condition %s leads", (_, rows, expected) => {
  expect(leadOf(conditions, rows)?.column).toBe(expected);
});

test.each<[string, Partial<LogFilter>, readonly (string | null)[]]>([
  ["the model asked for", { model: "m" }, ["mapped_model is not original_model"]],
  ["an upstream", { upstream: "u" }, ["true"]],
  ["a state that few have", { state: "failed" }, ["state <> 'completed'"]],
  ["a state that most have", { state: "completed" }, [null]],
  ["a service that few call", { service_type: "ollama" }, ["service_type <> 'openai'"]],
  ["a service that most call", { service_type: "openai" }, [null]],
  ["a status that few have", { status: { from: 404, to: 404 } }, ["status_code <> 200"]],
  ["the status that most have", { status: { from: 200, to: 200 } }, [null]],
  ["the class that most are of", { status: { from: 200, to: 299 } }, [null]],
  ["a range above it", { status: { from: 201, to: 404 } }, ["status_code <> 200"]],
])("a filter by %s is read from what its index holds", (_, filter, expected) => {
  const found = filterConditions({ limit: 5, ...filter }, "mapped_model");
  expect(found.map(({ indexed }) => indexed)).toEqual([...expected]);
});

test("no condition, no lead", () => {
  expect(leadOf([], [])).toBeNull();
});

test("the index of the lead is used, the others' are not", () => {
  const { text, parameters } = listStatement({}, 6, conditions, conditions[1] ?? null);
  expect(text).toContain("where +(a) = ? and b <> 1 and (b) = ? and +(c) = ?");
  expect(parameters).toEqual(["a", "b", "c", 6]);
});

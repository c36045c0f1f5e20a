// What is filtered on the dashboard, as a file.
import { expect, test } from "bun:test";
import { csvCell, exportRows } from "../../../../src/adapters/pages/request/export.ts";
import type { LogFilter } from "../../../../src/ports/browse.ts";
import { sampleDetail } from "../sample.ts";

test.each([
  [null, ""],
  [12, "12"],
  [true, "true"],
  ["plain", "plain"],
  ['a "b", c', '"a ""b"", c"'],
  ["two\nlines", '"two\nlines"'],
  ["=cmd()", "'=cmd()"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ['@sum("a")', `"'@sum(""a"")"`],
])("%p becomes %p, which no spreadsheet runs", (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});

const rows = ["a", "b", "c"].map((id) => sampleDetail({ id, error_message: `${id}, "x"` }));

/** A log of three pages with a row each. */
function log(asked: LogFilter[]) {
  return {
    list(filter: LogFilter) {
      asked.push(filter);
      const at = rows.findIndex(({ id }) => id === filter.before) + 1;
      const next = at + 1 < rows.length ? (rows[at]?.id ?? null) : null;
      return Promise.resolve({ logs: rows.slice(at, at + 1), next });
    },
  };
}

test("all pages of what is filtered are given out, newest first", async () => {
  const asked: LogFilter[] = [];
  const response = exportRows(log(asked), { limit: 50, model: "m" }, "json");
  expect(response.headers.get("content-disposition")).toBe('attachment; filename="requests.json"');
  const read = (await response.json()) as { readonly id: string }[];
  expect(read.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(asked).toEqual([
    { limit: 500, model: "m" },
    { limit: 500, model: "m", before: "a" },
    { limit: 500, model: "m", before: "b" },
  ]);
});

test("as CSV it has a column for each field but lists and headers", async () => {
  const lists = ["attempts", "dropped", "warnings", "request_headers", "response_headers"];
  const bodies = /_body/;
  const fields = Object.keys(rows[0] ?? {}).filter(
    (name) => !lists.includes(name) && !bodies.test(name),
  );
  const text = await exportRows(log([]), { limit: 50 }, "csv").text();
  expect(text.slice(0, text.indexOf("\r\n")).split(",").toSorted()).toEqual(fields.toSorted());
});

test("as CSV each row is a line under the columns' names", async () => {
  const text = await exportRows(log([]), { limit: 50 }, "csv").text();
  const lines = text.trimEnd().split("\r\n");
  expect(lines[0]).toStartWith("id,timestamp,completed_at,state,status_code,");
  expect(lines.slice(1).map((line) => line.slice(0, 2))).toEqual(["a,", "b,", "c,"]);
  expect(lines[1]).toContain(',"a, ""x""",');
});

test("nothing filtered is an empty list", async () => {
  const nothing = { list: () => Promise.resolve({ logs: [], next: null }) };
  expect(await exportRows(nothing, { limit: 50 }, "json").json()).toEqual([]);
});

// The dashboard's query string.
import { expect, test } from "bun:test";
import {
  dashboardHref,
  readQuery,
} from "../../../../src/adapters/pages/dashboard/dashboard-query.ts";
import type { LogFilter } from "../../../../src/ports/browse.ts";

const read = (query: string) => readQuery(new URLSearchParams(query));
const id = "0195a2c4-0000-7000-8000-000000000001";

test.each<[string, Partial<LogFilter>]>([
  ["", {}],
  ["q=%20llama%20", { q: "llama" }],
  ["model=a&upstream=b", { model: "a", upstream: "b" }],
  ["status=404", { status: { from: 404, to: 404 } }],
  ["status=5XX", { status: { from: 500, to: 599 } }],
  ["state=failed&service_type=ollama", { state: "failed", service_type: "ollama" }],
  [`before=${id}`, { before: id }],
])("%p filters by what it says", (query, filter) => {
  expect(read(query).filter).toEqual({ limit: 50, ...filter });
});

test.each(["status=9", "status=6xx", "state=gone", "service_type=x"])(
  "%p filters nothing and says so",
  (query) => {
    const { filter, unread } = read(query);
    expect(filter).toEqual({ limit: 50 });
    expect(unread.map(String)).toEqual([query.split("=")[0] ?? ""]);
  },
);

test("a place to go on from that is not an id is passed over", () => {
  expect(read("before=1'--").filter.before).toBeUndefined();
});

test("an address made from a filter reads back as the same filter", () => {
  const { fields } = read("q=a%26b+c&status=4xx&state=failed");
  const href = dashboardHref(fields, id);
  expect(read(href.slice(href.indexOf("?")))).toEqual(
    read(`q=a%26b+c&status=4xx&state=failed&before=${id}`),
  );
  expect(dashboardHref({})).toBe("/");
});

// The dashboard's query string.
import { expect, test } from "bun:test";
import {
  dashboardHref,
  readQuery,
} from "../../../../src/adapters/pages/dashboard/dashboard-query.ts";
import type { LogFilter } from "../../../../src/ports/browse.ts";

const now = Date.parse("2026-03-12T16:42:30.000Z");
const read = (query: string, zone = "UTC") => readQuery(new URLSearchParams(query), now, zone);
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
  const query = "q=a%26b+c&status=4xx&state=failed&user=mara&client=curl%2F8&period=7d&by=user";
  const { address } = read(query);
  const href = dashboardHref(address, { before: id });
  expect(read(href.slice(href.indexOf("?")))).toEqual(read(`${query}&before=${id}`));
  expect(dashboardHref({})).toBe("/");
});

const at = (iso: string) => Date.parse(iso);

test("without a period, figures are of the last 24 h and the list is of all times", () => {
  const { period, show, filter } = read("");
  expect(show).toBe("calls");
  expect(period).toMatchObject({ name: "24h", by: "model", isChosen: false });
  expect(period.range).toEqual({ since: at("2026-03-11T16:42:00Z"), until: null });
  expect(filter).toEqual({ limit: 50 });
});

test("a period that is chosen holds for the list, too", () => {
  expect(read("period=1h").filter).toEqual({ limit: 50, since: at("2026-03-12T15:42:00Z") });
});

test("times without a zone are the reader's, others say theirs", () => {
  const { period, filter } = read(
    "since=2026-03-11T08:00&until=2026-03-12T00:00Z",
    "Asia/Kathmandu",
  );
  expect(period.name).toBe("custom");
  expect(filter).toMatchObject({
    since: at("2026-03-11T02:15:00Z"),
    until: at("2026-03-12T00:00:00Z"),
  });
});

test.each([
  ["period=2h", "period"],
  ["since=yesterday", "since"],
  ["since=2026-03-12&until=2026-03-11", "until"],
  ["by=route", "by"],
  ["show=all", "show"],
  ["sort=size", "sort"],
  ["thread=1", "thread"],
  ["before=x%20y", "before"],
])("%p is left out and said so", (query, name) => {
  const { filter, unread } = read(query);
  expect(filter).toEqual({ limit: 50 });
  expect(unread.map(String)).toEqual([name]);
});

test("a parameter that is not known is named", () => {
  expect(read("q=a&colour=red&colour=blue").unknown).toEqual(["colour"]);
});

test("another order goes on from places that are no ids", () => {
  const { filter } = read(`sort=cost&before=12.5:${id}`);
  expect(filter).toEqual({ limit: 50, sort: "cost", before: `12.5:${id}` });
});

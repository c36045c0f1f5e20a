// The performance page and the points of its chart.
import { expect, test } from "bun:test";
import { Elysia } from "elysia";
import {
  performanceHref,
  pointsFilter,
  readPerformance,
} from "../../../src/adapters/pages/performance/performance-query.ts";
import { pages } from "../../../src/adapters/pages/pages.ts";
import type { PointsFilter } from "../../../src/ports/browse.ts";
import { openPage, sampleBrowse, sampleDeps, sampleDetail, elementText } from "./sample.ts";

const read = (query: string) => readPerformance(new URLSearchParams(query));

test("what is not chosen, or cannot be read, is what is usual", () => {
  const usual = read("");
  expect(usual).toEqual({
    y: "duration_ms",
    x: "completion_tokens",
    by: "model",
    scale: "log",
    hours: "24",
    service_type: "",
    model: "",
  });
  expect(read("y=x&x=constructor&by=&hours=-1&scale=toString")).toEqual(usual);
});

test("an address made from a choice reads back as the same choice", () => {
  const chosen = read("y=ttft_ms&x=total_tokens&by=upstream&hours=168&model=a%26b&scale=linear");
  const href = performanceHref("/performance", chosen);
  expect(read(href.slice(href.indexOf("?")))).toEqual(chosen);
  expect(performanceHref("/performance", read(""))).toBe("/performance");
});

test("the log is asked for the calls of the period, the model and the API chosen", () => {
  expect(pointsFilter(read(""), 100_000_000)).toEqual({ since: 13_600_000, limit: 50_000 });
  expect(pointsFilter(read("hours=1&model=m&service_type=ollama"), 3_600_000)).toEqual({
    since: 0,
    limit: 50_000,
    model: "m",
    service_type: "ollama",
  });
});

const rows = [
  sampleDetail({ id: "a" }),
  sampleDetail({ id: "b", mapped_model: "other", duration_ms: 9_000 }),
  sampleDetail({ id: "c", state: "failed", completion_tokens: null }),
  sampleDetail({ id: "d", state: "failed", mapped_model: null, original_model: null }),
];

async function points(query: string): Promise<unknown> {
  const app = new Elysia().use(pages(sampleDeps(sampleBrowse(rows))));
  return (await app.handle(new Request(`http://router.lan/performance/points${query}`))).json();
}

test("the chart gets columns; calls without one of the values are left out", async () => {
  expect(await points("")).toEqual({
    names: ["llama3-8b", "other"],
    id: ["a", "b", "d"],
    x: [34, 34, 34],
    y: [2_100, 9_000, 2_100],
    group: [0, 1, -1],
    failed: [2],
  });
});

test("it gets the axes and the colours that were chosen", async () => {
  expect(await points("?x=prompt_tokens&y=ttft_ms&by=upstream")).toMatchObject({
    names: ["fast-box"],
    x: [12, 12, 12, 12],
    y: [200, 200, 200, 200],
    group: [0, 0, 0, 0],
  });
});

test("the table has the figures by model, and the slowest calls are a link away", async () => {
  const asked: PointsFilter[] = [];
  const log = sampleBrowse(rows);
  const performance = (filter: PointsFilter) => {
    asked.push(filter);
    return log.performance(filter);
  };
  const { document } = await openPage({ ...log, performance }, "/performance?hours=6");
  const table = [...document.querySelectorAll(".figures-table tbody tr")].map((row) =>
    [...row.children].map((cell) => cell.textContent.trim()),
  );
  expect(table).toEqual([
    ["llama3-8b", "2", "2.1 s", "2.1 s", "200 ms", "18", "50 %"],
    ["other", "1", "9.0 s", "9.0 s", "200 ms", "3.9", "0 %"],
  ]);
  expect(document.querySelector(".slowest a")?.getAttribute("href")).toBe("/request/b");
  expect(asked[0]?.since).toBe(Date.parse("2026-03-12T10:00:10.000Z"));
});

test("a log that cannot be read is reported as such, in the chart's data, too", async () => {
  const browse = {
    ...sampleBrowse(rows),
    performance: () => Promise.reject(new Error("secret detail")),
  };
  const { status, document } = await openPage(browse, "/performance");
  expect(status).toBe(503);
  expect(elementText(document, "h1")).toBe("The log cannot be read right now");
  const data = await openPage(browse, "/performance/points");
  expect(data.status).toBe(503);
  expect(data.document.body.textContent).not.toContain("secret detail");
});

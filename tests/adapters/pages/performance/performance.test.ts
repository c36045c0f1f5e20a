// The performance page and the points of its chart.
import { expect, test } from "bun:test";
import { Elysia } from "elysia";
import {
  listHref,
  performanceHref,
  periodQuestion,
  pointsFilter,
  readPerformance,
} from "../../../../src/adapters/pages/performance/performance-query.ts";
import { speedsOf } from "../../../../src/adapters/pages/performance/speeds.ts";
import { pages } from "../../../../src/adapters/pages/pages.ts";
import type { PointsFilter } from "../../../../src/ports/browse.ts";
import type { PeriodQuestion } from "../../../../src/ports/periods.ts";
import { samplePoints } from "../../../browser/sample-day.ts";
import {
  elementText,
  openPage,
  pointOf,
  sampleBrowse,
  sampleDeps,
  sampleDetail,
} from "../sample.ts";

const now = Date.parse("2026-03-12T16:00:10.000Z");
const read = (query: string) => readPerformance(new URLSearchParams(query), now, "UTC");
const at = (iso: string) => Date.parse(iso);

test("what is not chosen, or cannot be read, is what is usual, and the latter is named", () => {
  const usual = { y: "duration_ms", x: "completion_tokens", scale: "log", unread: [], unknown: [] };
  expect(read("")).toMatchObject(usual);
  expect(read("").period).toMatchObject({ name: "24h", by: "model" });
  expect(read("y=x&x=constructor&by=&scale=toString&hours=6&period=2h")).toMatchObject({
    ...usual,
    unread: ["period", "y", "x", "scale"],
    unknown: ["hours"],
  });
});

test("an address made from a choice reads back as the same choice", () => {
  const query = "y=ttft_ms&x=total_tokens&by=user&period=7d&model=a%26b&client=curl&scale=linear";
  const chosen = read(query);
  const href = performanceHref(chosen.address);
  expect(read(href.slice(href.indexOf("?")))).toEqual(chosen);
  expect(performanceHref(read("y=duration_ms&scale=log").address)).toBe("/performance");
});

test("points and figures are asked for with what the list filters by, and the period", () => {
  const query = read("period=1h&model=m&user=ann&client=curl&status=5xx&state=failed&upstream=box");
  const filter = {
    model: "m",
    user: "ann",
    client: "curl",
    upstream: "box",
    state: "failed",
    status: { from: 500, to: 599 },
    since: at("2026-03-12T15:00:00Z"),
  };
  expect(pointsFilter(query)).toEqual({ ...filter, limit: 10_000 } as PointsFilter);
  expect(periodQuestion(query)).toEqual({ filter, by: "model" } as PeriodQuestion);
});

test("the list of the same calls is of the same period, chosen or not", () => {
  expect(listHref(read("user=ann"))).toBe("/?user=ann&period=24h");
  expect(listHref(read("user=ann&period=7d&y=ttft_ms"))).toBe("/?user=ann&period=7d");
  const custom = "since=2026-03-11T08%3A00Z&until=2026-03-12T00%3A00Z";
  expect(listHref(read(custom), { sort: "duration" })).toBe(`/?${custom}&sort=duration`);
});

const rows = [
  sampleDetail({ id: "a", auth_user: "ann" }),
  sampleDetail({ id: "b", mapped_model: "other", duration_ms: 9_000, client: "curl/8" }),
  sampleDetail({ id: "c", state: "failed", completion_tokens: null }),
  sampleDetail({ id: "d", state: "failed", mapped_model: null, original_model: null }),
];

async function points(query: string): Promise<unknown> {
  const app = new Elysia().use(pages(sampleDeps(sampleBrowse(rows))));
  return (await app.handle(new Request(`http://router.lan/performance/points${query}`))).json();
}

test("the chart gets columns; calls without one of the values are left out", async () => {
  expect(await points("")).toEqual({
    names: ["llama3-8b", "other", "no model"],
    id: ["a", "b", "d"],
    x: [34, 34, 34],
    y: [2_100, 9_000, 2_100],
    group: [0, 1, 2],
    failed: [2],
  });
});

test.each([
  ["upstream", ["fast-box"], [0, 0, 0, 0]],
  ["user", ["10.0.0.7", "ann"], [1, 0, 0, 0]],
  ["client", ["not said", "curl/8"], [0, 1, 0, 0]],
])("it gets the axes that were chosen, and colours by %s", async (by, names, group) => {
  expect(await points(`?x=prompt_tokens&y=ttft_ms&by=${by}`)).toMatchObject({
    names,
    group,
    x: [12, 12, 12, 12],
    y: [200, 200, 200, 200],
  });
});

test("calls of several names together have no colour of their own", async () => {
  const log = sampleBrowse(rows);
  const period: typeof log.period = async (question) => {
    const own = await log.period(question);
    const groups = (own.groups ?? []).map((group, place) =>
      place === 0 ? group : { ...group, name: "other", rest: true as const },
    );
    return { ...own, groups: groups.slice(0, 2) };
  };
  const app = new Elysia().use(pages(sampleDeps({ ...log, period })));
  const answer = await app.handle(new Request("http://router.lan/performance/points"));
  expect(await answer.json()).toMatchObject({ names: ["llama3-8b"], group: [0, -1, -1] });
  const { document } = await openPage({ ...log, period }, "/performance");
  const swatches = [...document.querySelectorAll(".figures-table .swatch")];
  expect(swatches.map((swatch) => swatch.getAttribute("class"))).toEqual([
    "swatch s1",
    "swatch s0",
  ]);
});

test("ten thousand points take as much by user as by model", async () => {
  const drawn = samplePoints(10_000);
  const log = { ...sampleBrowse([]), performance: () => Promise.resolve({ points: drawn }) };
  const app = new Elysia().use(pages(sampleDeps(log)));
  const size = async (query: string) => {
    const url = `http://router.lan/performance/points${query}`;
    const answer = await app.handle(new Request(url));
    return (await answer.arrayBuffer()).byteLength;
  };
  const byModel = await size("");
  expect(byModel).toBeLessThan(600_000);
  expect(Math.abs((await size("?by=user")) - byModel)).toBeLessThan(20_000);
});

test("the table has the figures by model, and the slowest calls are a link away", async () => {
  const asked: PointsFilter[] = [];
  const log = sampleBrowse(rows);
  const performance = (filter: PointsFilter) => {
    asked.push(filter);
    return log.performance(filter);
  };
  const { document } = await openPage({ ...log, performance }, "/performance?period=1h");
  const table = [...document.querySelectorAll(".figures-table tbody tr")].map((row) =>
    [...row.children].map((cell) => cell.textContent.trim()),
  );
  expect(table).toEqual([
    ["llama3-8b", "2", "50 %", "2.1 s", "2.1 s", "200 ms", "18"],
    ["other", "1", "0 %", "9.0 s", "9.0 s", "200 ms", "3.9"],
    ["no model", "1", "100 %", "–", "–", "–", "–"],
  ]);
  expect(document.querySelector(".figures-table a")?.getAttribute("href")).toBe(
    "/performance?model=llama3-8b&period=1h",
  );
  expect(document.querySelector(".slowest a")?.getAttribute("href")).toBe("/request/b");
  expect(asked[0]?.since).toBe(at("2026-03-12T15:00:00.000Z"));
});

test("tokens a second say of how many calls they are", async () => {
  const { document } = await openPage(sampleBrowse(rows), "/performance");
  expect(elementText(document, ".figures")).toContain("Speed3.9 tokens/sof 2 streamed");
  expect(elementText(document, ".by-group .section-head")).toContain("of 2 streamed ones drawn");
});

test("plain calls, failed ones and short ones say nothing of speed", () => {
  const plain = { ttft_ms: null };
  const short = { duration_ms: 210 };
  const calls = [{}, plain, short, { state: "failed" as const }].map((over) =>
    pointOf(sampleDetail(over)),
  );
  const { all, by } = speedsOf(calls, "upstream");
  expect(all).toEqual({ median: 34_000 / 1_900, calls: 1 });
  expect(by.get("fast-box")?.calls).toBe(1);
});

test("a part of the calls does not look as if it were all", async () => {
  const drawn = samplePoints(10_000);
  const log = sampleBrowse(rows);
  const figures = { requests: 31_234, errors: 0, error_rate: 0 };
  const period: typeof log.period = async (question) => {
    const own = await log.period(question);
    return { ...own, figures: { ...own.figures, ...figures } };
  };
  const performance = () => Promise.resolve({ points: drawn });
  const { document } = await openPage({ ...log, period, performance }, "/performance");
  expect(elementText(document, ".scatter .section-head")).toContain(
    "the newest 10,000 of 31,234 calls",
  );
  expect(elementText(document, ".over-time .section-head")).toContain("of the newest 10,000 calls");
});

test("where words are searched for, a part of the calls is named as such, too", async () => {
  const log = sampleBrowse(rows);
  const period: typeof log.period = async (question) => ({
    ...(await log.period(question)),
    cut: { calls: 4 },
  });
  const { document } = await openPage({ ...log, period }, "/performance?q=sought");
  expect(elementText(document, ".scatter .section-head")).toContain("the newest 4 calls");
  expect(elementText(document, ".over-time .section-head")).toContain("of the newest 4 calls");
});

test("where no call completed there are no times to draw, and that is said", async () => {
  const failed = rows.filter(({ state }) => state === "failed");
  const { document } = await openPage(sampleBrowse(failed), "/performance");
  expect(elementText(document, ".lines .nothing")).toBe("No completed call says.");
  expect(document.querySelector(".lines .axis")).toBeNull();
});

test("a slice of the time line leads to its calls", async () => {
  const { document } = await openPage(sampleBrowse(rows), "/performance?by=user");
  const [slice, ...more] = document.querySelectorAll(".lines a");
  expect(more).toHaveLength(1);
  expect(slice?.getAttribute("aria-label")).toBe(
    "03-12 16:00–16:00 UTC: median 2.1 s, p95 9.0 s, 4 calls",
  );
  expect(slice?.getAttribute("href")).toBe("/performance?since=2026-03-12T16%3A00Z&by=user");
});

test("the filter leads to the list, and from there back", async () => {
  const log = sampleBrowse(rows);
  const chart = await openPage(log, "/performance?user=ann&period=7d&by=client&y=ttft_ms");
  const list = chart.document.querySelector(".list-link")?.getAttribute("href") ?? "";
  expect(list).toBe("/?user=ann&period=7d&by=client");
  const { document } = await openPage(log, list);
  expect(document.querySelector(".paging a")?.getAttribute("href")).toBe(
    "/performance?user=ann&period=7d&by=client",
  );
});

test("what of the address is not known gets a line, and filters that are set stay in the form", async () => {
  const { document } = await openPage(
    sampleBrowse(rows),
    "/performance?hours=6&user=ann&y=ttft_ms&status=9",
  );
  const line = elementText(document, ".unread");
  expect(line).toContain('"hours" is not a parameter of this page.');
  expect(line).toContain("status cannot be read");
  expect(document.querySelector("input[name=user]")?.getAttribute("value")).toBe("ann");
  expect(document.querySelector("input[name=y]")?.getAttribute("value")).toBe("ttft_ms");
});

test("where nothing has ended the page says so, and how to see more", async () => {
  const none = await openPage(sampleBrowse([]), "/performance?user=ann");
  expect(elementText(none.document, ".notice")).toContain(
    "No call that matches ended in the last 24 h.",
  );
  expect(none.document.querySelector(".notice a")?.getAttribute("href")).toBe("/performance");
  const log = { ...sampleBrowse(rows), performance: () => Promise.resolve({ points: [] }) };
  const running = await openPage(log, "/performance?state=inflight");
  expect(elementText(running.document, ".notice")).toContain("has not ended yet");
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

const opening = { accept: "text/html" };

test("a browser gets heading and filters before the log has answered", async () => {
  const log = sampleBrowse(rows);
  const asked = Promise.withResolvers<Awaited<ReturnType<typeof log.performance>>>();
  const app = new Elysia().use(pages(sampleDeps({ ...log, performance: () => asked.promise })));
  const hostile = encodeURIComponent("<!--later-->");
  const answer = await app.handle(
    new Request(`http://router.lan/performance?user=${hostile}`, { headers: opening }),
  );
  const reader = answer.body?.getReader();
  const text = async () => new TextDecoder().decode((await reader?.read())?.value);
  const first = await text();
  expect(first).toContain("<h1>Performance</h1>");
  expect(first).toContain('id="filters"');
  expect(first).not.toContain("figures-table");
  asked.resolve(await log.performance({ since: 0, limit: 10 }));
  const rest = await text();
  expect(rest).toContain("figures-table");
  expect(rest.endsWith("</html>")).toBe(true);
});

test("the chart shows the calls that its page was made of, read once", async () => {
  let reads = 0;
  const log = sampleBrowse(rows);
  const performance: typeof log.performance = (filter) => {
    reads++;
    return log.performance(filter);
  };
  const app = new Elysia().use(pages(sampleDeps({ ...log, performance })));
  const get = async (path: string) =>
    (await app.handle(new Request(`http://router.lan${path}`, { headers: opening }))).text();
  await get("/performance?user=ann");
  const drawn = await get("/performance/points?user=ann&x=prompt_tokens");
  expect(reads).toBe(1);
  expect(drawn).toContain('"a"');
  await get("/performance/points?user=ann");
  await get("/performance/points?user=bob");
  expect(reads).toBe(3);
});

test("a page that has begun says below it that the log cannot be read", async () => {
  const performance = () => Promise.reject(new Error("secret detail"));
  const log = { ...sampleBrowse(rows), performance };
  const { status, document } = await openPage(log, "/performance", {}, opening);
  expect(status).toBe(200);
  expect(elementText(document, "h1")).toBe("Performance");
  expect(elementText(document, ".notice.bad")).toContain("The log cannot be read right now");
  expect(document.body.textContent).not.toContain("secret detail");
});

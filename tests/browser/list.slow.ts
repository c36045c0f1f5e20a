// The list of requests, its filters, periods and chart, as people use them: by pointer, by keyboard, there and back.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { periodOfCalls } from "../../src/adapters/logs/rows/period-of-calls.ts";
import { expectFaultless } from "./faults.ts";
import { samplePoints } from "./sample-day.ts";
import { sampleLog, sampleRows } from "./sample-log.ts";
import { servePages, type ServedPages } from "./serve-pages.ts";
import { launchBrowser, sizes, still, visit as visitWith } from "./visit.ts";

const rows = sampleRows(64);
const day = samplePoints(1_000);

let browser: Browser;
let served: ServedPages;
/** With a whole day of calls under the chart. */
let servedDay: ServedPages;

beforeAll(async () => {
  browser = await launchBrowser();
  const log = sampleLog(rows);
  served = servePages(log);
  servedDay = servePages({
    ...log,
    period: (question) => Promise.resolve(periodOfCalls(day, question)),
  });
});

afterAll(async () => {
  await browser.close();
  await served.stop();
  await servedDay.stop();
});

const visit = async (options: BrowserContextOptions, act: (page: Page) => Promise<void>) => {
  const wrong = await visitWith(browser, { ...still, ...options }, act);
  expect(wrong).toEqual([]);
};

/** Rows of which all is in the window. */
const rowsInSight = `
  [...document.querySelectorAll("#requests tbody tr")]
    .filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length
`;

test("at 1280 × 720 twelve requests are in sight beneath figures, chart, calls under way and filters", () =>
  visit({ viewport: { width: 1280, height: 720 } }, async (page) => {
    await page.goto(servedDay.origin, { waitUntil: "load" });
    for (const part of ["#figures", ".period-chart", "#inflight", ".filters"])
      expect(await page.locator(part).isVisible()).toBe(true);
    expect(await page.evaluate<number>(rowsInSight)).toBeGreaterThanOrEqual(12);
  }));

test("on a phone a request takes two lines, and nothing is wider than the window", () =>
  visit({ viewport: sizes.phone }, async (page) => {
    await page.goto(servedDay.origin, { waitUntil: "load" });
    const heights = await page.evaluate<number[]>(
      `[...document.querySelectorAll("#requests tbody tr")].slice(0, 10).map((row) => row.offsetHeight)`,
    );
    expect(Math.max(...heights)).toBeLessThan(64);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
  }));

test.each([
  "/?period=24h&by=user&show=cost",
  "/?q=retry&status=9&x=1&since=2026-03-01",
  "/?q=judge",
])("%s has no fault that axe-core knows, at any width, light and dark", (path) =>
  visit({ viewport: { width: 390, height: 900 }, colorScheme: "light" }, async (page) => {
    await page.goto(servedDay.origin + path, { waitUntil: "load" });
    await page.locator("#range summary").click();
    await expectFaultless(page);
  }),
);

test("a phone shows the search and what filters, and every other field when asked by keyboard", () =>
  visit({ viewport: { width: 390, height: 844 } }, async (page) => {
    await page.goto(`${served.origin}/?model=smol`);
    const shown = () =>
      page
        .locator(".filters :is(input, select)[name]:visible")
        .evaluateAll((fields) => fields.map((field) => field.getAttribute("name")));
    expect(await shown()).toEqual(["q", "model"]);
    await page.getByLabel("More").focus();
    await page.keyboard.press("Space");
    expect(await shown()).toEqual([
      "q",
      "model",
      "upstream",
      "user",
      "client",
      "status",
      "state",
      "service_type",
    ]);
  }));

/** What a search of the sample log finds in answers, in errors, and in what was asked before. */
const searches = ["judge", "retry", "hosted", "connection"] as const;

test("after a search each request shows where it has been found, on a phone, too", async () => {
  for (const viewport of [sizes.phone, sizes.wide])
    await visit({ viewport }, async (page) => {
      for (const q of searches) {
        await page.goto(`${served.origin}/?q=${encodeURIComponent(q)}`, { waitUntil: "load" });
        expect(await page.locator("#requests tbody tr").count()).toBeGreaterThan(0);
        // A mark that is cut off shows nothing.
        const unmarked = await page.evaluate<string[]>(`
          [...document.querySelectorAll("#requests tbody tr")].filter((row) => {
            const box = row.getBoundingClientRect();
            return ![...row.querySelectorAll("mark")].some((mark) => {
              const own = mark.getBoundingClientRect();
              const cell = mark.closest("td").getBoundingClientRect();
              return own.width > 0 && own.left < cell.right && own.top < cell.bottom;
            });
          }).map((row) => row.textContent)`);
        expect({ q, viewport, unmarked }).toEqual({ q, viewport, unmarked: [] });
        const heights = await page.evaluate<number[]>(
          `[...document.querySelectorAll("#requests .place")].map((cell) => cell.offsetHeight)`,
        );
        expect(Math.max(0, ...heights)).toBeLessThan(42);
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
      }
    });
});

test("a request that comes while a search is shown comes with its place", () =>
  visit({ viewport: sizes.wide }, async (page) => {
    const log = sampleLog(rows.slice(3, 12));
    const own = servePages(log);
    await page.goto(`${own.origin}/?q=judge`, { waitUntil: "load" });
    await own.listening;
    const row = { ...rows[11]!, id: "0195a2c5-0001-7000-8000-000000000000" };
    log.add(row);
    own.tell({ kind: "completed", row });
    await page.locator(`#r-${row.id} .place mark`).first().waitFor();
    await own.stop();
  }));

test("filters, orders and pages stand in the address, and come back with the list by link and by history", () =>
  visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(served.origin);
    await page.locator("input[name=client]").fill("opencode");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${served.origin}/?client=opencode`);
    const found = await page.locator("#requests tbody tr").count();
    expect(found).toBeLessThan(40);
    expect(await page.locator("#count").textContent()).toBe(`${found} calls match`);
    await page.getByRole("link", { name: "Cost" }).last().click();
    await page.waitForURL(/sort=cost/);
    const list = page.url();
    expect(await page.locator("th[aria-sort]").textContent()).toContain("Cost");
    await page.locator("a.open").first().click();
    await page.waitForURL(/\/request\//);
    await page.locator("a[rel=next]").click();
    await page.locator(".crumbs a").first().click();
    await page.waitForURL(list);
    await page.locator("a.open").nth(1).click();
    await page.waitForURL(/\/request\//);
    await page.goBack();
    await page.waitForURL(list);
    expect(await page.locator("input[name=client]").inputValue()).toBe("opencode");
  }));

test("a bar is reached and chosen with the keyboard alone, and shows the calls of its time", () =>
  visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(served.origin);
    await page.locator("nav[aria-label='Bars show'] a").last().focus();
    await page.keyboard.press("Tab");
    for (let tabs = 0; tabs < 8; tabs++) {
      if (await page.evaluate("document.activeElement.closest('.period-chart') !== null")) break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("ArrowLeft");
    const label = await page.evaluate<string>("document.activeElement.getAttribute('aria-label')");
    const calls = Number(/: (\d+) calls?/.exec(label)?.[1]);
    expect(calls).toBeGreaterThan(0);
    await page.keyboard.press("Enter");
    await page.waitForURL(/since=/);
    expect(await page.locator("#count").textContent()).toStartWith(`${calls} call`);
    // Beyond the chart its one stop is left by one key.
    await page.locator(".period-chart a").last().focus();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.closest('.period-chart')")).toBeNull();
  }));

test("a time of one's own is chosen in one's own zone, and a period ends it", () =>
  visit({ viewport: sizes.wide, timezoneId: "Asia/Kathmandu" }, async (page) => {
    await page.goto(served.origin);
    await page.reload();
    await page.locator("#range summary").click();
    await page.locator("input[name=since][type=datetime-local]").fill("2026-03-12T22:15");
    await page.locator("input[name=until]").fill("2026-03-12T22:26");
    await page.locator(".range-fields button").click();
    await page.waitForURL(/since=2026-03-12T22%3A15/);
    const times = await page.evaluate<string[]>(
      `[...document.querySelectorAll("#requests .c-time time")].map(({ dateTime }) => dateTime)`,
    );
    expect(times.length).toBeGreaterThan(0);
    for (const time of times) {
      expect(time >= "2026-03-12T16:30").toBe(true);
      expect(time < "2026-03-12T16:41").toBe(true);
    }
    expect(await page.locator("#range summary").textContent()).toBe("03-12 22:15 – 03-12 22:26");
    await page.locator("nav[aria-label=Period] a").first().click();
    await page.waitForURL(`${served.origin}/?period=1h`);
  }));

test("without scripts a time of one's own is typed", () =>
  visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto(served.origin);
    await page.locator("#range summary").click();
    await page.locator("input[name=since]").fill("2026-03-12 16:30");
    await page.locator("input[name=until]").fill("2026-03-12T16:41");
    await page.locator(".range-fields button").click();
    expect(await page.locator("#range summary").textContent()).toBe(
      "03-12 16:30 UTC – 03-12 16:41 UTC",
    );
  }));

test("names of the period are offered to whoever types one", () =>
  visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(servedDay.origin);
    await page.locator("input[name=model]").focus();
    await page.locator("#known-model option[value='claude-3-opus']").waitFor({ state: "attached" });
  }));

test("a name of the breakdown filters by it, without scripts, too", () =>
  visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto(`${served.origin}/?by=upstream`);
    await page.locator("#breakdown a", { hasText: "fast-box" }).click();
    expect(page.url()).toBe(`${served.origin}/?upstream=fast-box&by=upstream`);
    expect(await page.locator("input[name=upstream]").inputValue()).toBe("fast-box");
  }));

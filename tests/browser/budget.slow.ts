// The month's budget on the dashboard: what it says at each level, in every width, light and dark.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { createMonthCost } from "../../src/app/usecases/log/month-cost.ts";
import { periodOfCalls } from "../../src/adapters/logs/rows/period-of-calls.ts";
import { routingOf } from "../lab/routing-of.ts";
import { expectFaultless } from "./faults.ts";
import { samplePoints } from "./sample-day.ts";
import { sampleLog, sampleNow, sampleRows } from "./sample-log.ts";
import { servePages, type ServedPages } from "./serve-pages.ts";
import { launchBrowser, still, visit as visitWith } from "./visit.ts";

const day = samplePoints(1_000);

let browser: Browser;
let served: ServedPages;
/** For what looks at every element. */
let servedFew: ServedPages;
let spent = { cost: 12.4, unpriced: 0 };

beforeAll(async () => {
  browser = await launchBrowser();
  const monthCost = () =>
    createMonthCost(
      {
        period: () =>
          Promise.resolve({ figures: { ...periodOfCalls([], { filter: {} }).figures, ...spent } }),
      },
      { now: () => sampleNow },
    );
  [served, servedFew] = [64, 12].map((count) =>
    servePages(
      {
        ...sampleLog(sampleRows(count)),
        period: (question) => Promise.resolve(periodOfCalls(day, question)),
      },
      {
        routing: () => routingOf("prices: { monthly_budget: 50 }"),
        monthCost: (zone) => monthCost()(zone),
      },
    ),
  ) as [ServedPages, ServedPages];
});

afterAll(async () => {
  await browser.close();
  await served.stop();
  await servedFew.stop();
});

const visit = async (options: BrowserContextOptions, act: (page: Page) => Promise<void>) => {
  expect(await visitWith(browser, { ...still, ...options }, act)).toEqual([]);
};

const text = `document.querySelector("#budget").innerText.replace(/\\s+/g, " ").trim()`;
const colour = `getComputedStyle(document.querySelector("#budget .spent")).fill`;

test("the line says what is spent of how much, and where it leads; its bar changes colour at 80 and at 100 %", () =>
  visit({ viewport: { width: 1280, height: 720 }, timezoneId: "UTC" }, async (page) => {
    const seen: [string, string][] = [];
    for (const now of [
      { cost: 12.4, unpriced: 0 },
      { cost: 41, unpriced: 1 },
      { cost: 61.5, unpriced: 1_204 },
    ]) {
      spent = now;
      await page.goto(served.origin, { waitUntil: "load" });
      seen.push([await page.evaluate<string>(text), await page.evaluate<string>(colour)]);
    }
    expect(seen.map(([words]) => words)).toEqual([
      "$12.40 of $50 this month, 25 % on course for $32.87 by 31 Mar",
      "$41.00 of $50 this month, 82 % nearly spent 1 call could not be priced · on course for $108.67 by 31 Mar",
      "$61.50 of $50 this month, 123 % over budget 1,204 calls could not be priced · on course for $163.00 by 31 Mar",
    ]);
    expect(new Set(seen.map(([, fill]) => fill)).size).toBe(3);
    const href = await page.locator("#budget a").getAttribute("href");
    expect(href).toBe("/?since=2026-03-01T00%3A00Z&show=cost");
  }));

test.each([
  { cost: 12.4, unpriced: 0 },
  { cost: 41, unpriced: 1 },
  { cost: 61.5, unpriced: 1_204 },
])("of %p the line has no fault that axe-core knows, at any width, light and dark", (now) =>
  visit({ viewport: { width: 390, height: 900 }, colorScheme: "light" }, async (page) => {
    spent = now;
    await page.goto(servedFew.origin, { waitUntil: "load" });
    await expectFaultless(page);
  }),
);

test("at 1280 × 720 twelve requests are in sight beneath it", () =>
  visit({ viewport: { width: 1280, height: 720 } }, async (page) => {
    await page.goto(served.origin, { waitUntil: "load" });
    const inSight = `[...document.querySelectorAll("#requests tbody tr")]
      .filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length`;
    expect(await page.evaluate<number>(inSight)).toBeGreaterThanOrEqual(12);
  }));

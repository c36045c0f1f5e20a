// Times in the reader's own zone: never seen in another, with UTC on hover, live pages included.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { samplePoints } from "./sample-day.ts";
import { sampleLog, sampleRows } from "./sample-log.ts";
import { servePages, type ServedPages } from "./serve-pages.ts";
import { launchBrowser, sizes, visit } from "./visit.ts";

const rows = sampleRows(64);
const row = rows.find(({ state }) => state === "completed")!;
const utc = row.timestamp.replace("T", " ").replace(/\.\d+Z$/, "");
/** Kathmandu is 5 h 45 min ahead, all year: no other zone would come out right by chance. */
const timezoneId = "Asia/Kathmandu";
const local = new Date(Date.parse(row.timestamp) + 5.75 * 3_600_000)
  .toISOString()
  .replace("T", " ")
  .replace(/\.\d+Z$/, "");

let browser: Browser;
let served: ServedPages;
beforeAll(async () => {
  browser = await launchBrowser();
  const day = samplePoints(200);
  served = servePages({ ...sampleLog(rows), performance: () => Promise.resolve({ points: day }) });
});
afterAll(async () => {
  await browser.close();
  await served.stop();
});

test("a time is the reader's from the first picture on, and UTC on hover", async () => {
  const wrong = await visit(browser, { timezoneId, viewport: sizes.wide }, async (page) => {
    // What any frame of the page showed, from the first on.
    await page.addInitScript(`
      globalThis.seen = new Set();
      const look = () => {
        const time = document.querySelector(".request-head time");
        if (time) seen.add(time.textContent);
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    `);
    await page.goto(`${served.origin}/request/${row.id}`, { waitUntil: "load" });
    await page.evaluate(
      "new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))",
    );
    expect(await page.evaluate<string[]>("[...seen]")).toEqual([local]);
    expect(await page.locator(".request-head time").getAttribute("title")).toBe(`${utc} UTC`);
  });
  expect(wrong).toEqual([]);
});

test("rows and charts tell both, and a live update changes nothing back", async () => {
  const wrong = await visit(browser, { timezoneId, viewport: sizes.wide }, async (page) => {
    await page.goto(served.origin);
    const time = page.locator(`#r-${row.id} .c-time time`);
    const both = `${local} (${utc} UTC)`;
    expect(await time.getAttribute("title")).toBe(both);
    const before = served.documents();
    served.tell({ kind: "completed", row });
    while (served.documents() === before) await Bun.sleep(20);
    await page.evaluate(
      "new Promise((then) => document.addEventListener('smolrouter:fresh', then, { once: true }))",
    );
    expect(await time.getAttribute("title")).toBe(both);
    const bar = page.locator(".period-chart a").first();
    const from = Number(await bar.getAttribute("data-from"));
    await bar.focus();
    const clock = new Date(from + 5.75 * 3_600_000).toISOString().slice(5, 16).replace("T", " ");
    expect(await bar.getAttribute("aria-label")).toStartWith(`${clock}–`);
    expect(await bar.locator("title").textContent()).toEndWith(" UTC)");
  });
  expect(wrong).toEqual([]);
});

test("without scripts times are UTC, and say so", async () => {
  await visit(browser, { timezoneId, javaScriptEnabled: false }, async (page) => {
    await page.goto(`${served.origin}/request/${row.id}`);
    expect(await page.locator(".request-head time").textContent()).toBe(`${utc} UTC`);
  });
});

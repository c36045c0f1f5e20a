// The scatter of the performance page: dots that can be found, zoomed into and followed.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { PerformancePoint } from "../../src/ports/browse.ts";
import { sampleBrowse } from "../adapters/pages/sample.ts";
import { samplePoints } from "./sample-day.ts";
import { sampleLog, sampleRows } from "./sample-log.ts";
import { servePages } from "./serve-pages.ts";
import { launchBrowser, sizes, visit, watchWork } from "./visit.ts";

/** Of the pointer over the chart. */
const moves = 60;

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser.close());

async function withPoints(
  points: readonly PerformancePoint[],
  act: (page: Page, origin: string) => Promise<void>,
): Promise<void> {
  const own = servePages({
    ...sampleLog(sampleRows(3)),
    performance: () => Promise.resolve({ points }),
  });
  const wrong = await visit(browser, { viewport: sizes.wide }, (page) => act(page, own.origin));
  await own.stop();
  expect(wrong).toEqual([]);
}

const shown = sampleRows(3)[2]!;
const point = (own: Partial<PerformancePoint>): PerformancePoint => ({
  ...samplePoints(1)[0]!,
  ...own,
});
/** Two dots in opposite corners. */
const corners = [
  point({ id: "low", completion_tokens: 1, duration_ms: 1, model: "small" }),
  point({ id: shown.id, completion_tokens: 10_000, duration_ms: 100_000, model: "big" }),
];

async function chart(page: Page) {
  await page.locator("#scatter[data-drawn]").waitFor();
  const box = (await page.locator(".u-over").boundingBox())!;
  // Axes reach a fifth beyond the outermost values.
  const margin = (ratio: number): number => Math.log(1.2) / Math.log(ratio * 1.44);
  return {
    ...box,
    right: box.x + box.width * (1 - margin(10_000)),
    top: box.y + box.height * margin(100_000),
  };
}

test("a dot tells what it is, and a click leads to its request", () =>
  withPoints(corners, async (page, origin) => {
    await page.goto(`${origin}/performance`);
    const { right, top, x, width, y, height } = await chart(page);
    await page.mouse.move(right, top);
    expect(await page.locator(".tip").textContent()).toBe("big\n1.7 min · 10k tokens");
    await page.mouse.move(x + width / 2, y + height / 2);
    expect(await page.locator(".tip").isVisible()).toBe(false);
    await page.mouse.click(right, top);
    await page.waitForURL(`**/request/${shown.id}`);
  }));

test("dragging zooms in, and there is a way back", () =>
  withPoints(corners, async (page, origin) => {
    await page.goto(`${origin}/performance`);
    const { right, top, x, width, y, height } = await chart(page);
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width - 2, y + 2, { steps: 4 });
    await page.mouse.up();
    await page.locator("#zoom-out").waitFor();
    expect(page.url()).toBe(`${origin}/performance`);
    // The dot has moved away from the corner.
    await page.mouse.move(right, top);
    expect(await page.locator(".tip").isVisible()).toBe(false);
    await page.locator("#zoom-out").click();
    await page.mouse.move(right, top);
    expect(await page.locator(".tip").isVisible()).toBe(true);
  }));

test("what is chosen stands in the URL and on the axes", () =>
  withPoints(samplePoints(200), async (page, origin) => {
    await page.goto(`${origin}/performance`);
    await page.locator("select[name=y]").selectOption("ttft_ms");
    await page.waitForURL(/y=ttft_ms/);
    await page.locator("select[name=by]").selectOption("upstream");
    await page.waitForURL(/by=upstream/);
    await page.locator("#scatter[data-drawn]").waitFor();
    expect(await page.locator("#scatter").getAttribute("data-y")).toBe("First token");
    expect(await page.locator(".figures-table tbody th").first().textContent()).toContain("hosted");
  }));

test("50,000 dots are drawn, found and zoomed in the time that there is between frames", () =>
  withPoints(samplePoints(50_000), async (page, origin) => {
    await page.goto(`${origin}/performance`);
    const { x, y, width, height } = await chart(page);
    expect(await page.locator("#scatter").getAttribute("data-drawn")).toMatch(
      /^4[89]\d{3}$|^50000$/,
    );
    const work = await watchWork(page);
    await page.mouse.move(x + width * 0.4, y + height * 0.4);
    await page.mouse.move(x + width * 0.6, y + height * 0.6, { steps: moves });
    const hovering = (await work()) / moves;
    await page.mouse.down();
    await page.mouse.move(x + width * 0.8, y + height * 0.2, { steps: 20 });
    await page.mouse.up();
    await page.locator("#zoom-out").click();
    const zooming = await work();
    console.log(`work: ${hovering.toFixed(1)} ms a move, zooming ${zooming.toFixed(0)} ms`);
    expect(hovering).toBeLessThan(25);
    expect(zooming).toBeLessThan(1_500);
  }));

test("without calls the page says so and draws nothing", async () => {
  const own = servePages(sampleBrowse([]));
  const wrong = await visit(browser, {}, async (page) => {
    await page.goto(`${own.origin}/performance`);
    expect(await page.locator("main").textContent()).toContain("No call has ended in this period");
    expect(await page.locator("#scatter").count()).toBe(0);
  });
  await own.stop();
  expect(wrong).toEqual([]);
});

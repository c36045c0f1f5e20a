// The scatter of the performance page: dots that can be found, zoomed into and followed, by pointer, finger and keys.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { PerformancePoint } from "../../src/ports/browse.ts";
import { sampleBrowse } from "../adapters/pages/sample.ts";
import { expectFaultless } from "./faults.ts";
import { dayLog, samplePoints } from "./sample-day.ts";
import { sampleLog, sampleRows } from "./sample-log.ts";
import { servePages } from "./serve-pages.ts";
import { launchBrowser, sizes, still, visit, watchWork } from "./visit.ts";

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
  options: BrowserContextOptions = { viewport: sizes.wide },
): Promise<void> {
  const own = servePages({ ...sampleLog(sampleRows(3)), ...dayLog(points) });
  const wrong = await visit(browser, options, (page) => act(page, own.origin));
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
  point({
    id: "0195a2c4-0000-7000-8000-00000000abcd",
    completion_tokens: 1,
    duration_ms: 1,
    model: "small",
  }),
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

const isShown = (page: Page) => page.locator(".tip").isVisible();

test("a dot says what it is, and a click leads to its request", () =>
  withPoints(corners, async (page, origin) => {
    await page.goto(`${origin}/performance`);
    const { right, top, x, width, y, height } = await chart(page);
    await page.mouse.move(right, top);
    expect(await page.locator(".tip").textContent()).toMatch(
      /^big\n1\.7 min · 10k tokens\n03-1\d \d\d:\d\d$/,
    );
    await page.mouse.move(x + width / 2, y + height / 2);
    expect(await isShown(page)).toBe(false);
    await page.mouse.click(right, top);
    await page.waitForURL(`**/request/${shown.id}`);
  }));

test("a tap shows a dot, with a link to its request; a tap beside it hides it again", () =>
  withPoints(
    corners,
    async (page, origin) => {
      await page.goto(`${origin}/performance`);
      await page.locator("#scatter").scrollIntoViewIfNeeded();
      const { right, top, x, width, y, height } = await chart(page);
      // A finger is less exact than a pointer.
      await page.touchscreen.tap(right - 12, top + 10);
      const link = page.locator(".tip a");
      expect(await link.getAttribute("href")).toBe(`/request/${shown.id}`);
      await page.touchscreen.tap(x + width / 2, y + height / 2);
      expect(await isShown(page)).toBe(false);
      await page.touchscreen.tap(right, top);
      await link.tap();
      await page.waitForURL(`**/request/${shown.id}`);
    },
    { viewport: sizes.phone, hasTouch: true, isMobile: true },
  ));

test("dragging zooms in, and there is a way back", () =>
  withPoints(corners, async (page, origin) => {
    await page.goto(`${origin}/performance`);
    const { right, top, x, width, y, height } = await chart(page);
    const all = page.locator("#zoom-all");
    expect(await all.isDisabled()).toBe(true);
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width - 2, y + 2, { steps: 4 });
    await page.mouse.up();
    expect(await all.isEnabled()).toBe(true);
    expect(page.url()).toBe(`${origin}/performance`);
    // The dot has moved away from the corner.
    await page.mouse.move(right, top);
    expect(await isShown(page)).toBe(false);
    await all.click();
    await page.mouse.move(right, top);
    expect(await isShown(page)).toBe(true);
  }));

test("buttons and keys zoom and move, too, and the legend counts what is in view", () =>
  withPoints(corners, async (page, origin) => {
    await page.goto(`${origin}/performance`);
    await chart(page);
    const figures = page.locator("#legend .faint");
    expect(await figures.allTextContents()).toEqual(["1 · 1 ms", "1 · 1.7 min"]);
    await page.locator("#zoom-in").click();
    expect(await figures.allTextContents()).toEqual(["0", "0"]);
    await page.locator("#zoom-out").click();
    expect(await page.locator("#zoom-out").isDisabled()).toBe(true);
    await page.locator("#scatter").focus();
    await page.keyboard.press("+");
    for (let step = 0; step < 3; step++)
      for (const key of ["ArrowRight", "ArrowUp"]) await page.keyboard.press(key);
    expect(await figures.allTextContents()).toEqual(["0", "1 · 1.7 min"]);
    await page.keyboard.press("0");
    expect(await figures.allTextContents()).toEqual(["1 · 1 ms", "1 · 1.7 min"]);
  }));

test("a series is hidden and shown by its button, with the keyboard as well", () =>
  withPoints(corners, async (page, origin) => {
    await page.goto(`${origin}/performance`);
    const { right, top, x, y } = await chart(page);
    const big = page.locator("#legend button", { hasText: "big" });
    await big.focus();
    await page.keyboard.press("Space");
    expect(await big.getAttribute("aria-pressed")).toBe("false");
    await page.mouse.move(right, top);
    expect(await isShown(page)).toBe(false);
    await page.keyboard.press("Enter");
    expect(await big.getAttribute("aria-pressed")).toBe("true");
    await page.mouse.move(x + 1, y + 1);
    await page.mouse.move(right, top);
    expect(await isShown(page)).toBe(true);
  }));

test("calls that did not complete have a mark of their own, and go by it", () =>
  withPoints(
    [...corners, point({ id: "0195a2c4-0001-7000-8000-00000000abcd", state: "failed" })],
    async (page, origin) => {
      await page.goto(`${origin}/performance`);
      await chart(page);
      const failed = page.locator("#legend button", { hasText: "not completed" });
      expect(await failed.locator("path.failed").count()).toBe(1);
      // It is one of its series all the same.
      const { model } = samplePoints(1)[0]!;
      const series = page.locator("#legend button", { hasText: model! });
      expect(await series.locator(".faint").textContent()).toMatch(/^1 · /);
      await failed.click();
      expect(await failed.getAttribute("aria-pressed")).toBe("false");
    },
  ));

test("what is chosen stands in the URL and on the axes", () =>
  withPoints(samplePoints(200), async (page, origin) => {
    await page.goto(`${origin}/performance`);
    await page.locator(".choices a", { hasText: "First token" }).click();
    await page.waitForURL(/y=ttft_ms/);
    await page.locator(".period-bar a", { hasText: "Upstream" }).click();
    await page.waitForURL(/by=upstream.*y=ttft_ms/);
    await page.locator("#scatter[data-drawn]").waitFor();
    expect(await page.locator("#scatter").getAttribute("data-y")).toBe("First token");
    expect(await page.locator(".figures-table tbody th").first().textContent()).toContain("hosted");
    await page.locator("input[name=user]").fill("mara");
    await page.keyboard.press("Enter");
    await page.waitForURL(/user=mara.*y=ttft_ms/);
    expect(new URL(page.url()).searchParams.get("by")).toBe("upstream");
  }));

test("a filter goes along to the list and comes back", () => {
  const user = sampleRows(3)[0]!.source_ip;
  const points = samplePoints(200).map((one) => ({ ...one, user }));
  return withPoints(points, async (page, origin) => {
    await page.goto(`${origin}/?user=${user}&period=7d`);
    await page.locator(".paging a", { hasText: "Performance" }).click();
    await page.waitForURL(`${origin}/performance?user=${user}&period=7d`);
    await chart(page);
    expect(await page.locator("input[name=user]").inputValue()).toBe(user);
    await page.locator(".list-link").click();
    await page.waitForURL(`${origin}/?user=${user}&period=7d`);
  });
});

test("without a script the figures are there, and the chart says what it needs", () =>
  withPoints(
    samplePoints(200),
    async (page, origin) => {
      await page.goto(`${origin}/performance`);
      expect(await page.locator(".figures-table tbody tr").count()).toBe(7);
      expect(await page.locator(".lines a").count()).toBeGreaterThan(20);
      expect(await page.locator("#scatter").textContent()).toContain("drawn by a script");
      expect(await page.locator("#zoom").isVisible()).toBe(false);
    },
    { viewport: sizes.phone, javaScriptEnabled: false },
  ));

test("at no width is anything too wide, and axe-core finds no fault, light and dark", () =>
  withPoints(
    [...samplePoints(200), ...corners],
    async (page, origin) => {
      await page.goto(`${origin}/performance?by=user&hours=6`);
      await chart(page);
      await expectFaultless(page, [320, 390, 768, 1280]);
    },
    { ...still, viewport: { width: 320, height: 800 } },
  ));

/** Tasks of a page that took longer than 50 ms, as Chromium counts them: ms each. */
const watchTasks = `
  globalThis.tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask", buffered: true });
`;

test("10,000 dots are drawn, found and zoomed in the time that there is between frames", () =>
  withPoints(samplePoints(11_000), async (page, origin) => {
    await page.addInitScript(watchTasks);
    await page.goto(`${origin}/performance`);
    const { x, y, width, height } = await chart(page);
    const drawn = Number(await page.locator("#scatter").getAttribute("data-drawn"));
    expect(drawn).toBeGreaterThan(9_500);
    expect(drawn).toBeLessThanOrEqual(10_000);
    expect(await page.locator(".scatter .section-head").textContent()).toContain(
      "the newest 10,000 of 11,000 calls",
    );
    const work = await watchWork(page);
    await page.mouse.move(x + width * 0.4, y + height * 0.4);
    await page.mouse.move(x + width * 0.6, y + height * 0.6, { steps: moves });
    const hovering = (await work()) / moves;
    await page.mouse.down();
    await page.mouse.move(x + width * 0.8, y + height * 0.2, { steps: 20 });
    await page.mouse.up();
    await page.locator("#zoom-all").click();
    const zooming = await work();
    await page.locator("#legend button").first().click();
    const hiding = await work();
    const tasks = await page.evaluate("tasks.map(Math.round).join(', ') || 'none'");
    console.log(
      `work: ${hovering.toFixed(1)} ms a move, zooming ${zooming.toFixed(0)} ms, hiding ${hiding.toFixed(0)} ms; tasks over 50 ms: ${String(tasks)}`,
    );
    expect(hovering).toBeLessThan(25);
    expect(zooming).toBeLessThan(1_500);
  }));

test("without calls the page says so and draws nothing", async () => {
  const own = servePages(sampleBrowse([]));
  const wrong = await visit(browser, {}, async (page) => {
    await page.goto(`${own.origin}/performance`);
    expect(await page.locator("main").textContent()).toContain("No call ended in the last 24 h");
    expect(await page.locator("#scatter").count()).toBe(0);
  });
  await own.stop();
  expect(wrong).toEqual([]);
});

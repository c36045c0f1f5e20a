// The pages in a real browser: they look alive, run nothing foreign and call nobody else.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { source as axe } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { hostileDetail, hostileTexts } from "../adapters/pages/hostile-detail.ts";
import { hostileRouting, hostileUpstream } from "../adapters/pages/hostile-routing.ts";
import { pointOf, sampleActions, sampleBrowse } from "../adapters/pages/sample.ts";
import { samplePoints } from "./sample-day.ts";
import { sampleFailover, sampleLog, sampleRows } from "./sample-log.ts";
import { sampleRouting } from "./sample-servers.ts";
import { servePages, type ServedPages } from "./serve-pages.ts";
import { launchBrowser, sizes, visit as visitWith } from "./visit.ts";

// What is waited for takes two of the page's own polls; a busy machine may need longer.
setDefaultTimeout(30_000);

const rows = sampleRows(64);
const failover = `/request/${rows[sampleFailover]!.id}`;
const every = ["/", "/performance", failover, "/upstreams", "/routes?model=coding-assistant"];
const routing = sampleRouting();

let browser: Browser;
let served: ServedPages;

beforeAll(async () => {
  browser = await launchBrowser();
  const day = samplePoints(1_000);
  served = servePages(
    { ...sampleLog(rows), performance: () => Promise.resolve({ points: day }) },
    { routing: () => routing },
  );
});

afterAll(async () => {
  await browser.close();
  await served.stop();
});

const visit = (options: BrowserContextOptions, act: (page: Page) => Promise<void>) =>
  visitWith(browser, options, act);

describe.each(["light", "dark"] as const)("in the %s scheme", (colorScheme) => {
  test.each(
    every.flatMap((path) => (["wide", "phone"] as const).map((size) => [size, path] as const)),
  )("%s %s shows without errors and fits its width", async (size, path) => {
    const wrong = await visit({ colorScheme, viewport: sizes[size] }, async (page) => {
      await page.goto(served.origin + path);
      const picture = await page.screenshot({ fullPage: true });
      expect(picture.length).toBeGreaterThan(20_000);
      const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect(overflow).toBeLessThanOrEqual(0);
      const background = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      expect(background).toBe(colorScheme === "light" ? "rgb(247, 247, 245)" : "rgb(15, 16, 18)");
    });
    expect(wrong).toEqual([]);
  });

  test.each(every)("%s has no fault that axe-core knows", async (path) => {
    await visit({ colorScheme, viewport: sizes.wide, bypassCSP: true }, async (page) => {
      await page.goto(served.origin + path, { waitUntil: "load" });
      await page.evaluate(
        "for (const fold of document.querySelectorAll('details')) fold.open = true",
      );
      await page.evaluate(axe);
      const faults = (await page.evaluate(
        "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 160))]))",
      )) as unknown[];
      expect(faults).toEqual([]);
    });
  });
});

test("a new request appears by itself, and focus stays where it was", async () => {
  const log = sampleLog(rows.slice(1, 20));
  const own = servePages(log);
  const wrong = await visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(own.origin);
    const link = page.locator("tbody tr").nth(4).locator("a");
    await link.focus();
    const focused = await link.getAttribute("href");
    log.add(rows[0]!);
    await page.locator(`#r-${rows[0]!.id}`).waitFor();
    expect(await page.evaluate("document.activeElement.getAttribute('href')")).toBe(focused);
    expect(await page.locator("tbody tr").count()).toBe(20);
  });
  await own.stop();
  expect(wrong).toEqual([]);
});

test("rows do not move under someone who reads further down; a mark leads back to the new ones", async () => {
  const log = sampleLog(rows.slice(1));
  const own = servePages(log);
  const wrong = await visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(own.origin);
    await page.evaluate("scrollTo(0, 900)");
    log.add(rows[0]!);
    const pill = page.locator("#waiting");
    await pill.waitFor();
    expect(await pill.textContent()).toBe("↑ 1 new");
    expect(await page.evaluate("scrollY")).toBe(900);
    expect(await page.locator(`#r-${rows[0]!.id}`).count()).toBe(0);
    await pill.click();
    await page.locator(`#r-${rows[0]!.id}`).waitFor();
  });
  await own.stop();
  expect(wrong).toEqual([]);
});

test("filtering, paging and opening a row work by mouse and by keyboard", async () => {
  const wrong = await visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(served.origin);
    await page.keyboard.press("/");
    await page.keyboard.type("mixtral");
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=mixtral/);
    expect(await page.locator("tbody tr").count()).toBe(2);
    await page.locator("select[name=state]").selectOption("completed");
    await page.waitForURL(/state=completed/);
    expect(await page.locator("#requests").textContent()).toContain("No request matches");
    await page.locator(".filters .clear").click();
    await page.locator("a.older").click();
    await page.waitForURL(/before=/);
    expect(await page.locator("tbody tr").count()).toBe(14);
    await page.locator("tbody tr").first().locator(".c-duration").click();
    await page.waitForURL(/\/request\//);
  });
  expect(wrong).toEqual([]);
});

test("copying gives the command, not the button", async () => {
  const options = { permissions: ["clipboard-read", "clipboard-write"] };
  const wrong = await visit(options, async (page) => {
    await page.goto(served.origin + failover);
    await page.getByRole("button", { name: "Copy as curl" }).first().click();
    await page.getByText("Copied").first().waitFor();
    const copied = await page.evaluate("navigator.clipboard.readText()");
    expect(copied).toStartWith(`curl -g ${served.origin}/v1/chat/completions`);
  });
  expect(wrong).toEqual([]);
});

test("a call in flight turns into its end without a reload, and what was unfolded stays so", async () => {
  const log = sampleLog(rows.slice(0, 1));
  const own = servePages(log);
  const wrong = await visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(`${own.origin}/request/${rows[0]!.id}`);
    await page.locator("#request-headers summary").click();
    log.replace({ ...rows[0]!, state: "completed", status_code: 200, duration_ms: 4_000 });
    await page.locator(".badge.completed").waitFor();
    expect(await page.locator("#request-headers").getAttribute("open")).not.toBeNull();
    expect(await page.evaluate("document.body.dataset.poll")).toBe("");
  });
  await own.stop();
  expect(wrong).toEqual([]);
});

test("a router that went away is told, and found again", async () => {
  const wrong = await visit({}, async (page) => {
    await page.goto(served.origin);
    await page.route("**/*", (route) => route.abort());
    await page.locator("#lost").waitFor();
    await page.unroute("**/*");
    await page.locator("#lost").waitFor({ state: "hidden" });
  });
  expect(wrong.filter((message) => !message.includes("net::ERR_FAILED"))).toEqual([]);
});

test("every page works without scripts", async () => {
  const wrong = await visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto(served.origin);
    await page.locator("input[name=q]").fill("mixtral");
    await page.locator(".filters button").click();
    expect(await page.locator("tbody tr").count()).toBe(2);
    expect(await page.locator(".copy").first().isVisible()).toBe(false);
    await page.locator("tbody a").first().click();
    expect(await page.locator("h1").textContent()).toContain("mixtral");
  });
  expect(wrong).toEqual([]);
});

test("hostile texts in every field run nothing, load nothing and leave no console error", async () => {
  const details = hostileTexts.map((text, index) => ({
    ...hostileDetail(text),
    id: `hostile-${index}`,
    state: "completed" as const,
  }));
  const own = servePages(sampleBrowse(details));
  const wrong = await visit({}, async (page) => {
    for (const path of ["/", ...details.map(({ id }) => `/request/${id}`)]) {
      await page.goto(own.origin + path);
      expect(await page.locator("img, main script, main svg[onload]").count()).toBe(0);
      expect(await page.title()).not.toMatch(/^(run|1)$/);
    }
  });
  await own.stop();
  expect(wrong).toEqual([]);
});

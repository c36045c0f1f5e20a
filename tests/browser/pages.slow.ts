// The pages in a real browser: they look alive, run nothing foreign and call nobody else.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { hostileDetail, hostileTexts } from "../adapters/pages/hostile-detail.ts";
import { sampleBrowse } from "../adapters/pages/sample.ts";
import { sampleFailover, sampleLog, sampleRows } from "./sample-log.ts";
import { servePages, type ServedPages } from "./serve-pages.ts";

// What is waited for takes two of the page's own polls; a busy machine may need longer.
setDefaultTimeout(30_000);

const rows = sampleRows(64);
const failover = `/request/${rows[sampleFailover]!.id}`;

let browser: Browser;
let served: ServedPages;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
  });
  served = servePages(sampleLog(rows));
});

afterAll(async () => {
  await browser.close();
  await served.stop();
});

/** Runs a visit and gives what went wrong in it: console errors, page errors, foreign requests. */
async function visit(
  options: BrowserContextOptions,
  act: (page: Page) => Promise<void>,
): Promise<readonly string[]> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => undefined);
  });
  page.on("request", (request) => {
    const { hostname } = new URL(request.url());
    if (hostname !== "127.0.0.1") wrong.push(`asked ${request.url()}`);
  });
  await act(page);
  await context.close();
  return wrong;
}

const sizes = { wide: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } };

describe.each(["light", "dark"] as const)("in the %s scheme", (colorScheme) => {
  test.each([
    ["wide", "/"],
    ["phone", "/"],
    ["wide", failover],
    ["phone", failover],
  ] as const)("%s %s shows without errors and fits its width", async (size, path) => {
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

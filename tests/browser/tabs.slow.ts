// Many open tabs: a browser has six connections to a host, so they must share what one of them would keep for itself.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { LogRow } from "../../src/ports/browse.ts";
import { startRouter } from "../lab/start-router.ts";
import { testSecret, tokenOf } from "../lab/tokens.ts";
import { sampleLog, sampleRows } from "./sample-log.ts";
import { servePages, type ServedPages } from "./serve-pages.ts";
import { launchBrowser, neverAsksByItself, still } from "./visit.ts";

const idle = sampleRows(64).filter(({ state }) => state !== "inflight");
const later = (number: number): LogRow => ({
  ...idle[9]!,
  id: `0195a2c5-${number.toString(16).padStart(4, "0")}-7000-8000-000000000000`,
});

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function openTabs(context: BrowserContext, address: string, count: number) {
  const tabs: Page[] = [];
  for (let tab = 0; tab < count; tab++) {
    const page = await context.newPage();
    await page.goto(address);
    tabs.push(page);
  }
  return tabs;
}

/** Settles once all of them show it: each reports it at the change, for looking with every frame would keep all of them busy. */
const show = (tabs: readonly Page[], row: LogRow) =>
  Promise.all(
    tabs.map((tab) =>
      tab.evaluate(`new Promise((shown) => {
        const look = () => document.getElementById("r-${row.id}")?.checkVisibility() && shown();
        new MutationObserver(look).observe(document, { childList: true, subtree: true });
        look();
      })`),
    ),
  );

async function onlyByEvents(): Promise<BrowserContext> {
  const context = await browser.newContext(still);
  await context.addInitScript(neverAsksByItself);
  return context;
}

test("eight tabs share one stream, a ninth page loads at once, and every tab follows", async () => {
  const log = sampleLog(idle.slice(0, 9));
  const own = servePages(log);
  const context = await onlyByEvents();
  const tabs = await openTabs(context, own.origin, 8);
  await own.listening;
  expect(own.streams()).toBe(1);
  const ninth = await context.newPage();
  await ninth.goto(`${own.origin}/upstreams`);
  const happens = (number: number) => {
    const row = later(number);
    log.add(row);
    own.tell({ kind: "completed", row });
    return row;
  };
  await show(tabs, happens(1));

  // The tab that came first is no more important than another.
  await tabs[0]!.close();
  await show(tabs.slice(1), happens(2));
  expect(own.streams()).toBe(1);

  // A router that was started anew is found again, and what happened meanwhile is not missed.
  own.cut();
  const meanwhile = later(3);
  log.add(meanwhile);
  await show(tabs.slice(1), meanwhile);
  while (own.streams() === 0) await Bun.sleep(20);
  await show(tabs.slice(1), happens(4));
  expect(own.streams()).toBe(1);

  for (const tab of tabs.slice(1)) await tab.close();
  while (own.streams() > 0) await Bun.sleep(20);
  await context.close();
  await own.stop();
});

test("nine tabs of the program itself follow a call, under the policy that it sends with its pages", async () => {
  const fake = await startFakeModel({ name: "a", models: ["m"] });
  const router = await startRouter({ env: { DEFAULT_UPSTREAM: fake.url } });
  const context = await onlyByEvents();
  const wrong: string[] = [];
  context.on("console", (message) => wrong.push(message.text()));
  const tabs = await openTabs(context, router.url, 9);
  for (const tab of tabs) await tab.getByText("No request yet").waitFor();
  const call = async () => {
    await (await router.post("/v1/chat/completions", { model: "m", messages: [] })).text();
  };
  // The last tabs may still be joining; from then on each follows.
  for (const tab of tabs)
    while ((await tab.locator("#requests tbody tr").count()) === 0) await call();
  await call();
  const [row] = await router.rows();
  await show(tabs, row!);
  expect(wrong).toEqual([]);
  await context.close();
  await router.stop();
  await fake.stop();
});

/** One that ends and one that begins do so by connections of their own, in either order. */
async function oneStream(own: ServedPages): Promise<void> {
  while (own.streams() !== 1) await Bun.sleep(20);
}

/** As Chrome on Android is. */
const withoutWorkers = "delete globalThis.SharedWorker";

test("where no worker is shared, one of eight tabs has the stream, and another one when that goes", async () => {
  const log = sampleLog(idle.slice(0, 9));
  const own = servePages(log);
  const context = await onlyByEvents();
  await context.addInitScript(withoutWorkers);
  const tabs = await openTabs(context, own.origin, 8);
  await own.listening;
  const happens = (number: number) => {
    const row = later(number);
    log.add(row);
    own.tell({ kind: "completed", row });
    return row;
  };
  await show(tabs, happens(1));
  await oneStream(own);

  // The first one leads. What happens while nobody does is read when another one begins to.
  await tabs[0]!.close();
  await show(tabs.slice(1), happens(2));
  await oneStream(own);
  await show(tabs.slice(1), happens(3));

  // One that goes on to another page is one among the others there.
  await tabs[1]!.goto(`${own.origin}/?model=llama`);
  await show(tabs.slice(2), happens(4));
  await oneStream(own);

  // A router that was started anew is found again, by all of them.
  own.cut();
  const meanwhile = later(5);
  log.add(meanwhile);
  await show(tabs.slice(2), meanwhile);
  while (own.streams() === 0) await Bun.sleep(20);
  await show(tabs.slice(2), happens(6));
  await oneStream(own);

  for (const tab of tabs.slice(1)) await tab.close();
  while (own.streams() > 0) await Bun.sleep(20);
  await context.close();
  await own.stop();
});

test("a tab that nobody sees, or that waits behind another page, has no stream and keeps none from others", async () => {
  const log = sampleLog(idle.slice(0, 9));
  const own = servePages(log);
  const context = await onlyByEvents();
  await context.addInitScript(withoutWorkers);
  const [first, second] = (await openTabs(context, own.origin, 2)) as [Page, Page];
  await own.listening;
  const happens = (number: number) => {
    const row = later(number);
    log.add(row);
    own.tell({ kind: "completed", row });
    return row;
  };
  await show([first, second], happens(1));
  // What a browser tells a page that it keeps, and one that comes back; Playwright's keeps none.
  const turned = (way: string) =>
    `dispatchEvent(new PageTransitionEvent("${way}", { persisted: true }))`;
  await first.evaluate(turned("pagehide"));
  await show([second], happens(2));
  await oneStream(own);
  expect(await first.locator(`#r-${later(2).id}`).count()).toBe(0);
  const locks =
    "navigator.locks.query().then(({ held, pending }) => [held.length, pending.length])";
  expect(await first.evaluate(locks)).toEqual([1, 0]);
  await first.evaluate(turned("pageshow"));
  // What it has not heard of it reads.
  await show([first], later(2));
  expect(await first.evaluate(locks)).toEqual([1, 1]);
  await show([first, second], happens(3));
  await oneStream(own);

  const hide = (isHidden: boolean) => `
    Object.defineProperty(document, "hidden", { configurable: true, get: () => ${isHidden} });
    document.dispatchEvent(new Event("visibilitychange"));
  `;
  await second.evaluate(hide(true));
  await show([first], happens(4));
  await oneStream(own);
  await second.evaluate(hide(false));
  await show([second], later(4));
  await show([first, second], happens(5));
  await oneStream(own);
  await context.close();
  await own.stop();
});

test("a browser that can neither share nor lock has a stream for each tab", async () => {
  const log = sampleLog(idle.slice(0, 9));
  const own = servePages(log);
  const context = await onlyByEvents();
  await context.addInitScript(
    `${withoutWorkers}; Object.defineProperty(Navigator.prototype, "locks", { value: undefined });`,
  );
  const tabs = await openTabs(context, own.origin, 2);
  while (own.streams() < 2) await Bun.sleep(20);
  const row = later(1);
  log.add(row);
  own.tell({ kind: "completed", row });
  await show(tabs, row);
  await context.close();
  await own.stop();
});

test("tabs of a router that asks to sign in say so when one signs out, and go on when it signs in", async () => {
  const env = { JWT_SECRET: testSecret, WEBUI_SECURITY: "ALWAYS_AUTH" };
  const router = await startRouter({ env });
  const context = await browser.newContext(still);
  const signIn = async (page: Page) => {
    await page.goto(`${router.url}/login`);
    await page.locator("#token").fill(tokenOf());
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${router.url}/`);
  };
  const first = await context.newPage();
  await signIn(first);
  const [second] = await openTabs(context, router.url, 1);
  await second!.getByText("No request yet").waitFor();
  await first.getByRole("button", { name: "Sign out" }).click();
  await first.waitForURL("**/login");
  await second!.getByText("Signed out: sign in again").waitFor();
  expect(await second!.locator("#lost").isVisible()).toBe(false);
  await signIn(first);
  await second!.locator("#signed-out").waitFor({ state: "hidden" });
  await context.close();
  await router.stop();
});

// Many open tabs: a browser has six connections to a host, so they must share what one of them would keep for itself.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { LogRow } from "../../src/ports/browse.ts";
import { startRouter } from "../lab/start-router.ts";
import { testSecret, tokenOf } from "../lab/tokens.ts";
import { sampleLog, sampleRows } from "./sample-log.ts";
import { servePages } from "./serve-pages.ts";
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

const show = (tabs: readonly Page[], row: LogRow) =>
  Promise.all(tabs.map((tab) => tab.locator(`#r-${row.id}`).waitFor()));

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

test("a browser that cannot share has a stream for each tab", async () => {
  const log = sampleLog(idle.slice(0, 9));
  const own = servePages(log);
  const context = await onlyByEvents();
  await context.addInitScript("delete globalThis.SharedWorker");
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

// Pages that people leave open: they follow what happens, and act on it, without a reload.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { LogRow } from "../../src/ports/browse.ts";
import { sampleActions } from "../adapters/pages/sample.ts";
import { sampleLog, sampleRows } from "./sample-log.ts";
import { servePages } from "./serve-pages.ts";
import {
  launchBrowser,
  neverAsksByItself,
  sizes,
  still,
  visit as visitWith,
  watchWork,
} from "./visit.ts";

const rows = sampleRows(64);

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser.close());

const visit = (options: BrowserContextOptions, act: (page: Page) => Promise<void>) =>
  visitWith(browser, { ...still, ...options }, act);

test("a new request appears by itself, and focus stays where it was", async () => {
  const log = sampleLog(rows.slice(1, 20));
  const own = servePages(log);
  const wrong = await visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(own.origin);
    const link = page.locator("#requests tbody tr").nth(4).locator("a.open");
    await link.focus();
    const focused = await link.getAttribute("href");
    log.add(rows[0]!);
    await page.locator(`#r-${rows[0]!.id}`).waitFor();
    expect(await page.evaluate("document.activeElement.getAttribute('href')")).toBe(focused);
    expect(await page.locator("#requests tbody tr").count()).toBe(20);
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
    const top = `document.getElementById("r-${rows[20]!.id}").getBoundingClientRect().top`;
    const before = await page.evaluate(top);
    log.add(rows[0]!);
    const pill = page.locator("#waiting");
    await pill.waitFor();
    expect(await pill.textContent()).toBe("↑ 1 new");
    expect(await page.evaluate(top)).toBeCloseTo(before as number, 0);
    expect(await page.locator(`#r-${rows[0]!.id}`).count()).toBe(0);
    await pill.click();
    await page.locator(`#r-${rows[0]!.id}`).waitFor();
  });
  await own.stop();
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

test("a router that went away is announced, and found again", async () => {
  const own = servePages(sampleLog(rows));
  const wrong = await visit({}, async (page) => {
    await page.goto(own.origin);
    await page.route("**/*", (route) => route.abort());
    await page.locator("#lost").waitFor();
    await page.unroute("**/*");
    await page.locator("#lost").waitFor({ state: "hidden" });
  });
  await own.stop();
  expect(wrong.filter((message) => !message.includes("net::ERR_FAILED"))).toEqual([]);
});

const later = (row: LogRow, number: number): LogRow => ({
  ...row,
  id: `0195a2c5-${number.toString(16).padStart(4, "0")}-7000-8000-000000000000`,
});

test("an event brings what happened, where nothing else would", async () => {
  const idle = rows.filter(({ state }) => state !== "inflight");
  const log = sampleLog(idle.slice(0, 9));
  const own = servePages(log);
  const wrong = await visit({ viewport: sizes.wide }, async (page) => {
    await page.addInitScript(neverAsksByItself);
    await page.goto(own.origin);
    await own.listening;
    const row = later(idle[9]!, 1);
    log.add(row);
    own.tell({ kind: "completed", row });
    await page.locator(`#r-${row.id}`).waitFor();
  });
  await own.stop();
  expect(wrong).toEqual([]);
});

test("at 200 calls a second the page asks about once a second and stays usable", async () => {
  const log = sampleLog(rows);
  const own = servePages(log);
  const wrong = await visit({ viewport: sizes.wide, reducedMotion: null }, async (page) => {
    await page.goto(own.origin);
    const before = own.documents();
    const work = await watchWork(page);
    const seconds = 3;
    let reported = 0;
    const start = performance.now();
    while (reported < seconds * 200) {
      const due = Math.floor(((performance.now() - start) / 1_000) * 200);
      for (; reported < due; reported++) {
        const row = later(rows[5]!, reported);
        log.add(row);
        own.tell({ kind: "started", row });
        own.tell({ kind: "completed", row });
      }
      await Bun.sleep(5);
    }
    const took = (performance.now() - start) / 1_000;
    expect(own.documents() - before).toBeLessThanOrEqual(took + 2);
    await page.locator(`#r-${later(rows[5]!, reported - 1).id}`).waitFor();
    const busy = (await work()) / (took * 1_000);
    console.log(`busy at 200 calls a second: ${Math.round(busy * 100)} %`);
    expect(busy).toBeLessThan(0.4);
    // Where everything is new, nothing is marked as such.
    expect(await page.locator("#requests tr.new").count()).toBe(0);
  });
  await own.stop();
  expect(wrong).toEqual([]);
});

test("a row that arrives is marked by what moves without being styled anew with every frame", async () => {
  const log = sampleLog(rows.slice(1));
  const own = servePages(log);
  const wrong = await visit({ viewport: sizes.wide, reducedMotion: null }, async (page) => {
    await page.goto(own.origin);
    log.add(rows[0]!);
    await page.locator(`#r-${rows[0]!.id}.new`).waitFor();
    const moving = await page.evaluate<string[]>(`document.getAnimations().flatMap(({ effect }) =>
      effect.getKeyframes().flatMap(({ offset, computedOffset, easing, composite, ...moved }) => Object.keys(moved)))`);
    expect(new Set(moving)).toEqual(new Set(["opacity"]));
  });
  await own.stop();
  expect(wrong).toEqual([]);
});

test("a call under way is cancelled from the list, without leaving the page", async () => {
  const log = sampleLog(rows.slice(0, 5));
  const cancelled: string[] = [];
  const own = servePages(log, {}, (id) => {
    cancelled.push(id);
    const row = rows.find((candidate) => candidate.id === id);
    if (row !== undefined) log.replace({ ...row, state: "cancelled", status_code: 499 });
    return true;
  });
  const wrong = await visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(own.origin);
    await page.getByRole("button", { name: "Cancel coding-assistant" }).click();
    await page.locator(`#r-${rows[0]!.id}.cancelled`).waitFor();
    expect(await page.locator("#inflight li").count()).toBe(1);
    expect(page.url()).toBe(`${own.origin}/`);
  });
  await own.stop();
  expect(wrong).toEqual([]);
  expect(cancelled).toEqual([rows[0]!.id]);
});

test("a request is sent again to another model, and its answer comes in beside the first", async () => {
  const log = sampleLog(rows);
  const first = rows.find(({ path, state }) => path === "/api/chat" && state === "completed")!;
  const sent: unknown[] = [];
  const again: LogRow = {
    ...later(first, 7),
    state: "inflight",
    original_model: "qwen3:8b",
    mapped_model: "qwen3:8b",
    resent_from: first.id,
  };
  const own = servePages(log, {
    actions: {
      ...sampleActions,
      sendAgain: (id, how) => {
        sent.push([id, how]);
        log.add(again);
        return Promise.resolve({ kind: "sent", id: again.id });
      },
    },
  });
  const wrong = await visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(`${own.origin}/request/${first.id}`);
    await page.locator("#again summary").click();
    await page.locator("#again input[name=model]").fill("qwen3:8b");
    await page.locator("#again input[name=key]").fill("sk-once");
    await page.locator("#again button").click();
    await page.waitForURL(`**/request/${again.id}`);
    expect(await page.locator(".columns > div:last-child").textContent()).toContain("Nothing yet.");
    log.replace({ ...again, state: "completed", status_code: 200 });
    await page.locator(".badge.completed").waitFor();
    expect(await page.locator(".compare").textContent()).toContain("word for word");
    await page.locator(".compare a").click();
    await page.waitForURL(`**/request/${first.id}`);
  });
  await own.stop();
  expect(wrong).toEqual([]);
  expect(sent).toEqual([[first.id, { model: "qwen3:8b", key: "sk-once" }]]);
});

test.each(["/", "/routes"])(
  "a notice is dismissed on %s without leaving the page",
  async (path) => {
    let shown = [{ id: "moved", message: "A fresh log was begun." }];
    const own = servePages(sampleLog(rows), {
      notices: {
        current: () => shown,
        dismiss: (id) => (shown = shown.filter((one) => one.id !== id)),
      },
    });
    const wrong = await visit({ viewport: sizes.wide }, async (page) => {
      await page.goto(own.origin + path);
      await page.evaluate("globalThis.stayed = true");
      await page.getByRole("button", { name: "Dismiss" }).click();
      await page.getByText("A fresh log was begun.").waitFor({ state: "detached" });
      expect(await page.evaluate("stayed")).toBe(true);
    });
    await own.stop();
    expect(wrong).toEqual([]);
  },
);

test("a state that comes and goes shows by itself on a page that is live", async () => {
  let shown = [{ id: "full", message: "The disk is full.", endsByItself: true }];
  const own = servePages(sampleLog(rows), { notices: { current: () => shown, dismiss: () => {} } });
  const wrong = await visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(`${own.origin}/upstreams`);
    expect(await page.getByRole("button", { name: "Dismiss" }).count()).toBe(0);
    shown = [];
    await page.getByText("The disk is full.").waitFor({ state: "detached" });
    shown = [{ id: "full", message: "The disk is full again.", endsByItself: true }];
    await page.getByText("The disk is full again.").waitFor();
  });
  await own.stop();
  expect(wrong).toEqual([]);
});

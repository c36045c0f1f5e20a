// The list of threads and a thread that goes on, as people use them: there and back, by keyboard, on a phone, live.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { threadsOver } from "../lab/memory-threads.ts";
import { expectFaultless } from "./faults.ts";
import { sampleLog, sampleRows } from "./sample-log.ts";
import { servePages, type ServedPages } from "./serve-pages.ts";
import {
  launchBrowser,
  neverAsksByItself,
  sizes,
  still,
  untilInPage,
  visit as visitWith,
} from "./visit.ts";

const rows = sampleRows(64);

let browser: Browser;
let served: ServedPages;

beforeAll(async () => {
  browser = await launchBrowser();
  served = servePages(sampleLog(rows));
});

afterAll(async () => {
  await browser.close();
  await served.stop();
});

const visit = async (options: BrowserContextOptions, act: (page: Page) => Promise<void>) => {
  const wrong = await visitWith(browser, { ...still, ...options }, act);
  expect(wrong).toEqual([]);
};

test.each([
  "/threads",
  "/threads?q=nothing-such&x=1",
  "/threads?model=coder&period=24h",
  `/thread/${rows.find(({ thread_id: id }) => id !== null)!.thread_id}`,
])("%s has no fault that axe-core knows, light and dark, and fits, at any width", (path) =>
  visit({ viewport: { width: 390, height: 900 }, colorScheme: "light" }, async (page) => {
    await page.goto(served.origin + path, { waitUntil: "load" });
    await page.evaluate(
      "for (const fold of document.querySelectorAll('main details')) fold.open = true",
    );
    await expectFaultless(page);
  }),
);

test("on a phone a thread takes two lines", () =>
  visit({ viewport: sizes.phone }, async (page) => {
    await page.goto(`${served.origin}/threads`, { waitUntil: "load" });
    const heights = await page.evaluate<number[]>(
      `[...document.querySelectorAll("#threads tbody tr")].map((row) => row.offsetHeight)`,
    );
    expect(heights.length).toBeGreaterThan(3);
    expect(Math.max(...heights)).toBeLessThan(64);
  }));

/** Keeps what the page was marked with when it was first painted. */
const seeList = `
  new PerformanceObserver(() => {
    globalThis.painted ??= document.documentElement.className;
  }).observe({ type: "paint", buffered: true });
`;

test.each([
  [
    "by its address: its frame is shown first",
    (page: Page) => page.goto(`${served.origin}/threads`),
    "unpainted",
  ],
  [
    "from another page: that one is in sight until all of it is there",
    async (page: Page) => {
      await page.goto(`${served.origin}/upstreams`);
      await page.locator("nav a", { hasText: "Threads" }).click();
      await page.waitForURL("**/threads");
    },
    "",
  ],
] as const)("the list is opened %s", (_, open, painted) =>
  visit({ viewport: sizes.wide }, async (page) => {
    await page.addInitScript(seeList);
    await open(page);
    await untilInPage(page, "globalThis.painted !== undefined");
    expect(await page.evaluate<string>("globalThis.painted")).toBe(painted);
    await page.locator("#threads a.open").first().waitFor();
    expect(await page.locator("footer").isVisible()).toBe(true);
  }),
);

test("the list is there in a browser that does not say when it paints", () =>
  visit({ viewport: sizes.wide }, async (page) => {
    await page.addInitScript("PerformanceObserver.prototype.observe = () => {}");
    await page.goto(`${served.origin}/threads`);
    await page.locator("#threads a.open").first().waitFor();
  }));

test("one comes back to where the list was scrolled to", () =>
  visit({ viewport: { width: 1280, height: 300 } }, async (page) => {
    await page.goto(`${served.origin}/threads`);
    await page.evaluate("scrollTo(0, 90)");
    await page.locator("#threads a.open").nth(5).click();
    await page.waitForURL("**/thread/*");
    await page.goBack();
    await untilInPage(page, "scrollY === 90");
  }));

test("by keyboard a thread is sought, opened, and the list found again as it was filtered", () =>
  visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(served.origin, { waitUntil: "load" });
    await page.keyboard.press("g");
    await page.keyboard.press("t");
    await page.waitForURL("**/threads");
    await page.keyboard.press("/");
    await page.keyboard.type("THE");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/threads?q=THE");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    const title = await page.locator("#threads a.open").first().textContent();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/thread/*");
    expect(await page.locator("h1").textContent()).toBe(title);
    await page.locator(".crumbs a", { hasText: "Threads" }).click();
    await page.waitForURL("**/threads?q=THE");
    await page.goBack();
    await page.goBack();
    expect(await page.locator("#filters input[name=q]").inputValue()).toBe("THE");
  }));

test("without scripts the list filters, and leads to a thread and back", () =>
  visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto(`${served.origin}/threads`);
    expect(await page.locator("#filters input[name=model]").isVisible()).toBe(true);
    await page.locator("#filters input[name=model]").fill("coder");
    await page.locator("#filters button").click();
    expect(new URL(page.url()).searchParams.get("model")).toBe("coder");
    await page.locator("#threads a.open").first().click();
    await page.locator(".crumbs a", { hasText: "Threads" }).click();
    expect(new URL(page.url()).searchParams.get("model")).toBe("coder");
  }));

test("a thread that begins is in the list without a reload", async () => {
  const log = sampleLog(rows);
  const live = servePages(log);
  await visit({}, async (page) => {
    await page.addInitScript(neverAsksByItself);
    await page.goto(`${live.origin}/threads`, { waitUntil: "load" });
    await live.listening;
    const [newest] = rows;
    const id = "0195a2c4-9fff-7b3e-8f21-000000000001";
    const thread = "0195a2c4-0000-8000-8000-00000000ffff";
    const row = {
      ...newest!,
      id,
      thread_id: thread,
      asked: "A thread of its own",
      state: "completed" as const,
    };
    log.add(row);
    live.tell({ kind: "completed", row });
    await page.locator(`#t-${thread}`).waitFor();
    expect(await page.locator("#threads a.open").first().textContent()).toBe("A thread of its own");
  });
  await live.stop();
});

test("a thread goes on as it is read, and what is unfolded, and where one stands, stays", async () => {
  const [newest] = rows;
  const thread = "0195a2c4-0000-8000-8000-00000000eeee";
  const said = (turns: number) =>
    Array.from({ length: turns }, (_, at) => ({
      role: at % 2 === 0 ? "user" : "assistant",
      content: `Turn ${at}. ${"word ".repeat(60)}`,
    }));
  const callOf = (number: number, turns: number) => ({
    ...newest!,
    id: `0195a2c4-9fff-7b3e-8f21-00000000000${number}`,
    thread_id: thread,
    state: "completed" as const,
    asked: "Turn 0.",
    request_body: JSON.stringify({ messages: said(turns) }),
    request_body_truncated: false,
    response_body: JSON.stringify({ choices: [{ message: { content: `Answer ${number}` } }] }),
    response_body_truncated: false,
  });
  const calls = [callOf(1, 81)];
  const browse = { ...sampleLog([]), ...threadsOver(() => calls) };
  const live = servePages({
    ...browse,
    get: (id) => Promise.resolve(calls.find((call) => call.id === id) ?? null),
  });
  await visit({ viewport: sizes.wide }, async (page) => {
    await page.addInitScript(neverAsksByItself);
    await page.goto(`${live.origin}/thread/${thread}`, { waitUntil: "load" });
    await live.listening;
    await page.locator(".fetched > summary").first().click();
    await page.locator(".fetched .turn").first().waitFor();
    await page.locator("#turn-40").scrollIntoViewIfNeeded();
    const place = "Math.round(document.getElementById('turn-40').getBoundingClientRect().top)";
    const before = await page.evaluate<number>(place);
    calls.unshift(callOf(2, 83));
    live.tell({ kind: "completed", row: calls[0]! });
    await page.getByText("Answer 2").waitFor({ state: "attached" });
    expect(await page.evaluate<number>(place)).toBe(before);
    expect(await page.locator(".fetched").first().getAttribute("open")).not.toBeNull();
    expect(await page.locator(".fetched .turn").first().textContent()).toContain("Turn 0.");
    expect(await page.locator("[id='turn-40']").count()).toBe(1);
    expect(await page.locator("#thread-head .facts b").first().textContent()).toBe("2");
  });
  await live.stop();
});

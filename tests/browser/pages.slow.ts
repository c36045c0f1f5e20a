// The pages in a real browser: they look alive, run nothing foreign and call nobody else.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { hostileDetail, hostileTexts } from "../adapters/pages/hostile-detail.ts";
import { hostileRouting, hostileUpstream } from "../adapters/pages/hostile-routing.ts";
import { sampleBrowse } from "../adapters/pages/sample.ts";
import { isWhole } from "../lab/sweep.ts";
import { faultsOf } from "./faults.ts";
import { samplePoints } from "./sample-day.ts";
import { sampleFailover, sampleLog, sampleNow, sampleRows } from "./sample-log.ts";
import { sampleRouting } from "./sample-servers.ts";
import { servePages, type ServedPages } from "./serve-pages.ts";
import { launchBrowser, sizes, still, untilInPage, visit as visitWith } from "./visit.ts";

const rows = sampleRows(64);
/** For what looks at every element. */
const fewRows = 12;
const failover = `/request/${rows[sampleFailover]!.id}`;
const every = ["/", "/performance", failover, "/upstreams", "/routes?model=coding-assistant"];
const routing = sampleRouting();

let browser: Browser;
let served: ServedPages;
let servedFew: ServedPages;

beforeAll(async () => {
  browser = await launchBrowser();
  const day = samplePoints(1_000);
  const performance = () => Promise.resolve({ points: day });
  [served, servedFew] = [rows, rows.slice(0, fewRows)].map((shown) =>
    servePages({ ...sampleLog(shown), performance }, { routing: () => routing }),
  ) as [ServedPages, ServedPages];
});

afterAll(async () => {
  await browser.close();
  await served.stop();
  await servedFew.stop();
});

const visit = (options: BrowserContextOptions, act: (page: Page) => Promise<void>) =>
  visitWith(browser, options, act);

/** Bytes of the page and all that it loaded, as sent. What a chart draws is the log's, not the page's. */
const transferred = `
  [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter(({ name }) => !name.includes("/performance/points"))
    .reduce((sum, { transferSize }) => sum + transferSize, 0)
`;
const beyondWidth = "document.documentElement.scrollWidth - innerWidth";
const background = "getComputedStyle(document.body).backgroundColor";
const backgrounds = { light: "rgb(247, 247, 245)", dark: "rgb(15, 16, 18)" } as const;

/** In which scheme a page of a size is loaded, and into which it changes while it is open. */
const seenIn = [
  ["wide", "light", "dark"],
  ["phone", "dark", "light"],
] as const;

describe.each(seenIn)(
  "%s, loaded in the %s scheme and changed to the %s one",
  (size, own, other) => {
    test.each(every)(
      "%s shows without errors, fits its width, weighs little and has no fault that axe-core knows",
      async (path) => {
        const options = { ...still, colorScheme: own, viewport: sizes[size] };
        const wrong = await visit(options, async (page) => {
          await page.goto(servedFew.origin + path, { waitUntil: "load" });
          if (size === "wide") {
            const bytes = await page.evaluate<number>(transferred);
            expect(bytes).toBeGreaterThan(10_000);
            expect(bytes).toBeLessThan(100_000);
            console.log(`${path}: ${(bytes / 1_000).toFixed(1)} kB`);
          }
          const picture = await page.screenshot({ fullPage: true });
          expect(picture.length).toBeGreaterThan(20_000);
          expect(await page.evaluate(beyondWidth)).toBeLessThanOrEqual(0);
          expect(await page.evaluate(background)).toBe(backgrounds[own]);
          await page.evaluate(
            "for (const fold of document.querySelectorAll('details')) fold.open = true",
          );
          expect(await faultsOf(page)).toEqual([]);
          await page.emulateMedia({ colorScheme: other });
          expect(await page.evaluate(background)).toBe(backgrounds[other]);
          if (size === "wide" || isWhole)
            expect(await faultsOf(page, "color-contrast")).toEqual([]);
        });
        expect(wrong).toEqual([]);
      },
    );
  },
);

test.each(["/", "/routes", "/request/none"])(
  "%s with notices and refused calls over it has no fault that axe-core knows, and fits a phone",
  async (path) => {
    const own = servePages(sampleLog(rows.slice(0, fewRows)), {
      canSignIn: true,
      notices: {
        current: () => [
          { id: "a", message: "One.", details: ["routes.yaml:1:1: wrong"], since: sampleNow },
          { id: "b", message: "Two.", endsByItself: true },
        ],
        dismiss: () => {},
      },
      refusedCalls: () => ({
        count: 2,
        last: { at: sampleNow, status: 401, address: "10.0.0.9", reason: "a token is needed" },
      }),
    });
    await visit({ colorScheme: "light", viewport: sizes.phone }, async (page) => {
      await page.goto(own.origin + path, { waitUntil: "load" });
      expect(await page.evaluate(beyondWidth)).toBeLessThanOrEqual(0);
      expect(await faultsOf(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await faultsOf(page, "color-contrast")).toEqual([]);
    });
    await own.stop();
  },
);

test("filtering, paging and opening a row work by mouse and by keyboard", async () => {
  const wrong = await visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(served.origin);
    await page.keyboard.press("/");
    await page.keyboard.type("mixtral");
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=mixtral/);
    expect(await page.locator("#requests tbody tr").count()).toBe(2);
    await page.locator("select[name=state]").selectOption("completed");
    await page.waitForURL(/state=completed/);
    expect(await page.locator("#requests").textContent()).toContain("No request matches");
    await page.locator(".filters .clear").click();
    await page.locator("a.older").click();
    await page.waitForURL(/before=/);
    expect(await page.locator("#requests tbody tr").count()).toBe(14);
    await page.locator("#requests tbody tr").first().locator(".c-duration").click();
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

test("every page works without scripts", async () => {
  const wrong = await visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto(served.origin);
    await page.locator("input[name=q]").fill("mixtral");
    await page.locator(".filters button").click();
    expect(await page.locator("#requests tbody tr").count()).toBe(2);
    expect(await page.locator(".copy").first().isVisible()).toBe(false);
    await page.locator("#requests tbody a.open").first().click();
    expect(await page.locator("h1").textContent()).toContain("mixtral");
  });
  expect(wrong).toEqual([]);
});

test("the configuration is explained without scripts, too", async () => {
  const wrong = await visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto(`${served.origin}/routes`);
    await page.locator("input[name=model]").fill("gpt-3.5-turbo");
    await page.locator(".explain-form button").click();
    expect(await page.locator(".because").textContent()).toContain("MODEL_MAP renamed");
    await page.goto(`${served.origin}/performance`);
    expect(await page.locator(".figures-table tbody tr").count()).toBe(12);
  });
  expect(wrong).toEqual([]);
});

test("keys lead from page to page and from request to request, and can be switched off", async () => {
  const wrong = await visit({ viewport: sizes.wide }, async (page) => {
    const pressed = async (...keys: readonly string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await page.goto(served.origin);
    await pressed("g", "u");
    await page.waitForURL(/\/upstreams$/);
    await pressed("g", "d");
    await page.waitForURL(`${served.origin}/`);
    await pressed("j", "j", "j", "k");
    const focused = "document.activeElement.getAttribute('href')";
    const second = await page.locator("#inflight a").nth(1).getAttribute("href");
    expect(await page.evaluate(focused)).toBe(second);
    await pressed("Enter");
    await page.waitForURL(/\/request\//);
    await page.locator("a[rel=next]").waitFor();
    const older = await page.locator("a[rel=next]").getAttribute("href");
    await pressed("]");
    await page.waitForURL(`**${older}`);
    await pressed("?");
    await page.locator("dialog[open]").waitFor();
    await page.locator("#keys-on").uncheck();
    await pressed("Escape", "g", "u");
    expect(page.url()).toEndWith(older ?? "none");
  });
  expect(wrong).toEqual([]);
});

test("JSON is coloured when it is unfolded, without a change to its text", async () => {
  const wrong = await visit({ viewport: sizes.wide }, async (page) => {
    await page.goto(served.origin + failover);
    const ranges = "CSS.highlights.get('json-key')?.size ?? 0";
    const before = await page.evaluate<number>(ranges);
    await page.locator("#request-body-details summary").click();
    await untilInPage(page, `(${ranges}) > ${before + 20}`);
    expect(await page.locator("#request-body > *").count()).toBe(0);
  });
  expect(wrong).toEqual([]);
});

/** Pages with each of these texts in every field that can be given more than once, the first in the others. */
function serveHostile(texts: readonly [string, ...string[]]): ServedPages {
  const details = texts.map((text, number) => ({
    ...hostileDetail(text),
    id: `hostile-${number}`,
    state: "completed" as const,
  }));
  const [text] = texts;
  return servePages(
    {
      ...sampleBrowse(details),
      upstreams: () => ({ upstreams: texts.map((each) => hostileUpstream(each)) }),
      inFlight: () => ({
        inflight: texts.map((each, number) => ({
          ...details[number]!,
          elapsed_ms: 1,
          waiting_for: each,
          position: 1,
          tokens_so_far: 1,
        })),
      }),
    },
    {
      routing: () => hostileRouting(text),
      routesFile: text,
      notices: {
        current: () => texts.map((each) => ({ id: each, message: each, details: [each] })),
        dismiss: () => {},
      },
      refusedCalls: () => ({
        count: 1,
        last: { at: sampleNow, status: 401, address: text, reason: text },
      }),
    },
  );
}

/** Opens paths with a text in the query, too; on each, nothing of it may run or become an element. */
async function openHostile(
  page: Page,
  origin: string,
  text: string,
  paths: readonly string[],
): Promise<void> {
  const query = new URLSearchParams({ q: text, model: text, path: text, x: text }).toString();
  for (const path of paths) {
    await page.goto(`${origin}${path}?${query}`);
    expect(await page.locator("img, main script, main svg[onload]").count()).toBe(0);
    expect(await page.title()).not.toMatch(/^(run|1)$/);
  }
}

test.each(hostileTexts)(
  "%p in every field runs nothing, loads nothing and leaves no console error",
  async (text) => {
    const own = serveHostile([text]);
    const all = ["/", "/upstreams", "/performance"];
    const paths = ["/request/hostile-0", "/routes", ...(isWhole ? all : [])];
    const wrong = await visit({}, (page) => openHostile(page, own.origin, text, paths));
    await own.stop();
    expect(wrong).toEqual([]);
  },
);

test("on pages that list, all hostile texts together do no more, under the pointer neither", async () => {
  const [first, ...rest] = hostileTexts;
  const own = serveHostile([first!, ...rest]);
  const text = hostileTexts.join(" ");
  const wrong = await visit({}, async (page) => {
    await openHostile(page, own.origin, text, ["/", "/upstreams", "/performance"]);
    await page.locator("#scatter[data-drawn]").waitFor();
    await page.locator(".u-over").scrollIntoViewIfNeeded();
    const box = (await page.locator(".u-over").boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    expect(await page.locator(".tip").textContent()).toStartWith(`${first} mapped`);
    expect(await page.locator(".tip *").count()).toBe(0);
    expect(await page.title()).not.toMatch(/^(run|1)$/);
  });
  await own.stop();
  expect(wrong).toEqual([]);
});

// Names as long as people make them, without a place to break, on a phone: everything fits, and all of it can be read.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import type { LogDetail } from "../../src/ports/browse.ts";
import { hostileDetail } from "../adapters/pages/hostile-detail.ts";
import { hostileRouting, hostileUpstream } from "../adapters/pages/hostile-routing.ts";
import { sampleBrowse, sampleStats } from "../adapters/pages/sample.ts";
import { servePages, type ServedPages } from "./serve-pages.ts";
import { launchBrowser, sizes, untilInPage, visit } from "./visit.ts";

const long = "a-name-without-a-break-".replaceAll("-", "_").repeat(7).slice(0, 140);
const failed: LogDetail = { ...hostileDetail(long), id: "failed" };
const running: LogDetail = { ...hostileDetail(long), id: "running", state: "inflight" };
const repeat: LogDetail = { ...hostileDetail(long), id: "repeat", resent_from: "failed" };

let browser: Browser;
let served: ServedPages;
beforeAll(async () => {
  browser = await launchBrowser();
  served = servePages(
    {
      ...sampleBrowse([running, failed, repeat], "failed", sampleStats({ requests: 2, errors: 1 })),
      upstreams: () => ({
        upstreams: [
          hostileUpstream(long),
          { ...hostileUpstream(`${long}2`), models: [], models_fetched_at: null },
        ],
      }),
      inFlight: () => ({
        inflight: [
          { ...running, elapsed_ms: 61_000, waiting_for: null, position: null, tokens_so_far: 12 },
          { ...running, elapsed_ms: 61_000, waiting_for: long, position: 3, tokens_so_far: 0 },
        ],
      }),
    },
    {
      routing: () => hostileRouting(long),
      routesFile: `/${long}/${long}.yaml`,
      canSignIn: true,
      notices: {
        current: () => [{ id: "a", message: `A ${long}`, details: [`${long}.yaml:1:1: ${long}`] }],
        dismiss: () => {},
      },
      refusedCalls: () => ({
        count: 3,
        last: { at: 0, status: 403, address: long, reason: long },
      }),
    },
  );
});
afterAll(async () => {
  await browser.close();
  await served.stop();
});

/** Text that is cut off and cannot be scrolled to: its words, and where. */
const cutOff = `
  [...document.querySelectorAll("body *")]
    .filter((element) => element.checkVisibility() && !element.closest(".hidden, datalist, svg, canvas, .uplot"))
    .filter((element) => !element.matches("input, select, option, textarea"))
    // A row of the list has two lines, and opens what it is of; a group's name filters by the whole of it.
    .filter((element) => !element.closest("#requests tbody, #breakdown"))
    .filter((element) => {
      const { overflowX, overflowY } = getComputedStyle(element);
      const wide = /hidden|clip/.test(overflowX) && element.scrollWidth > element.clientWidth + 1;
      const high = /hidden|clip/.test(overflowY) && element.scrollHeight > element.clientHeight + 1;
      return (wide || high) && element.textContent.trim() !== "";
    })
    .map((element) => element.outerHTML.slice(0, 120))
`;

/** What reaches beyond the window, without anything around it that scrolls or, for wide windows and pointers, cuts it off with a hint. */
const sticksOut = `
  [...document.querySelectorAll("body *")]
    .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)
    .filter((element) => {
      for (let around = element.parentElement; around; around = around.parentElement)
        if (getComputedStyle(around).overflowX !== "visible") return false;
      return !element.closest(".hidden, svg, canvas, .uplot, .skip");
    })
    .map((element) => element.outerHTML.slice(0, 120))
`;

const query = new URLSearchParams({ q: long, model: long, upstream: long }).toString();
const pages = [
  "/",
  `/?${query}`,
  "/request/failed",
  "/request/running",
  "/request/repeat",
  "/upstreams",
  "/routes",
  `/routes?model=${long}&source=10.0.0.1&user=${long}`,
  `/performance?model=${long}`,
  `/request/${long}`,
];

test.each(pages)("%s fits a phone and a wide window, and nothing is cut off", async (path) => {
  const wrong = await visit(browser, { viewport: sizes.phone }, async (page) => {
    const fits = async () => {
      expect(await page.evaluate<string[]>(sticksOut)).toEqual([]);
      expect(
        await page.evaluate("document.documentElement.scrollWidth - innerWidth"),
      ).toBeLessThanOrEqual(0);
    };
    await page.goto(served.origin + path, { waitUntil: "load" });
    await page.evaluate(
      "for (const fold of document.querySelectorAll('details')) fold.open = true",
    );
    await untilInPage(page, "document.readyState === 'complete'");
    await fits();
    expect(await page.evaluate<string[]>(cutOff)).toEqual([]);
    await page.setViewportSize(sizes.wide);
    await untilInPage(page, `innerWidth === ${sizes.wide.width}`);
    await fits();
  });
  expect(wrong.filter((message) => !message.includes("404"))).toEqual([]);
});

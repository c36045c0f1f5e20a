// Names and words that come from outside, in every column of the list and on a thread's page: nothing of them runs,
// nothing moves its neighbours, and every row can still be opened.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { LogRow } from "../../src/ports/browse.ts";
import { hostileTexts } from "../adapters/pages/hostile-detail.ts";
import { expectFaultless } from "./faults.ts";
import { sampleLog, sampleRows } from "./sample-log.ts";
import { servePages, type ServedPages } from "./serve-pages.ts";
import { launchBrowser, still, visit } from "./visit.ts";

const thread = "0195a2c5-0000-8000-8000-00000000000f";
/** All that follows is written from right to left, as far as it reaches. */
const turned = "\u202eabc def";
const texts = [
  ...hostileTexts,
  turned,
  "\u200bhidden\u200d\u2060\ufeff",
  "a\u200bb\u00adc",
  "Zalgo\u0300\u0301\u0302\u0303\u0304\u0305".repeat(20),
  "w".repeat(2_000),
  "שלום עולם, what is this?",
  "\ud800 half of a pair",
];

const ended = { state: "completed", status_code: 200, error_message: null, attempts: [] } as const;

/** A row whose columns all hold the text. */
function rowWith(text: string, number: number): LogRow {
  const usual = sampleRows(8)[5]!;
  return {
    ...usual,
    id: `0195a2c5-${number.toString(16).padStart(4, "0")}-7000-8000-000000000000`,
    auth_user: text,
    source_ip: text,
    user_agent: text,
    client: `${text} client`,
    original_model: text,
    mapped_model: `${text} mapped`,
    upstream: text,
    upstream_url: text,
    asked: text,
    thread_id: thread,
    route: `alias:${text}`,
    ...(number % 2 === 0
      ? ended
      : { ...ended, state: "failed", status_code: 502, error_message: text }),
    warnings: ["reply_cut", "repeated"],
  };
}

let browser: Browser;
let served: ServedPages;
beforeAll(async () => {
  browser = await launchBrowser();
  served = servePages(sampleLog(texts.map(rowWith)));
});
afterAll(async () => {
  await browser.close();
  await served.stop();
});

const paths = ["/", `/?q=${encodeURIComponent("<b>")}`, `/thread/${thread}`];

async function runsNothing(page: Page): Promise<void> {
  expect(await page.locator("main img, main script, main svg[onload], main b > b").count()).toBe(0);
  expect(await page.title()).not.toMatch(/^(run|1)$/);
}

test.each(paths)(
  "on %p hostile names and words run nothing, fit, and have no fault that axe-core knows, at any width",
  async (path) => {
    const options = { ...still, viewport: { width: 320, height: 900 } };
    const wrong = await visit(browser, options, async (page) => {
      await page.goto(served.origin + path, { waitUntil: "load" });
      await expectFaultless(page, [320, 390, 768, 1280]);
      await runsNothing(page);
    });
    expect(wrong).toEqual([]);
  },
);

/** What stands in front of its neighbour, left to right: elements of each row whose order is wrong. */
const outOfOrder = `
  [...document.querySelectorAll("#requests tbody tr")].flatMap((row) =>
    [[".c-who .who", ".c-who .faint"], [".c-model .model", ".c-model .mapped"]]
      .map((pair) => pair.map((selector) => row.querySelector(selector)?.getBoundingClientRect()))
      .filter(([one, other]) => one && other && one.width > 0 && other.left < one.left)
      .map(() => row.textContent.slice(0, 80)))
`;

test("text that runs from right to left stays in its own place", async () => {
  const wrong = await visit(
    browser,
    { ...still, viewport: { width: 1280, height: 900 } },
    async (page) => {
      await page.goto(served.origin);
      expect(await page.evaluate<string[]>(outOfOrder)).toEqual([]);
      await page.goto(`${served.origin}/thread/${thread}`);
      // Figures of a call stand behind its model.
      const turnedLines = await page.evaluate<number>(`
      [...document.querySelectorAll(".call-line p")].filter((line) => {
        const [model, fact] = [line.querySelector(".name"), line.querySelector(".name + span")];
        return model && fact && fact.offsetTop === model.offsetTop &&
          fact.getBoundingClientRect().left < model.getBoundingClientRect().left;
      }).length`);
      expect(turnedLines).toBe(0);
    },
  );
  expect(wrong).toEqual([]);
});

test("every row has something to click on, whatever was asked", async () => {
  const wrong = await visit(
    browser,
    { ...still, viewport: { width: 1280, height: 900 } },
    async (page) => {
      await page.goto(served.origin);
      const links = page.locator("#requests tbody a.open");
      expect(await links.count()).toBe(texts.length);
      const widths = await links.evaluateAll((all) =>
        all.map(
          (link) =>
            (
              link as unknown as { getBoundingClientRect(): { width: number } }
            ).getBoundingClientRect().width,
        ),
      );
      expect(widths.filter((width) => width < 8)).toEqual([]);
    },
  );
  expect(wrong).toEqual([]);
});

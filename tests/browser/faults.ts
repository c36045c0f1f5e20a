// What is wrong with a page to whoever looks at it: what axe-core finds, and what is wider than the window.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { isWhole } from "../lab/sweep.ts";
import { untilInPage } from "./visit.ts";

/** The minified one, which a page reads in half the time. */
const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** Nothing of what holds is wanted, nor style sheets and films once more, which no rule looks at that is on here. */
const wanted = { resultTypes: ["violations"], preload: false };

/** A scheme changes colours only: the other rules say the same of both. */
type AxeRules = "all" | "color-contrast";

/** @returns each rule that is broken with the elements that break it; none: an empty list */
export async function faultsOf(page: Page, rules: AxeRules = "all"): Promise<unknown> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe);
  const options = rules === "all" ? wanted : { ...wanted, runOnly: [rules] };
  return page.evaluate(
    `axe.run(${JSON.stringify(options)}).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 160))]))`,
  );
}

/** Of windows: one for each layout that the style sheets know, and one wider than they ask for. */
const everyWidth = [390, 768, 1280, 1920] as const;
/** Windows that are wider lay nothing out anew. */
const widestLayout = 1280;

/**
 * Looks at an open page in windows of these widths; to load it anew in each would find no more: nothing is
 * wider than the window, and axe-core finds no fault, in the first and in the last of more than two in
 * the other scheme neither. The window has the first of the widths again then.
 */
export async function expectFaultless(
  page: Page,
  widths: readonly [number, ...number[]] = everyWidth,
): Promise<void> {
  const [first] = widths;
  const last = widths.length > 2 ? widths.at(-1) : first;
  for (const width of widths) {
    await resize(page, width);
    const seen = {
      width,
      beyond: await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth"),
      faults: width <= widestLayout || isWhole ? await faultsOf(page) : [],
      inOtherScheme: width === first || width === last || isWhole ? await otherFaults(page) : [],
    };
    expect(seen).toEqual({ width, beyond: 0, faults: [], inOtherScheme: [] });
  }
  await resize(page, first);
}

async function resize(page: Page, width: number): Promise<void> {
  if (page.viewportSize()?.width === width) return;
  await page.setViewportSize({ width, height: 900 });
  await untilInPage(page, `innerWidth === ${width}`);
}

/** Those of colours in the scheme that the page is not in. */
async function otherFaults(page: Page): Promise<unknown> {
  const isDark = await page.evaluate<boolean>("matchMedia('(prefers-color-scheme: dark)').matches");
  await page.emulateMedia({ colorScheme: isDark ? "light" : "dark" });
  const faults = await faultsOf(page, "color-contrast");
  await page.emulateMedia({ colorScheme: isDark ? "dark" : "light" });
  return faults;
}

// What axe-core finds wrong with a page.
import { source as axe } from "axe-core";
import type { Page } from "playwright-core";

/** A scheme changes colours only: the other rules say the same of both. */
type AxeRules = "all" | "color-contrast";

/** @returns each rule that is broken with the elements that break it; none: an empty list */
export async function faultsOf(page: Page, rules: AxeRules = "all"): Promise<unknown> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe);
  const options = rules === "all" ? "" : `{ runOnly: ["${rules}"] }`;
  return page.evaluate(
    `axe.run(${options}).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 160))]))`,
  );
}

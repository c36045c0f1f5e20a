// Trying and saving a change of the routes file in a real browser, without a script, on a phone, by keyboard.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";
import { expectFaultless } from "./faults.ts";
import { launchBrowser, still, tabTo, visit as visitWith } from "./visit.ts";

let browser: Browser;
let fake: FakeModel;
let router: TestRouter;
let routes: string;

beforeAll(async () => {
  browser = await launchBrowser();
  fake = await startFakeModel({ name: "a", models: ["m", "n"] });
  // HTML drops a line break that opens a textarea; a file may begin with one.
  routes = `\n# Where calls go
servers:
  a: { url: "${fake.url}", max_concurrency: 4 } # the box under the desk, which is not to be asked for more than four answers at a time
aliases:
  x: { instances: [a/m] }\n`;
  router = await startRouter({ env: { ROUTES_EDIT: "true" }, routes });
  await (await router.post("/v1/chat/completions", { model: "x", messages: [] })).text();
  await router.rows();
});
afterAll(async () => {
  await browser.close();
  await router.stop();
  await fake.stop();
});

test.each([
  [[320, 390], "dark"],
  [[768, 1280], "light"],
] as const)(
  "at %p in the %s, problems and then changes stand with the text, nothing too wide and without a fault of axe-core",
  async (widths, colorScheme) => {
    const [width] = widths;
    const options = { ...still, colorScheme, viewport: { width, height: 900 } };
    const wrong = await visitWith(browser, options, async (page) => {
      await page.goto(`${router.url}/routes`);
      await tabTo(page, ".change summary");
      await page.keyboard.press("Enter");
      const text = page.locator("[name=text]");
      await tabTo(page, "[name=text]");
      expect(await text.inputValue()).toBe(routes);
      const write = async (changed: string) => {
        await tabTo(page, "[name=text]");
        await page.keyboard.press("Control+A");
        await page.keyboard.insertText(changed);
        // A tab leaves the text, as it leaves any field.
        await tabTo(page, ".change button");
        await page.keyboard.press("Enter");
      };
      await write(routes.replace("max_concurrency: 4", "max_concurency: 4"));
      await page.getByText("Line 4, column").waitFor();
      await expectFaultless(page, widths);
      await write(routes.replace("[a/m]", "[a/n]"));
      await page.getByText("alias:x: a/n").waitFor();
      await expectFaultless(page, widths);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Download" }).click(),
      ]);
      expect(readFileSync(await download.path(), "utf8")).toBe(routes.replace("[a/m]", "[a/n]"));
    });
    // The status of a page with problems, 422, is one that browsers note.
    expect(wrong.filter((one) => !one.includes("422"))).toEqual([]);
  },
);

test("without a script a change is saved, and a second page that was open before is refused", async () => {
  const options = { ...still, javaScriptEnabled: false };
  const after = routes.replace("[a/m]", "[a/n]");
  const wrong = await visitWith(browser, options, async (page) => {
    const other = await page.context().newPage();
    for (const one of [page, other]) {
      await one.goto(`${router.url}/routes`);
      await one.locator(".change summary").click();
      await one.locator("[name=text]").fill(after);
      await one.getByRole("button", { name: "Try" }).click();
    }
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("What was there before is kept").waitFor();
    expect(readFileSync(join(router.folder, "routes.yaml"), "utf8")).toBe(after);
    await other.getByRole("button", { name: "Save" }).click();
    await other.getByText("has changed since it was opened").waitFor();
  });
  expect(wrong.filter((one) => !one.includes("409"))).toEqual([]);
});

// Trying things in a real browser: streamed side by side, stopped, by keyboard alone, without a script, begun with a logged request.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";
import { expectFaultless } from "./faults.ts";
import { launchBrowser, still, visit as visitWith } from "./visit.ts";

let browser: Browser;
let fake: FakeModel;
let router: TestRouter;

beforeAll(async () => {
  browser = await launchBrowser();
  fake = await startFakeModel({ name: "a", models: ["m", "other", "third"] });
  router = await startRouter({
    env: { DEFAULT_UPSTREAM: fake.url },
    routes: `aliases: { x: { instances: [{ url: "${fake.url}", model: m }] } }`,
  });
});
afterAll(async () => {
  await browser.close();
  await router.stop();
  await fake.stop();
});

const card = (page: Page, at: number) => page.locator(".tried").nth(at);

/** Without a click: the prompt has the focus once the page is seen. */
async function typePrompt(page: Page, words: string): Promise<void> {
  await page.locator("textarea[name=prompt]:focus").waitFor();
  await page.keyboard.type(words);
}

test.each([
  [[390, 768], "dark"],
  [[1280, 1920], "light"],
] as const)(
  "at %p in the %s, three models answer side by side, with figures and without a fault of axe-core",
  async (widths, colorScheme) => {
    const [width] = widths;
    const options = { ...still, colorScheme, viewport: { width, height: 900 } };
    const wrong = await visitWith(browser, options, async (page) => {
      await page.goto(`${router.url}/try`);
      const models = page.locator("[name=model]");
      for (const [at, name] of ["x", "other", "third"].entries()) await models.nth(at).fill(name);
      await page.locator("[name=prompt]").fill("Tell me of routers");
      await page.getByRole("button", { name: "Send" }).click();
      for (const at of [0, 1, 2]) {
        await card(page, at)
          .getByText(/^Done in/)
          .waitFor();
        await card(page, at).getByText("Answer tokens").waitFor();
        expect((await card(page, at).locator(".text").textContent())?.length).toBeGreaterThan(5);
      }
      expect(await card(page, 0).locator(".took").textContent()).toContain("Sent asm");
      await page.evaluate(
        "for (const fold of document.querySelectorAll('details')) fold.open = true",
      );
      await expectFaultless(page, widths);
      const folder = process.env["PICTURES"];
      if (folder !== undefined)
        await page.screenshot({ path: `${folder}/try-${width}.png`, fullPage: true });
      await card(page, 2).getByRole("link", { name: "Open the request" }).click();
      await page.waitForURL("**/request/*");
      await page.locator("#again summary").click();
      await page.getByRole("link", { name: "Change it in Try" }).click();
      await page.waitForURL("**/try?from=*");
      expect(await page.locator("[name=prompt]").inputValue()).toBe("Tell me of routers");
      expect(await models.nth(0).inputValue()).toBe("third");
    });
    expect(wrong).toEqual([]);
  },
  120_000,
);

test("by keyboard alone a prompt is sent, stopped and sent again", async () => {
  fake.script([{ kind: "stall", when: "mid-content" }]);
  const wrong = await visitWith(browser, still, async (page) => {
    await page.goto(`${router.url}/try?model=m`);
    await typePrompt(page, "Hello");
    await page.keyboard.press("Control+Enter");
    await card(page, 0).getByText("Writing").waitFor();
    const stop = page.getByRole("button", { name: "Stop all" });
    await stop.focus();
    await page.keyboard.press("Enter");
    await card(page, 0)
      .getByText(/^Stopped after/)
      .waitFor();
    await stop.waitFor({ state: "hidden" });
    await page.keyboard.press("Enter");
    await card(page, 0)
      .getByText(/^Done in/)
      .waitFor();
    expect(await page.locator(".tried").count()).toBe(1);
  });
  expect(wrong).toEqual([]);
  const ended = (await router.rows()).map(({ state }) => state);
  expect(ended.slice(0, 2)).toEqual(["completed", "cancelled"]);
}, 60_000);

test("what fails is said in its card, and hostile text stays text", async () => {
  fake.script([
    { kind: "status", status: 400, body: { error: { message: "<img src=x onerror=alert(1)>" } } },
  ]);
  const wrong = await visitWith(browser, still, async (page) => {
    await page.goto(`${router.url}/try?model=m`);
    await typePrompt(page, "Hello");
    await page.keyboard.press("Control+Enter");
    await card(page, 0).getByText("<img src=x onerror=alert(1)>").waitFor();
    expect(await page.locator(".tried img").count()).toBe(0);
  });
  // The browser itself reports a status of 400.
  expect(wrong.filter((line) => !line.includes("status of 400"))).toEqual([]);
}, 60_000);

test("without a script the answer comes with the page", async () => {
  const wrong = await visitWith(browser, { ...still, javaScriptEnabled: false }, async (page) => {
    await page.goto(`${router.url}/try`);
    await page.locator("[name=model]").first().fill("m");
    await page.locator("[name=prompt]").fill("Hello");
    await page.getByRole("button", { name: "Send" }).click();
    await card(page, 0).getByText("Done", { exact: true }).waitFor();
    expect(await page.locator("[name=prompt]").inputValue()).toBe("Hello");
    expect((await card(page, 0).locator(".text").textContent())?.length).toBeGreaterThan(5);
  });
  expect(wrong).toEqual([]);
}, 60_000);

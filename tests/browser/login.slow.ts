// Signing in, in a real browser: by keyboard alone, at four widths, in both schemes, without a script.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { startRouter, type TestRouter } from "../lab/start-router.ts";
import { testSecret, tokenOf } from "../lab/tokens.ts";
import { expectFaultless } from "./faults.ts";
import { launchBrowser, still, tabTo, visit } from "./visit.ts";

let browser: Browser;
let router: TestRouter;
beforeAll(async () => {
  browser = await launchBrowser();
  router = await startRouter({ env: { JWT_SECRET: testSecret, WEBUI_SECURITY: "ALWAYS_AUTH" } });
});
afterAll(async () => {
  await browser.close();
  await router.stop();
});

/** Browsers note each page that came with such a status. */
const unexpected = (wrong: readonly string[]) => wrong.filter((one) => !one.includes("401"));

test.each([
  [[320, 390], "light"],
  [[768, 1280], "dark"],
] as const)(
  "at %p pixels in the %s one signs in with the keyboard alone, comes to the page one wanted, and signs out again",
  async (widths, colorScheme) => {
    const options = { ...still, colorScheme, viewport: { width: widths[0], height: 900 } };
    const wrong = await visit(browser, options, async (page) => {
      await page.goto(`${router.url}/upstreams`);
      // The field has the focus, so that a token is pasted without a step before.
      await page.locator("#token:focus").waitFor();
      await expectFaultless(page, widths);
      const border = () =>
        page.evaluate<string>("getComputedStyle(document.querySelector('#token')).borderTopColor");
      const untouched = await border();
      await page.keyboard.insertText("not a token");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").waitFor();
      expect(await page.getByRole("alert").textContent()).toContain("not a whole token");
      await page.locator("#token[aria-invalid=true]:focus").waitFor();
      expect(await border()).not.toBe(untouched);
      await expectFaultless(page, widths);
      await page.keyboard.insertText(tokenOf());
      await page.keyboard.press("Enter");
      await page.waitForURL("**/upstreams");
      expect(await page.evaluate("document.documentElement.scrollWidth > innerWidth")).toBe(false);
      await tabTo(page, "form.account button");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/login");
    });
    expect(unexpected(wrong)).toEqual([]);
  },
);

test("without a script one signs in just so, and no token is left in the address or where scripts read", async () => {
  const wrong = await visit(browser, { ...still, javaScriptEnabled: false }, async (page) => {
    await page.goto(`${router.url}/login?next=%2Froutes`);
    await page.locator("#token").fill(tokenOf());
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL("**/routes");
    expect(page.url()).toBe(`${router.url}/routes`);
    const [cookie] = (await page.context().cookies()).filter(({ value }) => value === tokenOf());
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
  });
  expect(unexpected(wrong)).toEqual([]);
});

test("another site's page that opens one in a window keeps no hold of it", async () => {
  using site = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () =>
      new Response("<!doctype html><title>Elsewhere</title>", {
        headers: { "content-type": "text/html" },
      }),
  });
  const wrong = await visit(browser, still, async (page) => {
    await page.goto(site.url.href);
    const opened = page.waitForEvent("popup");
    await page.evaluate(`globalThis.held = open(${JSON.stringify(`${router.url}/login`)})`);
    const window = await opened;
    await window.locator("#token").waitFor();
    expect(await window.evaluate("opener === null")).toBe(true);
    await page.waitForFunction("globalThis.held.closed");
  });
  expect(wrong).toEqual([]);
});

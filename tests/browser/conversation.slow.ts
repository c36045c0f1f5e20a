// A long conversation in a real browser: laid out, folded, fetched when opened, copied; by keyboard, on a phone, in the dark.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { sampleBrowse, sampleDetail } from "../adapters/pages/sample.ts";
import { expectFaultless } from "./faults.ts";
import { servePages, type ServedPages } from "./serve-pages.ts";
import { launchBrowser, still, untilInPage, visit } from "./visit.ts";

const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const answer = [
  "Here is the **fix** for `parse()`, see https://x.example/docs:",
  "```ts\nreturn Number(text);\n```",
  `| case | before |\n|---|---|\n| empty | ${"NaN ".repeat(60)} |`,
  "1. First\n   - deeper",
  "<script>document.title='run'</script> [a](javascript:document.title='run')",
].join("\n\n");
const tools = ["read_file", "run"].map((name) => ({
  type: "function",
  function: { name, description: `Does ${name}.`, parameters: { type: "object" } },
}));
const messages = [
  ...Array.from({ length: 40 }, (_, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    content: `Turn ${index}. ${"word ".repeat(80)}`,
  })),
  {
    role: "user",
    content: [
      { type: "text", text: "Look" },
      { type: "image_url", image_url: { url: `data:image/png;base64,${pixel}` } },
    ],
  },
];
const said = (content: string): string =>
  JSON.stringify({ choices: [{ message: { role: "assistant", content } }] });
const detail = sampleDetail({
  request_body: JSON.stringify({ model: "m", temperature: 0.2, tools, messages }),
  response_body: said(`<think>Hm.</think>\n${answer}`),
  response_body_clean: said(answer),
});

let browser: Browser;
let served: ServedPages;
beforeAll(async () => {
  browser = await launchBrowser();
  served = servePages(sampleBrowse([detail]));
});
afterAll(async () => {
  await browser.close();
  await served.stop();
});

test.each([
  [[390, 768], "dark"],
  [[1280, 1920], "light"],
] as const)(
  "at %p pixels in the %s scheme all of it fits, and nothing that was written runs",
  async (widths, colorScheme) => {
    const options = { ...still, colorScheme, viewport: { width: widths[0], height: 900 } };
    const wrong = await visit(browser, options, async (page) => {
      await page.goto(`${served.origin}/request/${detail.id}`, { waitUntil: "load" });
      // By keyboard: a fold is opened as it has the focus.
      for (const [fold, found] of [
        ["#turns-0 > summary", "#turns-0 .turn"],
        ["#tools > summary", "#tools .tool-list li"],
      ] as const) {
        await page.locator(fold).focus();
        await page.keyboard.press("Enter");
        await page.locator(found).first().waitFor();
      }
      expect(await page.locator("#turns-0 .turn").first().textContent()).toContain("Turn 0.");
      await page.evaluate(
        "for (const fold of document.querySelectorAll('details')) fold.open = true",
      );
      await page.locator(".picture img").scrollIntoViewIfNeeded();
      const drawn = "document.querySelector('.picture img').naturalWidth";
      await untilInPage(page, `${drawn} === 1`);
      expect(await page.title()).not.toBe("run");
      expect(await page.locator(".removed").textContent()).toContain("Hm.");
      await expectFaultless(page, widths);
    });
    expect(wrong).toEqual([]);
  },
);

test("code is copied by its button, without its language", async () => {
  const options = { permissions: ["clipboard-read", "clipboard-write"] };
  const wrong = await visit(browser, options, async (page) => {
    await page.goto(`${served.origin}/request/${detail.id}`);
    const button = page.locator(".md .copy").first();
    // Out of sight it is laid out a moment later, and cannot have the focus before.
    await button.waitFor();
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByText("Copied").first().waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe("return Number(text);\n");
  });
  expect(wrong).toEqual([]);
});

test("without scripts a fold's link leads to what it holds, and back", async () => {
  const wrong = await visit(browser, { javaScriptEnabled: false }, async (page) => {
    await page.goto(`${served.origin}/request/${detail.id}`);
    await page.locator("#turns-0 > summary").click();
    await page.locator("#turns-0 a").click();
    expect(await page.locator("#fragment .turn").first().textContent()).toContain("Turn 0.");
    await page.locator(".crumbs a").click();
    expect(await page.locator("h2").allTextContents()).toContain("Conversation");
  });
  expect(wrong).toEqual([]);
});

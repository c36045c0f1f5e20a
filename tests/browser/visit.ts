// A visit of the pages with Chromium, and what went wrong in it.
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
  });
}

/** @returns console errors and warnings, page errors, dialogs, and requests to any other host */
export async function visit(
  browser: Browser,
  options: BrowserContextOptions,
  act: (page: Page) => Promise<void>,
): Promise<readonly string[]> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => undefined);
  });
  page.on("request", (request) => {
    const { hostname } = new URL(request.url());
    if (hostname !== "127.0.0.1") wrong.push(`asked ${request.url()}`);
  });
  try {
    await act(page);
  } finally {
    await context.close();
  }
  return wrong;
}

export const sizes = {
  wide: { width: 1280, height: 860 },
  phone: { width: 390, height: 844 },
} as const;

/** Waits until an expression holds in the page, asking once a frame. */
export async function until(page: Page, expression: string): Promise<void> {
  while (
    !(await page.evaluate(`new Promise(requestAnimationFrame).then(() => Boolean(${expression}))`))
  );
}

/** Begins to watch how long the page does not come to its timers. */
export async function watchStutter(page: Page): Promise<void> {
  await page.evaluate(`
    globalThis.slowest = 0;
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      slowest = Math.max(slowest, now - last - 10);
      last = now;
    }, 10);
  `);
}

/** ms of the longest stutter since it was asked last. */
export async function stutter(page: Page): Promise<number> {
  return Number(
    await page.evaluate(
      "new Promise(requestAnimationFrame).then(() => new Promise((then) => setTimeout(then, 30))).then(() => { const told = slowest; slowest = 0; return told; })",
    ),
  );
}

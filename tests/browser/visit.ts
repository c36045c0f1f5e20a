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

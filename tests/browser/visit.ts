// A visit of the pages with Chromium, and what went wrong in it.
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** What is waited for may take two of a page's own polls, on a busy machine long ones. */
const patienceMs = 100_000;

/** The shell without a window of its own: the same engine, for half the processor time. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium-headless-shell",
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
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const goto = page.goto.bind(page);
  // What follows the first paint is a part of the page; see times.js.
  page.goto = async (...where) => {
    const answer = await goto(...where);
    await page.locator("html:not(.unpainted)").waitFor({ state: "attached" });
    return answer;
  };
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

/** For pages that stay open: marks that breathe are drawn anew with every frame, for a third of the processor's time. */
export const still = { reducedMotion: "reduce" } as const;

/** Run first in a page: whatever it shows anew, an event brought. */
export const neverAsksByItself = `
  const wait = setTimeout;
  globalThis.setTimeout = (then, ms) => wait(then, ms >= 2_000 ? 600_000 : ms);
`;

/** Waits until an expression holds in the page, asking once a frame. */
export async function untilInPage(page: Page, expression: string): Promise<void> {
  while (
    !(await page.evaluate(`new Promise(requestAnimationFrame).then(() => Boolean(${expression}))`))
  );
}

/** Tells how much work a page has had since it was asked last, in ms of processor time: a busy machine must not count. */
export async function watchWork(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  let before = 0;
  const work = async () => {
    await page.evaluate("new Promise(requestAnimationFrame)");
    const { metrics } = await session.send("Performance.getMetrics");
    const now = (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN) * 1_000;
    const since = now - before;
    before = now;
    return since;
  };
  await work();
  return work;
}

/** More stops than any page has. */
const mostStops = 300;

/** Goes on with the tab key, as one does without a mouse, until an element that matches has the focus. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  const isThere = `document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`;
  for (let stop = 0; stop < mostStops; stop++) {
    if (await page.evaluate<boolean>(isThere)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the tab key does not lead to ${selector}`);
}

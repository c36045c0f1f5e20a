// Takes the README's screenshots of the pages, over the sample log of the browser tests:
// bun scripts/screenshots.ts [folder]. CHROMIUM names the browser where it is elsewhere.
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { chromium } from "playwright-core";
import { sampleFailover, sampleLog, sampleRows } from "../tests/browser/sample-log.ts";
import { servePages } from "../tests/browser/serve-pages.ts";

const wide = { width: 1280, height: 860 };
const phone = { width: 390, height: 844 };

const rows = sampleRows(64);
const shown = rows[sampleFailover];
if (shown === undefined) throw new Error("there is no such sample");
const request = `/request/${shown.id}`;

const shots = [
  { name: "dashboard-light", path: "/", size: wide, scheme: "light" },
  { name: "dashboard-dark", path: "/", size: wide, scheme: "dark" },
  { name: "request-light", path: request, size: wide, scheme: "light" },
  { name: "request-dark", path: request, size: wide, scheme: "dark" },
  { name: "dashboard-phone", path: "/", size: phone, scheme: "light" },
] as const;

const folder = resolve(process.argv[2] ?? resolve(import.meta.dir, "../docs/images"));
await mkdir(folder, { recursive: true });
const log = sampleLog(rows);
const day = (await log.stats()).last_24h;
const served = servePages({
  ...log,
  // As if the rows were the last of a day's, and the day one of a week's.
  stats: () =>
    Promise.resolve({
      total: { ...day, requests: 9_418 },
      last_24h: {
        ...day,
        requests: 1_327,
        errors: 16,
        error_rate: 16 / 1_327,
        prompt_tokens: 6_840_000,
        completion_tokens: 372_000,
      },
      inflight: 2,
      dropped_rows: {},
    }),
});
// The address is part of the picture, and a test's port would say nothing.
const origin = "http://router.lan:1234";
const mapped = `MAP ${new URL(origin).host} ${new URL(served.origin).host}`;
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    `--host-resolver-rules=${mapped}`,
  ],
});
try {
  for (const { name, path, size, scheme } of shots) {
    const context = await browser.newContext({ viewport: size, colorScheme: scheme });
    const page = await context.newPage();
    await page.goto(origin + path);
    await page.screenshot({ path: `${folder}/${name}.png`, animations: "disabled" });
    await context.close();
    console.log(`${folder}/${name}.png`);
  }
} finally {
  await browser.close();
  await served.stop();
}

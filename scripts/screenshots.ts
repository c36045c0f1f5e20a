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
const served = servePages(sampleLog(rows));
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
});
try {
  for (const { name, path, size, scheme } of shots) {
    const context = await browser.newContext({ viewport: size, colorScheme: scheme });
    const page = await context.newPage();
    await page.goto(served.origin + path);
    await page.screenshot({ path: `${folder}/${name}.png`, animations: "disabled" });
    await context.close();
    console.log(`${folder}/${name}.png`);
  }
} finally {
  await browser.close();
  await served.stop();
}

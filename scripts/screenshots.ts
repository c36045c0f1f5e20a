// Takes screenshots of the pages, over the sample log of the browser tests: bun scripts/screenshots.ts
// for the README's, bun scripts/screenshots.ts FOLDER for every page in every scheme and size.
// CHROMIUM names the browser where it is elsewhere.
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { chromium } from "playwright-core";
import type { Stats } from "../src/ports/browse.ts";
import { sampleFailover, sampleLog, sampleRows } from "../tests/browser/sample-log.ts";
import { dayLog, samplePoints } from "../tests/browser/sample-day.ts";
import { sampleRouting } from "../tests/browser/sample-servers.ts";
import { servePages } from "../tests/browser/serve-pages.ts";

const sizes = { wide: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } };
const schemes = ["light", "dark"] as const;

const rows = sampleRows(64);
const shown = rows[sampleFailover];
if (shown === undefined) throw new Error("there is no such sample");

const paths = {
  dashboard: "/",
  threads: "/threads",
  request: `/request/${shown.id}`,
  performance: "/performance",
  upstreams: "/upstreams",
  routes: "/routes?model=coding-assistant",
  try: "/try",
} as const;

/** Those that the README shows. */
const pictures = [
  "dashboard-wide-light",
  "dashboard-wide-dark",
  "dashboard-phone-light",
  "threads-wide-light",
  "performance-wide-light",
  "request-wide-light",
  "request-phone-dark",
  "upstreams-wide-light",
  "routes-wide-dark",
];

const given = process.argv[2];
const folder = resolve(given ?? resolve(import.meta.dir, "../docs/images"));
await mkdir(folder, { recursive: true });
const log = sampleLog(rows);
const day = (await log.stats()).last_24h;
const routing = sampleRouting();
const dayOf = dayLog(samplePoints(1_327));
// As if the rows were the last of a day's, and the day one of a week's.
const stats: Stats = {
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
  dropped_bodies: 0,
};
const served = servePages(
  {
    ...log,
    performance: dayOf.performance,
    // The chart's page asks for groups without bars: its figures are of its dots.
    period: (question) =>
      (question.by !== undefined && question.bars === undefined ? dayOf : log).period(question),
    stats: () => Promise.resolve(stats),
    today: () => Promise.resolve(stats),
  },
  { routing: () => routing },
);
// The address is part of the picture, and a test's port would say nothing.
const origin = "http://router.lan:1234";
const mapped = `MAP ${new URL(origin).host} ${new URL(served.origin).host}`;
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium-headless-shell",
  args: [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    `--host-resolver-rules=${mapped}`,
  ],
});
try {
  for (const [page, path] of Object.entries(paths))
    for (const [size, viewport] of Object.entries(sizes))
      for (const scheme of schemes) {
        const name = `${page}-${size}-${scheme}`;
        if (given === undefined && !pictures.includes(name)) continue;
        const context = await browser.newContext({ viewport, colorScheme: scheme });
        const opened = await context.newPage();
        // Never idle: the dashboard keeps a stream of events.
        await opened.goto(origin + path, { waitUntil: "load" });
        await opened.locator("html:not(.unpainted)").waitFor({ state: "attached" });
        if (page === "performance") await opened.locator("[data-drawn]").waitFor();
        await opened.screenshot({ path: `${folder}/${name}.png`, animations: "disabled" });
        await context.close();
        console.log(`${folder}/${name}.png`);
      }
} finally {
  await browser.close();
  await served.stop();
}

// How fast the pages show over a large log, in Chromium: until the document is there, and until
// something is painted. The reading happens on this thread; the router has one of its own for it.
// Run it with: bun bench/pages.ts FILE, a database as `bun bench/log-million.ts 1000000 FILE` builds it.
import { dirname, join } from "node:path";
import { createFilesystemBlobs } from "../src/adapters/blobs/filesystem-blobs.ts";
import { openForReading } from "../src/adapters/logs/database.ts";
import { createSqliteReader } from "../src/adapters/logs/sqlite-reader.ts";
import { createBrowse } from "../src/app/usecases/browse.ts";
import { servePages } from "../tests/browser/serve-pages.ts";
import { launchBrowser, sizes } from "../tests/browser/visit.ts";
import { printTable } from "../tests/lab/print-table.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("which database? bun bench/pages.ts FILE");

const database = openForReading(path);
const blobs = createFilesystemBlobs(join(dirname(path), "blobs"));
const reader = createSqliteReader(database.tables, blobs);
const newest = (await reader.list({ limit: 1 })).logs[0];
if (newest === undefined) throw new Error("the database is empty");
let now = Date.parse(newest.timestamp);
const browse = createBrowse({
  reader,
  clock: { now: () => now },
  live: {
    count: () => 0,
    inFlight: () => ({ inflight: [] }),
    upstreams: () => ({ upstreams: [] }),
    bodies: () => null,
  },
  droppedRows: () => ({}),
  droppedBodies: () => 0,
});
const { total } = await browse.stats();
const served = servePages(browse, { now: () => now });
const browser = await launchBrowser();
const page = await (await browser.newContext({ viewport: sizes.wide })).newPage();

const painted = `new Promise((told) => {
  const [entry] = performance.getEntriesByType("navigation");
  new PerformanceObserver((list, observer) => {
    const paint = list.getEntriesByName("first-contentful-paint")[0];
    if (!paint) return;
    observer.disconnect();
    told([entry.responseEnd, paint.startTime]);
  }).observe({ type: "paint", buffered: true });
})`;

const middle = (values: readonly number[]): string =>
  (values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0).toFixed(0);

const results: (readonly string[])[] = [];
for (const address of ["/routes", "/", "/?state=failed", "/performance", `/request/${newest.id}`]) {
  const seen: [number, number][] = [];
  for (let visit = 0; visit < 11; visit++) {
    // Past what the pages keep of the last hours, so that every visit reads it anew.
    now += 20_000;
    await page.goto(served.origin + address);
    seen.push(await page.evaluate<[number, number]>(painted));
  }
  results.push([
    address.replace(newest.id, "…"),
    middle(seen.map(([document]) => document)),
    middle(seen.map(([, paint]) => paint)),
  ]);
}
printTable(
  `ms, median of 11 visits, over ${total.requests} rows`,
  ["page", "document", "first paint"],
  results,
);
await browser.close();
await served.stop();
database.close();

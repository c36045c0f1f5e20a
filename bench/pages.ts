// How fast the pages show over a large log: the program itself, asked over HTTP and by Chromium.
// Run it with: bun bench/pages.ts FILE, a database as `bun bench/log-million.ts 1000000 FILE` builds
// it; the file is brought up to date. Each visit comes a minute after the one before by the program's
// clock, or ten, past all that pages keep for the next one.
import { loadavg } from "node:os";
import { resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { openDatabase } from "../src/adapters/logs/sqlite/database.ts";
import { runSql } from "../src/adapters/logs/sqlite-file/run-sql.ts";
import type { Stats } from "../src/ports/browse.ts";
import { launchBrowser, sizes } from "../tests/browser/visit.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { type Child, startRouterProcess } from "./lab/children.ts";

const visits = 11;
/** What the router reads when a visit is over is not to be counted to the next one. */
const settleMs = 500;

interface Painted {
  readonly begun: number;
  readonly document: number;
  readonly first: number;
  readonly largest: number;
}

/** Once nothing larger was painted for a while. */
const painted = `new Promise((resolve) => {
  let largest = 0;
  let timer = 0;
  const tell = () => {
    const [entry] = performance.getEntriesByType("navigation");
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    if (!paint) return void (timer = setTimeout(tell, 20));
    resolve({ begun: entry.responseStart, document: entry.responseEnd, first: paint.startTime, largest });
  };
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) largest = Math.max(largest, startTime);
    clearTimeout(timer);
    timer = setTimeout(tell, 150);
  }).observe({ type: "largest-contentful-paint", buffered: true });
  timer = setTimeout(tell, 400);
})`;

const path = process.argv[2];
if (path === undefined) throw new Error("which database? bun bench/pages.ts FILE");
const newest = await newestRow(path);
const router = await startRouterProcess({
  DB_PATH: resolve(path),
  MAX_LOG_AGE_DAYS: "0",
  DEFAULT_UPSTREAM: "http://localhost:9",
  BENCH_NOW: String(newest.timestamp + 1),
  BUN_OPTIONS: `--preload=${resolve(import.meta.dir, "lab/set-clock.ts")}`,
});
/** What Chromium itself takes: a page without anything in it. */
const empty = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () =>
    new Response("<!doctype html><title>empty</title><p>.", {
      headers: { "content-type": "text/html" },
    }),
});
const { total } = (await (await fetch(`${router.url}/api/stats`)).json()) as Stats;
const over = `over ${total.requests} rows, median of ${visits}`;
const paths = ["/", "/?state=failed", "/performance", `/request/${newest.id}`, "/routes"];

printTable(
  `ms of each request, over HTTP, ${over}`,
  ["request", "first byte", "whole", "kB"],
  await requests(router),
);
const browser = await launchBrowser();
for (const cache of ["cold", "warm"] as const)
  printTable(
    `ms in Chromium, ${cache} cache, ${over}`,
    ["page", "first byte", "document", "first paint", "largest paint", "slowest first paint"],
    await paints(browser, cache),
  );
console.log(
  `\nload average ${loadavg()
    .map((load) => load.toFixed(1))
    .join(" ")}`,
);
await browser.close();
await empty.stop();
await router.stop();

async function newestRow(
  file: string,
): Promise<{ readonly id: string; readonly timestamp: number }> {
  const { database } = await openDatabase(file, Date.now());
  const [row] = runSql<{ id: string; timestamp: number }>(
    database.connection,
    "select id, timestamp from requests order by seq desc limit 1",
  );
  database.close();
  if (row === undefined) throw new Error("the database is empty");
  return row;
}

/** What the dashboard asks for, and the other pages' documents. */
async function requests({ url }: Child): Promise<(readonly string[])[]> {
  const page = await (await fetch(`${url}/performance`)).text();
  const assets = [...page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, found]) => found!);
  const results: (readonly string[])[] = [];
  const others = ["/performance/points", "/api/events", ...new Set(assets)];
  for (const [asset, minutes] of [
    ["/", 10],
    ...[...paths, ...others].map((one) => [one, 1] as const),
  ] as const) {
    const seen: { first: number; whole: number; bytes: number }[] = [];
    for (let visit = 0; visit < visits; visit++) {
      pass(minutes);
      seen.push(await ask(url + asset, asset === "/api/events"));
    }
    results.push([
      minutes === 1 ? named(asset) : `${asset}, after ${minutes} minutes`,
      middle(seen.map(({ first }) => first)),
      middle(seen.map(({ whole }) => whole)),
      (Math.max(...seen.map(({ bytes }) => bytes)) / 1_000).toFixed(1),
    ]);
  }
  return results;
}

/** By the program's clock; see set-clock.ts. */
function pass(minutes: 1 | 10): void {
  process.kill(router.pid, minutes === 1 ? "SIGUSR2" : "SIGUSR1");
}

/** @param endless only its first bytes are read */
async function ask(address: string, endless: boolean) {
  const gone = new AbortController();
  const start = performance.now();
  const answer = await fetch(address, {
    // As a browser that opens it.
    headers: { accept: "text/html,*/*", "accept-encoding": "gzip" },
    decompress: false,
    signal: gone.signal,
  });
  const reader = answer.body!.getReader();
  let first = 0;
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    first ||= performance.now() - start;
    bytes += value?.length ?? 0;
    if (done || endless) break;
  }
  const whole = performance.now() - start;
  gone.abort();
  return { first, whole, bytes };
}

async function paints(chromium: Browser, cache: "cold" | "warm"): Promise<(readonly string[])[]> {
  const results: (readonly string[])[] = [];
  for (const address of [empty.url.href, ...paths.map((one) => router.url + one)]) {
    const seen: Painted[] = [];
    let page = await newPage(chromium);
    await page.goto(address);
    for (let visit = 0; visit < visits; visit++) {
      await Bun.sleep(settleMs);
      pass(1);
      if (cache === "cold") {
        await page.context().close();
        page = await newPage(chromium);
      } else await page.goto(new URL("/login", address).href);
      await page.goto(address);
      seen.push(await page.evaluate<Painted>(painted));
    }
    await page.context().close();
    const firstPaints = seen.map(({ first }) => first);
    results.push([
      address === empty.url.href
        ? "an empty page"
        : named(new URL(address).href.slice(router.url.length)),
      middle(seen.map(({ begun }) => begun)),
      middle(seen.map(({ document }) => document)),
      middle(firstPaints),
      middle(seen.map(({ largest }) => largest)),
      Math.max(...firstPaints).toFixed(0),
    ]);
  }
  return results;
}

async function newPage(chromium: Browser): Promise<Page> {
  return (await chromium.newContext({ viewport: sizes.wide })).newPage();
}

function named(address: string): string {
  return address.replace(newest.id, "…").replace(/-[0-9a-f]{12}\./, ".");
}

function middle(values: readonly number[]): string {
  return (values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0).toFixed(0);
}

// How fast the pages show over a large log: the program itself, asked over HTTP and by Chromium.
// Run it with: bun bench/pages.ts FILE [visits, default 11] [part of a page's address, default all], a database as
// `bun bench/log-million.ts 1000000 FILE keep` builds it; the file is brought up to date. Warm: the page was visited
// before, a minute earlier by the program's clock, and a blank tab has come to rest since. Cold: a router that has
// started and shown nothing yet, none of the file in memory, nothing in the browser's cache. The program is built
// first, as it is shipped. It fails where a first paint takes more than 100 ms warm or 200 ms cold.
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { openDatabase } from "../src/adapters/logs/sqlite/database.ts";
import { runSql } from "../src/adapters/logs/sqlite-file/run-sql.ts";
import type { Stats } from "../src/ports/browse.ts";
import { launchBrowser, sizes } from "../tests/browser/visit.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { buildRouter } from "./lab/built-router.ts";
import { type Child, startRouterProcess } from "./lab/children.ts";
import { blobsBeside, logEnd, longThread } from "./lab/fill-log.ts";
import { median } from "./lab/median.ts";
import { quantile } from "./lab/paced-load.ts";
import { clients, models, users, vocabulary } from "./lab/sample-calls.ts";

/** ms until something is seen. */
const bounds = { warm: 100, cold: 200 } as const;
const coldVisits = 3;
/** What the router reads when a visit is over, and what a browser does to drop a page, is not to be counted to the next one. */
const settleMs = 500;
/** What a router does once it has started is over then; see start-reading.ts. */
const startedMs = 2_000;

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
const visits = Number(process.argv[3] ?? 11);
const wanted = process.argv[4] ?? "";
const { newest, thread } = await idsIn(path);
const day = (before: number) => new Date(logEnd - before * 86_400_000).toISOString().slice(0, 10);
const paths = [
  "/",
  "/?period=1h",
  "/?period=7d",
  "/?period=30d",
  `/?since=${day(4)}&until=${day(3)}`,
  "/?period=30d&by=user",
  "/?state=failed",
  "/?status=429&period=7d",
  `/?model=${models[0]}`,
  `/?model=${models.at(-1)}&period=30d`,
  `/?user=${users[0]}&by=client`,
  `/?client=${clients.at(-1)}&period=30d`,
  "/?upstream=hosted&service_type=ollama",
  `/?q=${vocabulary[3]}`,
  `/?q=${vocabulary.at(-7)}&period=30d`,
  "/?sort=duration",
  "/?sort=cost&period=30d",
  `/?sort=tokens&user=${users[1]}&period=30d`,
  "/performance",
  "/threads",
  `/thread/${thread}`,
  `/request/${newest}`,
  "/upstreams",
  "/routes",
  "/try",
  "/login",
].filter((one) => one.includes(wanted));

/** What Chromium itself takes: a page without anything in it. */
const empty = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () =>
    new Response("<!doctype html><title>empty</title><p>.", {
      headers: { "content-type": "text/html" },
    }),
});
const browser = await launchBrowser();
const folder = mkdtempSync(join(tmpdir(), "smolrouter-pages-"));
const program = await buildRouter(folder);
let router = await start(path);
const { total } = (await (await fetch(`${router.url}/api/stats`)).json()) as Stats;
const over = `over ${total.requests} rows`;
const columns = ["page", "first byte", "document", "first paint", "p95", "largest paint"];
const warm = await warmPaints();
printTable(`ms in Chromium, warm, ${over}, medians of ${visits}`, columns, warm.map(asRow));
const cold = await coldPaints(path);
printTable(`ms in Chromium, cold, ${over}, medians of ${coldVisits}`, columns, cold.map(asRow));
console.log(
  `\nover the bound: ${[...overBound("warm", warm), ...overBound("cold", cold)].join("; ") || "none"}\nload average ${loadavg()
    .map((load) => load.toFixed(1))
    .join(" ")}`,
);
await browser.close();
await empty.stop();
await router.stop();
rmSync(folder, { recursive: true });

interface Visited {
  readonly name: string;
  readonly seen: readonly Painted[];
}

/** The router over that log, at the end of it. */
function start(file: string): Promise<Child> {
  const env = {
    DB_PATH: resolve(file),
    BLOB_STORAGE_PATH: blobsBeside(file),
    MAX_LOG_AGE_DAYS: "0",
    DEFAULT_UPSTREAM: "http://localhost:9",
    BENCH_NOW: String(logEnd + 1),
  };
  return startRouterProcess(env, "{}", [program]);
}

async function idsIn(file: string): Promise<{ readonly newest: string; readonly thread: string }> {
  const { database } = await openDatabase(file, Date.now());
  const ofThread = "select id, thread_id from requests where who = ? order by seq desc limit 1";
  const [call] = runSql<{ thread_id: string }>(database.connection, ofThread, [longThread.user]);
  const newestRow = "select id from requests order by seq desc limit 1";
  const [row] = runSql<{ id: string }>(database.connection, newestRow);
  database.close();
  if (row === undefined || call === undefined)
    throw new Error("it is not a log as bench/log-million.ts fills it");
  return { newest: row.id, thread: call.thread_id };
}

/** One address after the other, again and again: a machine that is slow for a while is so for all of them. */
async function inTurns(
  rounds: number,
  visit: (address: string | null) => Promise<Painted>,
): Promise<readonly Visited[]> {
  const addresses = [null, ...paths];
  const seen = addresses.map((): Painted[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [place, address] of addresses.entries()) seen[place]?.push(await visit(address));
  return addresses.map((address, place) => ({ name: named(address), seen: seen[place] ?? [] }));
}

async function warmPaints(): Promise<readonly Visited[]> {
  const page = await newPage(browser);
  const visit = async (address: string | null): Promise<Painted> => {
    await page.goto("about:blank");
    await Bun.sleep(settleMs);
    // With each turn a minute passes by the program's clock; see set-clock.ts.
    if (address === null) process.kill(router.pid, "SIGUSR2");
    return visited(page, urlOf(address));
  };
  // Whatever a first visit leaves in memory is there.
  await inTurns(1, visit);
  const all = await inTurns(visits, visit);
  await page.context().close();
  return all;
}

async function coldPaints(file: string): Promise<readonly Visited[]> {
  return inTurns(coldVisits, async (address) => {
    await router.stop();
    router = await start(file);
    await Bun.sleep(startedMs);
    forget(file);
    const page = await newPage(browser);
    const seen = await visited(page, urlOf(address));
    await page.context().close();
    return seen;
  });
}

/** null: of the page without anything in it. */
function urlOf(address: string | null): string {
  return address === null ? empty.url.href : router.url + address;
}

/** Has the system drop what it holds of the file in memory. */
function forget(file: string): void {
  for (const part of [file, `${file}-wal`])
    Bun.spawnSync(["dd", `if=${part}`, "iflag=nocache", "count=0", "status=none"]);
}

async function visited(page: Page, address: string): Promise<Painted> {
  await page.goto(address);
  return page.evaluate<Painted>(painted);
}

async function newPage(chromium: Browser): Promise<Page> {
  return (await chromium.newContext({ viewport: sizes.wide })).newPage();
}

function asRow({ name, seen }: Visited): readonly string[] {
  const firsts = seen.map(({ first }) => first);
  return [
    name,
    ...[
      median(seen.map(({ begun }) => begun)),
      median(seen.map(({ document }) => document)),
      median(firsts),
      quantile(firsts, 0.95),
      median(seen.map(({ largest }) => largest)),
    ].map((ms) => ms.toFixed(0)),
  ];
}

function overBound(how: keyof typeof bounds, pages: readonly Visited[]): readonly string[] {
  const late = pages.filter(({ seen }) => median(seen.map(({ first }) => first)) > bounds[how]);
  if (late.length > 0) process.exitCode = 1;
  return late.map(({ name }) => `${name} (${how})`);
}

function named(address: string | null): string {
  if (address === null) return "an empty page";
  return decodeURIComponent(address.replace(newest, "…").replace(thread, "…"));
}

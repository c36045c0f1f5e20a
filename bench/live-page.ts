// What a dashboard left open costs its reader while calls come: the program itself, the built-in model
// server behind it, Chromium in front of it. Run it with:
// bun bench/live-page.ts [calls a second, default 200] [seconds, default 20] [a database, default a fresh one]
// Work is counted in processor time, so that it is the same on a machine that has other things to do.
import { loadavg } from "node:os";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { startFakeModel } from "../src/adapters/fake-model/start-fake-model.ts";
import { launchBrowser, sizes } from "../tests/browser/visit.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { startRouterProcess } from "./lab/children.ts";
import { quantile, runPaced } from "./lab/paced-load.ts";
import { readTrace, traceCategories, type ThreadWork } from "./lab/page-trace.ts";
import { pin } from "./lab/processor.ts";

const perSecond = Number(process.argv[2] ?? 200);
const seconds = Number(process.argv[3] ?? 20);
const path = process.argv[4];
/** SPEC 10: nobody is to notice that calls come. */
const stutterMs = 100;

const models = ["coder-large", "coder-small", "chat", "embedder"];
const clients = ["claude-cli/2.1.4", "codex_cli_rs/0.63.0", "opencode/1.0.80", "curl/8.5.0"];
const fake = await startFakeModel({ name: "bench", models, keepRequests: false });
// Most answer soon, some take seconds: some fifty are under way at any time.
fake.script(({ number }) => ({
  kind: "answer",
  delayMs: number % 20 === 0 ? 3_000 : (number * 37) % 250,
}));
const router = await startRouterProcess({
  DEFAULT_UPSTREAM: fake.url,
  MAX_LOG_AGE_DAYS: "0",
  ...(path === undefined ? {} : { DB_PATH: resolve(path) }),
});
pin(router.pid, "first");
pin(process.pid, "first");

const browser = await launchBrowser();
const page = await (await browser.newContext({ viewport: sizes.wide })).newPage();
await page.goto(router.url);

const rest = await watched(page, () => Bun.sleep(5_000));
const load = { perSecond, seconds, body, headers };
const routerBefore = router.cpu();
const live = await watched(page, () => runPaced(router.url, load));
const routerMs = (router.cpu() - routerBefore) * 1_000;
const gaps = await gapsDuring(page, () => runPaced(router.url, load));
const newest = await newestShown();

const calls = perSecond * seconds;
printTable(
  `a dashboard at ${perSecond} calls/s, processor time of its main thread`,
  ["", "busy", "ms a call", "longest task", "tasks over 100 ms", "frames/s"],
  [row("nothing happens", rest, 0), row("calls come", live, calls)],
);
printTable(
  "the same, by what it was spent on",
  ["what", "ms a second", "share"],
  live.spent
    .slice(0, 14)
    .map(({ name, ms }) => [
      name,
      (ms / (live.wallMs / 1_000)).toFixed(1),
      `${Math.round((ms / live.busyMs) * 100)} %`,
    ]),
);
const long = gaps.result.longTasks;
console.log(
  `\nas a reader sees it, on this machine as busy as it is: ${long.length} long tasks (over 50 ms), the longest ` +
    `${Math.max(0, ...long).toFixed(0)} ms; between two frames at most ${Math.max(0, ...gaps.result.frames).toFixed(0)} ms, ` +
    `p99 ${quantile(gaps.result.frames, 0.99).toFixed(0)} ms\n` +
    `calls that failed: ${live.result.failed.length + gaps.result.load.failed.length}; ` +
    `median ${quantile(live.result.took, 0.5).toFixed(0)} ms; the router took ${(routerMs / calls).toFixed(2)} ms of all its threads a call\n` +
    `the newest call ${newest ? "is on the page" : "is NOT on the page"}; ` +
    `load average ${loadavg()
      .map((one) => one.toFixed(1))
      .join(" ")}`,
);
await browser.close();
await router.stop();
await fake.stop();
if (live.longest > stutterMs || !newest) process.exitCode = 1;

interface Watched<T> extends ThreadWork {
  readonly wallMs: number;
  readonly result: T;
}

/** Does something while the page's main thread is traced. */
async function watched<T>(on: Page, act: () => Promise<T>): Promise<Watched<T>> {
  await browser.startTracing(on, { categories: [...traceCategories] });
  const start = performance.now();
  const result = await act();
  const wallMs = performance.now() - start;
  const trace = await browser.stopTracing();
  return { ...readTrace(trace.toString("utf8")), wallMs, result };
}

/** As a page can tell by itself; asking for each frame is work, so it is not done while that is counted. */
async function gapsDuring(on: Page, act: () => ReturnType<typeof runPaced>) {
  await on.evaluate(`{
    globalThis.seen = { longTasks: [], frames: [] };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.longTasks.push(duration);
    }).observe({ type: "longtask" });
    let last = performance.now();
    const frame = (now) => {
      seen.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }`);
  const done = await act();
  const seen = await on.evaluate<{ longTasks: number[]; frames: number[] }>("seen");
  return { result: { ...seen, load: done } };
}

/** Whether the page comes to show the newest row of the log. */
async function newestShown(): Promise<boolean> {
  const { logs } = (await (await fetch(`${router.url}/api/logs?limit=1`)).json()) as {
    logs: { id: string }[];
  };
  const shown = page.locator(`#r-${logs[0]?.id}`).waitFor({ timeout: 10_000 });
  return shown.then(
    () => true,
    () => false,
  );
}

function row(name: string, work: Watched<unknown>, of: number): readonly string[] {
  return [
    name,
    `${((work.busyMs / work.wallMs) * 100).toFixed(0)} %`,
    of === 0 ? "" : (work.busyMs / of).toFixed(2),
    `${work.longest.toFixed(0)} ms`,
    String(work.tasks.filter((ms) => ms > stutterMs).length),
    (work.frames / (work.wallMs / 1_000)).toFixed(0),
  ];
}

/** A turn of one of forty conversations. */
function body(call: number): string {
  const turn = Math.floor(call / 40) % 8;
  const messages = Array.from({ length: turn * 2 + 1 }, (_, at) => ({
    role: at % 2 === 0 ? "user" : "assistant",
    content: `Part ${at} of conversation ${call % 40}: rename the field and run the tests once more, please`,
  }));
  return JSON.stringify({ model: models[call % models.length], messages });
}

function headers(call: number): Readonly<Record<string, string>> {
  return {
    "user-agent": clients[call % clients.length] ?? "",
    "x-session-id": `session-${call % 40}`,
  };
}

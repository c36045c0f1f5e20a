// What removing old rows costs the requests that come meanwhile: the real program is started on a log
// of which most is too old, under a steady load; the same with nothing to remove, in turn.
// Run it with: bun bench/retention.ts [rounds, default 3] [rows, default 150000]; two thirds are old. Linux only.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFilesystemBlobs } from "../src/adapters/blobs/filesystem-blobs.ts";
import { openDatabase } from "../src/adapters/logs/sqlite/database.ts";
import { createSqliteStore } from "../src/adapters/logs/sqlite/sqlite-store.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { queryDatabase } from "../tests/lab/query-database.ts";
import { startFake, startRouterProcess } from "./lab/children.ts";
import { sampleCall } from "./lab/sample-calls.ts";
import type { LockFigures } from "./lab/watch-write-lock.ts";

const rounds = Number(process.argv[2] ?? 3);
const rows = Number(process.argv[3] ?? 150_000);
const oldRows = Math.floor((rows * 2) / 3);
const perSecond = 100;
const warmingCalls = 200;
const day = 86_400_000;
const keepDays = 7;
const now = Date.now();
const folder = mkdtempSync(join(tmpdir(), "smolrouter-retention-"));
const full = join(folder, "full.db");

async function build(): Promise<void> {
  const { database } = await openDatabase(full, now);
  const blobs = createFilesystemBlobs(join(folder, "blobs"));
  const store = createSqliteStore({
    db: database.connection,
    blobs,
    inlineLimit: 16_384,
    search: "search",
  });
  // The old ones of a week; the others of the last six days, so that none gets old meanwhile.
  const timeOf = (place: number) =>
    place < oldRows
      ? now - 2 * keepDays * day + Math.floor((place * keepDays * day * 0.99) / oldRows)
      : now - 6 * day + Math.floor(((place - oldRows) * 6 * day) / (rows - oldRows));
  for (let place = 0; place < rows;)
    await store.write(
      Array.from({ length: Math.min(500, rows - place) }, () => sampleCall(timeOf(place++))),
    );
  database.close();
}

interface Run {
  readonly latencies: readonly number[];
  readonly lock: LockFigures;
  /** ms until the last old row was gone, and until the last free page was. */
  readonly rowsGone: number;
  readonly spaceBack: number;
  readonly bytes: readonly [before: number, after: number];
  readonly dropped: number;
}

/** @param forMs how long the load goes on; null: until all that is too old is gone */
async function run(name: string, days: number, forMs: number | null): Promise<Run> {
  const path = join(folder, name, "requests.db");
  mkdirSync(join(folder, name));
  copyFileSync(full, path);
  // What the copy left to be written would stand before the router's own writes.
  Bun.spawnSync(["sync"]);
  const before = statSync(path).size;
  const router = await startRouterProcess({
    DEFAULT_UPSTREAM: fake.url,
    DB_PATH: path,
    BLOB_STORAGE_PATH: join(folder, name, "blobs"),
    MAX_LOG_AGE_DAYS: String(days),
  });
  const startedAt = performance.now();
  // The first calls of a process take ten times as long, whatever else it does.
  for (let call = 0; call < warmingCalls; call++) await send(router.url);
  const lock = watchLock(path);
  const load = startLoad(router.url);
  const ask = (sql: string) =>
    Object.values(queryDatabase<object>(path, sql)[0] ?? {})[0] as number;
  const elapsed = () => performance.now() - startedAt;
  let rowsGone = 0;
  if (forMs === null) {
    const oldest = "select min(timestamp) from requests";
    while (ask(oldest) < now - keepDays * day) await Bun.sleep(100);
    rowsGone = elapsed();
    while (ask("pragma freelist_count") > 0) await Bun.sleep(100);
  } else await Bun.sleep(forMs);
  const spaceBack = elapsed();
  const latencies = await load.stop();
  const figures = await lock.stop();
  const stats = (await (await fetch(`${router.url}/api/stats`)).json()) as {
    readonly dropped_rows: Readonly<Record<string, number>>;
  };
  await router.stop();
  const after = statSync(path).size;
  rmSync(join(folder, name), { recursive: true });
  const dropped = Object.values(stats.dropped_rows).reduce((sum, count) => sum + count, 0);
  return { latencies, lock: figures, rowsGone, spaceBack, bytes: [before, after], dropped };
}

/** @returns ms until the last byte */
async function send(url: string): Promise<number> {
  const before = performance.now();
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }] }),
  });
  await response.bytes();
  if (response.status !== 200) throw new Error(`status ${response.status}`);
  return performance.now() - before;
}

function startLoad(url: string): { stop(): Promise<readonly number[]> } {
  const latencies: number[] = [];
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    for (; sent < ((performance.now() - startedAt) * perSecond) / 1_000; sent++) {
      const done = send(url)
        .then((took) => void latencies.push(took))
        .finally(() => underWay.delete(done));
      underWay.add(done);
    }
  }, 1);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      return latencies;
    },
  };
}

function watchLock(path: string): { stop(): Promise<LockFigures> } {
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, "lab/watch-write-lock.ts"), path],
    { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
  );
  return {
    async stop() {
      await child.stdin.end();
      return (await new Response(child.stdout).json()) as LockFigures;
    },
  };
}

const ms = (time: number) => time.toFixed(1);
const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

function line(name: string, { latencies, lock, ...run_ }: Run): readonly string[] {
  const sorted = latencies.toSorted((a, b) => a - b);
  return [
    name,
    String(sorted.length),
    ...[0.5, 0.99, 0.999, 1].map((share) => ms(at(sorted, share))),
    String(sorted.filter((time) => time > 10).length),
    ms(lock.longest),
    `${(lock.held * 100).toFixed(0)} %`,
    ms(lock.longestGap),
    run_.rowsGone === 0
      ? "-"
      : `${(run_.rowsGone / 1_000).toFixed(1)} s, ${(run_.spaceBack / 1_000).toFixed(1)} s`,
    run_.bytes.map((bytes) => `${(bytes / 1_048_576).toFixed(0)} MB`).join(" to "),
    String(run_.dropped),
  ];
}

const fake = await startFake();
try {
  await build();
  console.error(`${rows} rows, ${oldRows} of them too old`);
  const lines: (readonly string[])[] = [];
  const differences: (readonly string[])[] = [];
  for (let round = 1; round <= rounds; round++) {
    const removing = await run("removing", keepDays, null);
    const idle = await run("idle", 365, removing.spaceBack);
    lines.push(line("removing", removing), line("nothing to remove", idle));
    const [a, b] = [removing, idle].map(({ latencies }) => latencies.toSorted((x, y) => x - y));
    differences.push(
      [0.5, 0.99, 0.999, 1].map((share) => ms(at(a ?? [], share) - at(b ?? [], share))),
    );
    console.error(`round ${round} of ${rounds}`);
  }
  printTable(
    `ms a request, ${perSecond} requests/s; ms for which the write lock was held`,
    [
      "",
      "requests",
      "p50",
      "p99",
      "p99.9",
      "slowest",
      "over 10",
      "longest lock",
      "locked",
      "longest gap",
      "rows gone, space back",
      "file",
      "dropped",
    ],
    lines,
  );
  printTable(
    "ms by which removing made them slower",
    ["p50", "p99", "p99.9", "slowest"],
    differences,
  );
} finally {
  await fake.stop();
  rmSync(folder, { recursive: true, force: true });
}

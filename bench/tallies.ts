// What a month's figures take beside a day's, off tallies of a log of a month, and what tallies cost a row as
// it is written: ratios of one run, as others use the processor, too.
// Run it with: bun bench/tallies.ts [calls an hour, default 200]
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFilesystemBlobs } from "../src/adapters/blobs/filesystem-blobs.ts";
import type { LogWrite } from "../src/adapters/logs/pipeline/log-engine.ts";
import { openDatabase } from "../src/adapters/logs/sqlite/database.ts";
import { sensedDownTo } from "../src/adapters/logs/sqlite/log-state.ts";
import { createSqliteStore } from "../src/adapters/logs/sqlite/sqlite-store.ts";
import { barsOf } from "../src/domain/log/period-range.ts";
import type { Dimension } from "../src/ports/periods.ts";
import { idAt, logWrite, noon } from "../tests/lab/log-entries.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { createRandom } from "../tests/lab/random.ts";

const perHour = Number(process.argv[2] ?? 200);
const days = 30;
const [hourMs, dayMs] = [3_600_000, 86_400_000];
const now = noon + 1_234_567;
const random = createRandom(7);
const folder = mkdtempSync(join(tmpdir(), "smolrouter-tallies-"));

const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Of one of so many cells: model, upstream, user and state. */
function callOf(timestamp: number, counter: number, cells: number): LogWrite {
  const cell = Math.floor(cells * random.next() ** 2);
  const model = `model-${cell % 10}`;
  const isFailed = cell % 25 === 24;
  const write = logWrite(
    {
      id: idAt(timestamp, counter),
      timestamp,
      originalModel: model,
      mappedModel: model,
      upstream: `upstream-${cell % 5}`,
      authUser: `user-${cell}`,
      state: isFailed ? "failed" : "completed",
      statusCode: isFailed ? 502 : 200,
      durationMs: Math.round(200 * 30 ** random.next()),
      ttftMs: random.int(50, 900),
      attempts: [],
    },
    {},
    { promptTokens: random.int(1, 3_000), completionTokens: 200, totalTokens: 900 },
  );
  return { ...write, sense: { ...write.sense, costNanos: random.int(1, 1e7), client: "codex/1" } };
}

async function openStore(name: string) {
  const path = join(folder, name);
  const { database } = await openDatabase(path, noon);
  const blobs = createFilesystemBlobs(join(folder, "blobs"));
  const options = { db: database.connection, blobs, inlineLimit: 16_384, search: "search" };
  return { path, database, store: createSqliteStore(options) };
}

async function measureReads(): Promise<void> {
  const { path, database, store } = await openStore("month.db");
  for (let begin = now - days * dayMs; begin < now; begin += hourMs)
    await store.write(
      Array.from({ length: perHour }, (_, at) =>
        callOf(Math.min(now - 1, begin + Math.floor((at * hourMs) / perHour)), at, 50),
      ),
    );
  const rows = days * 24 * perHour;
  const bytes = database.connection.query<{ bytes: number }, []>(
    "select sum(pgsize) as bytes from dbstat where name = 'tallies'",
  );
  const size = (() => {
    try {
      return `${((bytes.get()?.bytes ?? 0) / 1e6).toFixed(0)} MB`;
    } catch {
      return "an unknown part";
    }
  })();
  console.log(`${rows} rows, ${(statSync(path).size / 1e6).toFixed(0)} MB, tallies ${size} of it`);

  const ask = async (span: number, zone: string, by: Dimension | undefined): Promise<number> => {
    const since = Math.floor((now - span) / hourMs) * hourMs;
    const bars = barsOf({ since, until: null }, now, zone);
    const before = performance.now();
    await store.period({ filter: { since }, bars, ...(by === undefined ? {} : { by }) });
    return performance.now() - before;
  };
  const questions: readonly (readonly [string, string, Dimension | undefined])[] = [
    ["all, days of UTC", "UTC", undefined],
    ["by model, days of UTC", "UTC", "model"],
    ["by model, days of Kathmandu", "Asia/Kathmandu", "model"],
    ["by user, days of Berlin", "Europe/Berlin", "user"],
  ];
  const results: (readonly string[])[] = [];
  for (const [name, zone, by] of questions) {
    const times = [dayMs, 7 * dayMs, days * dayMs].map((span) => ({ span, ms: [] as number[] }));
    for (let round = 0; round < 21; round++)
      for (const { span, ms } of times) ms.push(await ask(span, zone, by));
    const medians = times.map(({ ms }) => medianOf(ms));
    const ratio = (medians.at(-1) ?? 0) / (medians[0] ?? 1);
    results.push([name, ...medians.map((ms) => ms.toFixed(1)), ratio.toFixed(1)]);
  }
  database.close();
  printTable("ms, medians of 21", ["figures", "a day", "7 days", "30 days", "30 : 1"], results);
}

/** Bodies and search aside, rows with and without tallies, in turn. */
async function measureWrites(): Promise<void> {
  const results: (readonly string[])[] = [];
  for (const cells of [1, 10, 50]) {
    const [plain, tallied] = [
      await openStore(`plain-${cells}`),
      await openStore(`tallied-${cells}`),
    ];
    // As if all rows were those of an older version, which are tallied later.
    sensedDownTo(plain.database.connection, Number.MAX_SAFE_INTEGER);
    const spent = { plain: [] as number[], tallied: [] as number[] };
    for (let round = 0; round < 60; round++) {
      const batch = Array.from({ length: 100 }, (_, at) =>
        callOf(noon + round * 1_000 + at * 10, at, cells),
      );
      for (const [name, { store }] of [
        ["plain", plain],
        ["tallied", tallied],
      ] as const) {
        const { user, system } = process.cpuUsage();
        await store.write(batch);
        const after = process.cpuUsage();
        if (round >= 10) spent[name].push((after.user + after.system - user - system) / 100);
      }
    }
    plain.database.close();
    tallied.database.close();
    const [without, withThem] = [medianOf(spent.plain), medianOf(spent.tallied)];
    results.push([
      String(cells),
      without.toFixed(1),
      withThem.toFixed(1),
      (withThem / without).toFixed(2),
    ]);
  }
  printTable(
    "µs of processor time a row without bodies, medians of 50 batches of 100 within a second",
    ["cells", "without tallies", "with tallies", "ratio"],
    results,
  );
}

try {
  await measureWrites();
  await measureReads();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

// The real program under steady load, for tests that do something to its log meanwhile: what its
// clients saw, and what became of the rows of their calls.
import { join } from "node:path";
import { until } from "../lab/live-view.ts";
import type { Stats } from "../../src/ports/browse.ts";
import { queryDatabase } from "../lab/query-database.ts";
import { type SpawnedRouter, withSpawnedRouter } from "../lab/spawn-router.ts";
import { answerLoad, startSteadyLoad } from "./steady-load.ts";
import { withFakes } from "../lab/with-fakes.ts";

export interface LoggedLoadOptions {
  /** Where the log lies. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly perSecond?: number;
  /** Characters of each answer; more than 16,384 go to the blob store. */
  readonly size?: number;
}

export interface LoggedLoad {
  readonly router: SpawnedRouter;
  readonly database: string;
  readonly blobs: string;
  /** Lets the load run for so long, or longer where little is answered; returns the 99th of 100 latencies of quick calls since the last time, in ms. */
  latency(forMs?: number): Promise<number>;
  /** Rows dropped since start, by `/metrics`, which needs no store. */
  dropped(): Promise<number>;
  /** Bodies dropped since start whose rows were not. */
  droppedBodies(): Promise<number>;
  /** Settles once `/readyz` has that status; returns what it says. */
  ready(status: 200 | 503): Promise<string>;
  /** Settles once nothing is dropped for a second. */
  recovered(): Promise<void>;
  /** Ends the load and tells what came of it. */
  account(): Promise<Account>;
}

export interface Account {
  readonly sent: number;
  /** What was wrong with answers, in words. */
  readonly wrong: readonly string[];
  /** Rows of calls that have ended. */
  readonly ended: number;
  /** Rows that still stand as in flight, though no call is. */
  readonly leftInFlight: number;
  /** Rows that no call of a client explains. */
  readonly strangers: number;
  readonly dropped: number;
  readonly droppedBodies: number;
  /** Warnings and errors in the program's log. */
  readonly reported: readonly string[];
  /** Bytes by which resident memory grew at most once it was warm. */
  readonly growth: number;
}

/** Latencies, for a figure. */
const enough = 20;
const warmMs = 1_000;
const patienceMs = 90_000;

/** Starts a router with its log in that folder, puts it under load, and runs the test. */
export function withLoggedLoad<T>(
  { folder, env = {}, perSecond = 40, size = 2_000 }: LoggedLoadOptions,
  run: (lab: LoggedLoad) => Promise<T>,
): Promise<T> {
  const database = join(folder, "requests.db");
  const blobs = join(folder, "blobs");
  return withFakes({ a: { keepRequests: false } }, ({ a }) => {
    answerLoad(a);
    const place = { DB_PATH: database, BLOB_STORAGE_PATH: blobs, DEFAULT_UPSTREAM: a.url };
    return withSpawnedRouter({ env: { ...place, ...env } }, async (router) => {
      const load = startSteadyLoad(router.url, { perSecond, size });
      await Bun.sleep(warmMs);
      load.takeLatencies();
      const memory = watchMemory(router);
      try {
        return await run({
          router,
          database,
          blobs,
          async latency(forMs = 0) {
            await Bun.sleep(forMs);
            await until(() => Promise.resolve(load.measured() >= enough), patienceMs);
            return p99(load.takeLatencies());
          },
          dropped: () => figure(router, "smolrouter_log_dropped_rows_total"),
          droppedBodies: async () => (await drops(router)).bodies,
          async ready(status) {
            let said = "";
            await until(async () => {
              const response = await fetch(`${router.url}/readyz`);
              said = await response.text();
              return response.status === status;
            }, patienceMs);
            return said;
          },
          async recovered() {
            let before = await drops(router);
            await until(async () => {
              await Bun.sleep(1_000);
              const now = await drops(router);
              const same = now.rows === before.rows && now.bodies === before.bodies;
              before = now;
              return same;
            }, patienceMs);
          },
          async account() {
            await load.stop();
            const growth = memory.stop();
            await until(
              async () => (await figure(router, "smolrouter_log_queue_rows")) === 0,
              patienceMs,
            );
            const { rows: dropped, bodies: droppedBodies } = await drops(router);
            const rows = queryDatabase<{ id: string; state: string }>(
              database,
              "select id, state from requests",
            );
            const leftInFlight = rows.filter(({ state }) => state === "inflight").length;
            return {
              sent: load.sent(),
              wrong: load.wrong,
              ended: rows.length - leftInFlight,
              leftInFlight,
              strangers: rows.filter(({ id }) => !load.ids.has(id)).length,
              dropped,
              droppedBodies,
              reported: [...router.reported],
              growth,
            };
          },
        });
      } finally {
        memory.stop();
        await load.stop();
      }
    });
  });
}

async function drops({ url }: SpawnedRouter): Promise<{ rows: number; bodies: number }> {
  const response = await fetch(`${url}/api/stats`);
  if (response.status !== 200) throw new Error(`/api/stats: ${await response.text()}`);
  const { dropped_rows, dropped_bodies } = (await response.json()) as Stats;
  return {
    rows: Object.values(dropped_rows).reduce((sum, rows) => sum + rows, 0),
    bodies: dropped_bodies,
  };
}

/** The sum of a metric's samples. */
async function figure({ url }: SpawnedRouter, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const samples = text.split("\n").filter((line) => line.startsWith(name));
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

function watchMemory(router: SpawnedRouter): { stop(): number } {
  const first = router.residentBytes();
  let most = first;
  const timer = setInterval(() => {
    most = Math.max(most, router.residentBytes());
  }, 200);
  return {
    stop() {
      clearInterval(timer);
      return most - first;
    },
  };
}

function p99(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
}

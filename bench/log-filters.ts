// Every filter of the list, every order and every pair of them over a large log, asked of GET /api/logs of the
// program itself. Run it with: bun bench/log-filters.ts FILE [rounds, default 5] [how many are named, default 10], a database as
// `bun bench/log-million.ts 1000000 FILE keep` builds it. It fails where the 95th of a hundred is above 50 ms.
import { resolve } from "node:path";
import { openForReading } from "../src/adapters/logs/sqlite/database.ts";
import { runSql } from "../src/adapters/logs/sqlite-file/run-sql.ts";
import { printTable } from "../tests/lab/print-table.ts";
import { startRouterProcess } from "./lab/children.ts";
import { blobsBeside, logEnd, longThread, weekMs } from "./lab/fill-log.ts";
import { median } from "./lab/median.ts";
import { quantile } from "./lab/paced-load.ts";
import { clients, models, users, vocabulary } from "./lab/sample-calls.ts";

/** ms. */
const bound = 50;
/** ms; nobody needs to know it more exactly. */
const hopeless = 1_000;
/** Questions before the first that counts. */
const warming = 20;
const shown = Number(process.argv[4] ?? 10);

type Values = Readonly<Record<string, string>>;

const path = process.argv[2];
if (path === undefined) throw new Error("which database? bun bench/log-filters.ts FILE");
const rounds = Number(process.argv[3] ?? 5);
const { thread, middle } = idsIn(path);
const at = (beforeEnd: number) => new Date(logEnd - beforeEnd).toISOString();
const day = 86_400_000;

/** Of each parameter values that many rows have, few, and none. */
const values: Readonly<Record<string, Values>> = {
  model: { common: models[0]!, rare: models.at(-1)!, part: "model-", none: "no-such" },
  upstream: { common: "desk", rare: "default", none: "no-such" },
  user: { common: users[0]!, rare: users.at(-1)!, address: "10.0.0.30", none: "no-such" },
  client: { common: "claude-cli", version: clients[3]!, rare: clients.at(-1)!, none: "no-such" },
  service_type: { common: "openai", rare: "ollama", none: "anthropic" },
  status: { common: "200", class: "5xx", rare: "429", none: "3xx" },
  state: { common: "completed", rare: "failed", none: "inflight" },
  since: { common: at(weekMs / 2), rare: at(3_600_000), none: at(-3_600_000) },
  until: { common: at(weekMs / 2), rare: at(weekMs - 3_600_000), none: at(weekMs + day) },
  thread: { rare: thread, none: "00000000-0000-8000-8000-000000000000" },
  resent_from: { none: middle },
  q: { common: vocabulary[3]!, rare: vocabulary.at(-7)!, none: "zzzzzzzz" },
  before: { middle },
  sort: { duration: "duration", tokens: "tokens", cost: "cost" },
};

interface Question {
  readonly name: string;
  readonly query: string;
}

interface Answered {
  readonly name: string;
  readonly took: readonly number[];
}

const router = await startRouterProcess({
  DB_PATH: resolve(path),
  BLOB_STORAGE_PATH: blobsBeside(path),
  MAX_LOG_AGE_DAYS: "0",
  DEFAULT_UPSTREAM: "http://localhost:9",
  BENCH_NOW: String(logEnd + 1),
  BUN_OPTIONS: `--preload=${resolve(import.meta.dir, "lab/set-clock.ts")}`,
});
try {
  const kinds = [
    ["nothing", [{ name: "nothing", query: "" }]],
    ["one", singles()],
    ["a pair", pairs()],
  ] as const;
  // A router that has just begun compiles what it answers with, and looks after the log.
  for (let round = 0; round < warming; round++) await asked(questionOf([]));
  const summary: (readonly (string | number)[])[] = [];
  const all: Answered[] = [];
  for (const [kind, questions] of kinds) {
    const answered: Answered[] = [];
    for (const question of questions) answered.push(await asked(question));
    const every = answered.flatMap(({ took }) => took);
    summary.push([
      kind,
      questions.length,
      ...[0.5, 0.95, 0.99, 1].map((part) => quantile(every, part).toFixed(1)),
      answered.filter(({ took }) => median(took) > bound).length,
    ]);
    all.push(...answered);
  }
  printTable(
    `GET /api/logs, ms, ${rounds} times each`,
    ["parameters", "questions", "median", "p95", "p99", "slowest", `medians over ${bound}`],
    summary,
  );
  const slowest = all.toSorted((a, b) => median(b.took) - median(a.took)).slice(0, shown);
  printTable(
    "the slowest",
    ["question", "first", "median", "slowest"],
    slowest.map(({ name, took }) => [
      name,
      ...[took[0] ?? 0, median(took), Math.max(...took)].map((ms) => ms.toFixed(1)),
    ]),
  );
  const worst = Math.max(...kinds.map((_, place) => Number(summary[place]?.[3])));
  if (worst > bound) process.exitCode = 1;
} finally {
  await router.stop();
}

async function asked({ name, query }: Question): Promise<Answered> {
  const took: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = performance.now();
    const answer = await fetch(`${router.url}/api/logs?${query}`);
    const text = await answer.text();
    took.push(performance.now() - before);
    // One that took too long is in the table; what is wrong with a question is this file's mistake.
    if (!answer.ok && answer.status < 500) throw new Error(`${query}: ${text}`);
    if (performance.now() - before > hopeless) break;
  }
  return { name, took };
}

function singles(): readonly Question[] {
  return Object.entries(values).flatMap(([name, own]) =>
    Object.entries(own).map(([kind, value]) => questionOf([[name, kind, value]])),
  );
}

function pairs(): readonly Question[] {
  const parts = Object.entries(values).flatMap(([name, own]) =>
    Object.entries(own).map(([kind, value]) => [name, kind, value] as const),
  );
  return parts.flatMap((one, place) =>
    parts
      .slice(place + 1)
      .filter(([name]) => name !== one[0])
      .map((other) => questionOf([one, other])),
  );
}

function questionOf(parts: readonly (readonly [name: string, kind: string, value: string])[]) {
  return {
    name: parts.map(([name, kind]) => `${name}: ${kind}`).join(", "),
    query: new URLSearchParams(
      Object.fromEntries(parts.map(([name, , value]) => [name, value])),
    ).toString(),
  };
}

/** A thread of many calls, and a row of the middle. */
function idsIn(file: string): { readonly thread: string; readonly middle: string } {
  const database = openForReading(file);
  const { connection } = database;
  const [patient] = runSql<{ thread_id: string }>(
    connection,
    "select thread_id from requests where who = ? order by seq desc limit 1",
    [longThread.user],
  );
  const [row] = runSql<{ id: string }>(
    connection,
    "select id from requests where timestamp >= ? order by timestamp limit 1",
    [logEnd - weekMs / 2],
  );
  database.close();
  if (patient === undefined || row === undefined)
    throw new Error("it is not a log as bench/log-million.ts fills it");
  return { thread: patient.thread_id, middle: row.id };
}

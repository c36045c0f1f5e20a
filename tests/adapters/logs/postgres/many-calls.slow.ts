// 400,000 calls of eight days, or a million with SWEEP=full, in tables that nobody has analyzed, and in the same once the server
// knows them: every list is read off an index, whatever it is filtered by, so that the statements touch
// about as many rows as they give.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, createClient } from "../../../../src/adapters/logs/postgres/client.ts";
import { lowestId } from "../../../../src/adapters/logs/postgres/id-times.ts";
import { day } from "../../../../src/adapters/logs/postgres/partition-ranges.ts";
import { createPostgresReader } from "../../../../src/adapters/logs/postgres/postgres-reader.ts";
import { createPostgresStore } from "../../../../src/adapters/logs/postgres/postgres-store.ts";
import type { LogFilter } from "../../../../src/ports/browse.ts";
import type { PeriodQuestion } from "../../../../src/ports/periods.ts";
import type { LogReader } from "../../../../src/ports/log-reader.ts";
import { fillWithCalls } from "../../../lab/many-calls.ts";
import { type LabPostgres, startPostgres } from "../../../lab/postgres.ts";
import { labInstance } from "../../../lab/postgres-store.ts";
import { isWhole } from "../../../lab/sweep.ts";
import { explained } from "../../../lab/query-plans.ts";

/** Half past one: what is an hour old lies in the last partition, ids of up to an hour before in the one before. */
const end = Math.floor(Date.now() / day) * day - day + 5_400_000;
const hour = 3_600_000;
const calls = { days: 8, perDay: isWhole ? 125_000 : 50_000 };
let server: LabPostgres;
let client: Client;

beforeAll(async () => {
  server = await startPostgres({
    settings: [
      "shared_buffers=256MB",
      "max_wal_size=8GB",
      "wal_level=minimal",
      "max_wal_senders=0",
      // It would analyze the tables at any moment.
      "autovacuum=off",
    ],
  });
  client = createClient({ url: server.url(), connections: 1, silenceMs: 300_000 });
  const store = createPostgresStore({ client, maxLogAgeMs: 30 * day });
  await store.settle(labInstance(1));
  await fillWithCalls(client, store, calls, end);
});

afterAll(async () => {
  await client.close();
  server.remove();
});

/** Rows that a list may touch: its page, and those that other conditions refuse. */
const page = 1_500;
/** Those that a search may put in order, or walk past. */
const searched = 60_000;

const lists: readonly (readonly [string, Partial<LogFilter>, number])[] = [
  ["newest", {}, page],
  ["of the middle", { before: lowestId(end - 4 * day) }, page],
  ["since an hour", { since: end - 3_600_000 }, page],
  ["a model", { model: "model-3" }, page],
  ["a model sent", { model: "sent-1" }, page],
  ["no model", { model: "absent" }, page],
  ["an upstream", { upstream: "box-1" }, page],
  ["an upstream of each day's first half", { upstream: "early-box" }, page],
  ["a rare upstream", { upstream: "rare-box" }, page],
  ["no upstream", { upstream: "absent" }, page],
  ["completed", { state: "completed" }, page],
  ["failed", { state: "failed" }, page],
  ["cancelled", { state: "cancelled" }, page],
  ["interrupted", { state: "interrupted" }, page],
  ["status 200", { status: { from: 200, to: 200 } }, page],
  ["status 404", { status: { from: 404, to: 404 } }, page],
  ["status 5xx", { status: { from: 500, to: 599 } }, page],
  ["status 3xx, which none has", { status: { from: 300, to: 399 } }, page],
  ["openai", { service_type: "openai" }, page],
  ["ollama", { service_type: "ollama" }, page],
  ["repeats", { resent_from: "00000000-0000-7000-8000-000000000000" }, page],
  ["a rare upstream that failed", { upstream: "rare-box", state: "failed" }, 5_000],
  [
    "failed with a status that none of them has",
    { state: "failed", status: { from: 404, to: 404 } },
    7_000,
  ],
  ["a model of an upstream of the first half", { model: "model-3", upstream: "early-box" }, 7_000],
  ["a word that every call has", { q: "weather" }, searched],
  ["a word of each twentieth call", { q: "twentieth" }, searched],
  ["a word of each thousandth call", { q: "thousandth" }, searched],
  ["a word of 24 calls", { q: "veryrare" }, 1_000],
  ["a word that none has", { q: "nobody" }, 10],
  ["a beginning", { q: "thousa" }, searched],
  ["a phrase", { q: '"the weather"' }, searched],
  ["a phrase of a few", { q: '"veryrare thing"' }, 1_000],
  ["a phrase that none has", { q: '"thousandth thing"' }, searched],
  ["two words", { q: "weather twentieth" }, searched],
  ["a word, with a rare filter", { q: "weather", upstream: "rare-box" }, searched],
  ["a word, with a common filter", { q: "weather", upstream: "box-1" }, searched],
];

async function expectFewTouched(): Promise<void> {
  const plans = explained(client);
  const reader = createPostgresReader(plans.client, null);
  for (const [name, filter, most] of lists) {
    const { logs } = await reader.list({ limit: 50, ...filter });
    const { touched, readThrough } = plans.take();
    expect({ name, readThrough, isMore: touched > most ? touched : 0 }).toEqual({
      name,
      readThrough: [],
      isMore: 0,
    });
    const isFound = !/\bno|none|interrupted|that failed/.test(name);
    expect([name, logs.length > 0]).toEqual([name, isFound]);
  }
}

async function expectFiguresFromSums(): Promise<void> {
  const plans = explained(client);
  const reader = createPostgresReader(plans.client, null);
  for (const since of [null, end - day, end - 7 * day + 12_345]) {
    expect((await reader.stats(since)).requests).toBeGreaterThan(40_000);
    const { touched, readThrough } = plans.take();
    expect(readThrough.filter((table) => table.startsWith("requests"))).toEqual([]);
    expect(touched).toBeLessThan(50_000);
  }
}

const periods: readonly PeriodQuestion[] = [
  { filter: { since: end - hour, until: end }, by: "model", bars: barsOf(hour, 60_000) },
  { filter: { since: end - day + 12_345 }, by: "user", bars: barsOf(day, hour / 4) },
  { filter: { since: end - 7 * day, model: "del-3" }, by: "upstream", bars: barsOf(7 * day, hour) },
  { filter: {} },
];

function barsOf(back: number, step: number): readonly number[] {
  return Array.from({ length: back / step }, (_, at) => end - back + at * step);
}

async function expectPeriodsFromTallies(): Promise<void> {
  const plans = explained(client);
  const reader = createPostgresReader(plans.client, null);
  for (const question of periods) {
    expect((await reader.period(question)).figures.requests).toBeGreaterThan(500);
    expect(await reader.count(question.filter)).toMatchObject({ isExact: true });
    const { touched, readThrough } = plans.take();
    const tables = readThrough.filter((table) => /^(?:requests|tallies)/.test(table));
    expect([question, tables, touched > 50_000 ? touched : 0]).toEqual([question, [], 0]);
  }
  const repeats = { resent_from: "00000000-0000-7000-8000-000000000000" };
  expect((await reader.count(repeats)).calls).toBeGreaterThan(5);
  expect(plans.take()).toMatchObject({ readThrough: [] });
}

test(
  "lists and searches touch about the rows that they give, and no table is read through",
  expectFewTouched,
);

test("what several indexes have in common is the newest of it, page by page", async () => {
  const reader = createPostgresReader(client, null);
  const expected = await client.run<{ id: string }>(
    `select id::text as id from requests where state = 'failed' and original_model = 'model-3'
      order by requests.id desc`,
  );
  const found: string[] = [];
  for (let before: string | null | undefined; before !== null && found.length < 2_000;) {
    const filter = { state: "failed", model: "model-3", limit: 500 } as const;
    const page = await reader.list(before === undefined ? filter : { ...filter, before });
    found.push(...page.logs.map(({ id }) => id));
    before = page.next;
  }
  expect(found.length).toBeGreaterThan(500);
  expect(found).toEqual(expected.map(({ id }) => id).slice(0, found.length));
});

test("figures are added up from sums", expectFiguresFromSums);
test("periods and counts are added up from tallies", expectPeriodsFromTallies);

describe("once the tables are analyzed", () => {
  beforeAll(async () => {
    await client.run("analyze");
  });
  test("lists and searches touch no more", expectFewTouched);
  test("figures are added up from sums", expectFiguresFromSums);
  test("periods and counts are added up from tallies", expectPeriodsFromTallies);
});

/** How often each read is timed. */
const turns = isWhole ? 5 : 1;

test("takes so long (printed, as a busy machine says nothing)", async () => {
  const reader = createPostgresReader(client, null);
  const reads: readonly (readonly [string, (from: LogReader) => Promise<unknown>])[] = [
    ...lists.map(
      ([name, filter]) => [name, (from: LogReader) => from.list({ limit: 50, ...filter })] as const,
    ),
    ["figures of a day", (from) => from.stats(end - day)],
    ["figures of all", (from) => from.stats(null)],
    ...periods.map(
      (question, at) =>
        [
          `a period of ${["an hour", "a day", "a week", "all"][at]}`,
          (from: LogReader) => from.period(question),
        ] as const,
    ),
    ["the count of a week", (from) => from.count({ since: end - 7 * day })],
    ["10,000 points", (from) => from.points({ since: end - day, limit: 10_000 })],
  ];
  const lines: string[] = [];
  for (const [name, read] of reads) {
    const times: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const begun = performance.now();
      await read(reader);
      times.push(performance.now() - begun);
    }
    times.sort((a, b) => a - b);
    const [median = 0, most = 0] = [times[turns >> 1], times.at(-1)];
    lines.push(
      `${name.padEnd(36)} ${median.toFixed(1).padStart(7)} ${most.toFixed(1).padStart(7)}`,
    );
  }
  console.log(`ms, median and most of ${turns}:\n${lines.join("\n")}`);
});

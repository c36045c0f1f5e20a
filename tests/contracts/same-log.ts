// Two log stores that were given the same calls give the same answers, byte for byte of the API's JSON:
// to every filter and every two of them, page by page, to what the rows' own words are sought by, and
// before and after retention.
import { expect } from "bun:test";
import type { LogWrite } from "../../src/adapters/logs/pipeline/log-engine.ts";
import type { CallFilter } from "../../src/ports/periods.ts";
import type { LogFilter } from "../../src/ports/browse.ts";
import { isTallied } from "../../src/domain/log/tallied-filter.ts";
import { wordsOf } from "../../src/domain/log/words-of.ts";
import { writtenText } from "../../src/adapters/logs/rows/indexed-text.ts";
import { captured, logWrite } from "../lab/log-entries.ts";
import type { Random } from "../lab/random.ts";
import type { ContractedLog } from "./log-store.ts";

const hourMs = 3_600_000;
/** Days that the calls are from. */
const days = 9;

/** The calls that are made up. */
export interface MadeCalls {
  readonly count: number;
  /** Epoch ms of the first. */
  readonly from: number;
}

/**
 * @param share of all combinations of filters that are asked for, 0 to 1
 */
export async function expectSameAnswers(
  one: ContractedLog,
  other: ContractedLog,
  random: Random,
  calls: MadeCalls,
  share: number,
): Promise<void> {
  const writes = randomCalls(random, calls);
  for (const batch of randomBatches(random, writes)) {
    await one.write(batch);
    await other.write(batch);
  }
  const stores = [one, other] as const;
  await expectSameReads(stores, random, writes, calls.from, share, 60_000);
  const [rowsBefore, bodiesBefore] = [days / 3, days / 2].map(
    (day) => calls.from + Math.floor(day * 24 * hourMs) + random.int(0, hourMs),
  );
  for (const store of stores)
    while (await store.removeOlder(rowsBefore ?? 0, bodiesBefore ?? 0, 500));
  // Where rows have gone, periods are known by the hour, and up to where is a store's own affair.
  await expectSameReads(stores, random, writes, calls.from, share / 3, hourMs);
}

type Stores = readonly [ContractedLog, ContractedLog];

async function expectSameReads(
  stores: Stores,
  random: Random,
  writes: readonly LogWrite[],
  first: number,
  share: number,
  periodUnit: number,
): Promise<void> {
  const same = async (
    what: object,
    read: (store: ContractedLog) => Promise<unknown>,
  ): Promise<string> => {
    const [left, right] = await Promise.all(
      stores.map(async (store) => JSON.stringify(await read(store))),
    );
    if (left !== right) expect({ what, answer: right }).toEqual({ what, answer: left });
    return left ?? "";
  };
  const pages = async (filter: Partial<LogFilter>, limit: number, most: number) => {
    let before = filter.before;
    for (let page = 0; page < most; page++) {
      const asked = { ...filter, limit, ...(before === undefined ? {} : { before }) };
      const { next } = JSON.parse(await same(asked, (store) => store.list(asked))) as {
        next: string | null;
      };
      if (next === null) return;
      before = next;
    }
  };

  await pages({}, 500, 1_000);
  const filters = filtersFor(random, writes, first);
  for (const [at, filter] of filters.entries()) {
    await pages(filter, random.pick([1, 7, 50, 500]), 3);
    if (random.chance(share / 3)) await pages(filter, 100, 1_000);
    for (const second of filters.slice(at + 1))
      if (random.chance(share)) await pages({ ...filter, ...second }, random.pick([3, 50]), 2);
  }
  for (let turn = 0; turn < 30 + 100 * share; turn++)
    await pages({ q: soughtIn(random, writes) }, random.pick([1, 2, 50]), 2);
  for (let turn = 0; turn < 300 * share; turn++) {
    const { id } = random.pick(writes).entry;
    await same({ id }, (store) => store.get(id));
  }
  const since = () => first + random.int(0, days * 24 * hourMs);
  for (const time of [null, first, since(), since(), since(), first + days * 24 * hourMs])
    await same({ stats: time }, (store) => store.stats(time));
  for (const filter of filters) {
    const { model, service_type, user, client, upstream, until } = filter;
    const points = {
      since: since(),
      limit: random.pick([5, 1_000]),
      ...(model === undefined ? {} : { model }),
      ...(service_type === undefined ? {} : { service_type }),
      ...(user === undefined ? {} : { user }),
      ...(client === undefined ? {} : { client }),
      ...(upstream === undefined ? {} : { upstream }),
      ...(until === undefined ? {} : { until }),
    };
    await same({ points }, (store) => store.points(points));
  }
  const calls = filters.map(({ before: _before, sort: _sort, ...filter }) => filter);
  for (const filter of calls) {
    const one = random.chance(0.5) ? filter : { since: since(), ...filter, ...random.pick(calls) };
    await same({ count: one }, (store) => store.count(one));
    if (!isTallied(one)) continue;
    const question = {
      filter: periodUnit === hourMs ? inHours(one) : one,
      ...(random.chance(0.3) ? {} : { by: random.pick(dimensions) }),
      ...(random.chance(0.3) ? {} : { bars: barsFrom(random, one.since ?? first, periodUnit) }),
    };
    await same({ period: question }, (store) => store.period(question));
  }
}

const dimensions = ["model", "upstream", "user", "client"] as const;

function inHours({ since, until, ...filter }: CallFilter): CallFilter {
  const floor = (time: number) => Math.floor(time / hourMs) * hourMs;
  return {
    ...filter,
    ...(since === undefined ? {} : { since: floor(since) }),
    ...(until === undefined ? {} : { until: floor(until) }),
  };
}

/** @param unit ms: a minute or an hour, of which bars are whole ones */
function barsFrom(random: Random, since: number, unit: number): readonly number[] {
  const step = random.pick([unit, hourMs, 24 * hourMs]);
  const count = random.int(1, 60);
  return Array.from({ length: count }, (_, at) => (Math.floor(since / step) + at) * step);
}

const models = [
  "gpt-4",
  "llama3.2",
  "größe-7b",
  "模型-1",
  "qwen/Qwen2.5",
  "odd'; -- \u0000name",
  "ﬁne",
];
const clients = ["codex/1.0", "codex/1.1", "claude-cli/2", "curl", "größe/3"];
const threads = ["0d1f2a3b", "0d1f2a3b", "ffffffff"].map(
  (start, at) => `${start}-0000-8000-8000-00000000000${at}`,
);
const boxes = ["fast-box", "slow-box", "büro", "fast"];
const vocabulary =
  "the weather in Köln is SUNNY und die Straße naß İstanbul λόγος ΛΟΓΟΣ 今日は晴れ ที่นี่ don't re-read e\u0301tude 3.14 foo_bar \u{1F600} 🤔 हिन्दी x1 naïve".split(
    " ",
  );

function randomCalls(random: Random, { count, from }: MadeCalls): readonly LogWrite[] {
  const orNull = <T>(share: number, value: () => T) => (random.chance(share) ? null : value());
  const text = (most: number) =>
    Array.from({ length: random.int(0, most) }, () => random.pick(vocabulary)).join(
      random.pick([" ", " ", ", ", "\n"]),
    );
  const writes: LogWrite[] = [];
  // No two of one ms: which of them comes first is a store's own affair where they are written in another order.
  const step = Math.floor((days * 24 * hourMs) / count);
  for (let at = 0; at < count; at++) {
    const made = from + at * step + random.int(0, step - 1);
    const timestamp = made + (random.chance(0.1) ? random.int(0, hourMs / 2) : random.int(0, 5));
    const state = random.pick([
      ...Array.from({ length: 12 }, () => "completed" as const),
      ...(["failed", "failed", "cancelled", "interrupted", "inflight"] as const),
    ]);
    const isOpen = state === "inflight";
    const original = orNull(0.05, () => random.pick(models));
    const own = {
      id: uuidOf(random, made),
      timestamp,
      completedAt: isOpen ? null : timestamp + random.int(0, 60_000),
      state,
      sourceIp: `10.0.0.${random.int(1, 5)}`,
      service: random.pick(["openai", "openai", "openai", "anthropic", "ollama"] as const),
      authUser: orNull(0.6, () => random.pick(["ann", "Bob", "Ünal"])),
      originalModel: original,
      mappedModel: orNull(0.1, () =>
        random.chance(0.5) ? (original ?? "m") : random.pick(models),
      ),
      upstream: orNull(0.1, () => random.pick(boxes)),
      statusCode: isOpen
        ? null
        : orNull(0.05, () => random.pick([200, 200, 200, 201, 301, 400, 404, 429, 499, 500, 502])),
      errorMessage: state === "failed" ? text(4) : null,
      durationMs: isOpen ? null : orNull(0.05, () => random.int(0, 900_000) / 10),
      ttftMs: orNull(0.3, () => random.next() * 3_000),
      resentFrom: writes.length > 0 && random.chance(0.05) ? random.pick(writes).entry.id : null,
    };
    const reading = isOpen
      ? {}
      : {
          promptTokens: orNull(0.2, () => random.int(0, 9_000_000_000)),
          completionTokens: orNull(0.2, () => random.int(0, 2_000)),
          totalTokens: orNull(0.2, () => random.int(0, 2_000)),
        };
    const body = () =>
      orNull(0.4, () => ({ ...captured(text(20)), truncated: random.chance(0.2) }));
    const write = logWrite(own, isOpen ? {} : { request: body(), response: body() }, reading);
    const said = isOpen ? write.said : { asked: text(12), answered: text(12) };
    const sense = {
      ...write.sense,
      client: orNull(0.3, () => random.pick(clients)),
      threadId: orNull(0.3, () => random.pick(threads)),
      costNanos: isOpen ? null : orNull(0.5, () => random.pick([0, 0, 5, random.int(0, 9e12)])),
      asked: orNull(0.3, () => text(5)),
      warnings: random.chance(0.1) ? ["reply_cut"] : [],
    };
    writes.push({ ...write, said, sense });
  }
  return writes;
}

function uuidOf(random: Random, time: number): string {
  const hex = time.toString(16).padStart(12, "0");
  const digits = (count: number) =>
    Array.from({ length: count }, () => random.int(0, 15).toString(16)).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${digits(3)}-8${digits(3)}-${digits(12)}`;
}

/** Out of order, some twice, some begun in an earlier batch than the one that they end in. */
function randomBatches(
  random: Random,
  writes: readonly LogWrite[],
): readonly (readonly LogWrite[])[] {
  const batches: LogWrite[][] = [];
  const left = writes
    .map((write) => ({ write, at: random.next() }))
    .toSorted((a, b) => a.at - b.at);
  while (left.length > 0) {
    const own = left.splice(0, random.int(1, 400)).map(({ write }) => write);
    const begun = own.filter(({ entry }) => entry.state !== "inflight" && random.chance(0.1));
    if (begun.length > 0)
      batches.push(
        begun.map(({ entry }) =>
          logWrite({
            ...entry,
            state: "inflight",
            completedAt: null,
            statusCode: null,
            durationMs: null,
          }),
        ),
      );
    batches.push(own);
    if (random.chance(0.05)) batches.push(own);
  }
  return batches;
}

/** Values of each filter: of rows, and such as no row has. */
function filtersFor(
  random: Random,
  writes: readonly LogWrite[],
  first: number,
): readonly Partial<LogFilter>[] {
  const some = () => random.pick(writes).entry;
  const inTime = () => first + random.int(0, days * 24 * hourMs);
  return [
    ...[...models, "none", "a", "QWEN", "G", "2.5", "ﬁ"].map((model) => ({ model })),
    ...["ann", "Bob", "10.0.0.3", "none"].map((user) => ({ user })),
    ...[...clients, "codex", "claude-cli", "cod"].map((client) => ({ client })),
    ...threads.map((thread) => ({ thread })),
    ...[...boxes, "none"].map((upstream) => ({ upstream })),
    ...(["openai", "anthropic", "ollama"] as const).map((service_type) => ({ service_type })),
    ...(["inflight", "completed", "failed", "cancelled", "interrupted"] as const).map((state) => ({
      state,
    })),
    ...[200, 404, 499, 503].map((code) => ({ status: { from: code, to: code } })),
    ...[200, 300, 400, 500].map((from) => ({ status: { from, to: from + 99 } })),
    { status: { from: 201, to: 404 } },
    { resent_from: some().resentFrom ?? some().id },
    { resent_from: writes.find(({ entry }) => entry.resentFrom !== null)?.entry.resentFrom ?? "" },
    { since: inTime() },
    { since: first + days * 24 * hourMs - 1_000 },
    { until: inTime() },
    { until: first + 12_345 },
    { sort: "duration" },
    { sort: "tokens" },
    { sort: "cost" },
    { before: some().id },
    { before: some().id },
    ...Array.from({ length: 4 }, () => ({ q: soughtIn(random, writes) })),
    { q: some().id.slice(0, random.int(9, 36)) },
  ];
}

/** Words of a row, beginnings, phrases, some that stand nowhere. */
function soughtIn(random: Random, writes: readonly LogWrite[]): string {
  const write = random.pick(writes);
  const words = wordsOf(writtenText(write));
  const from = random.int(0, Math.max(0, words.length - 1));
  const word = words[from] ?? "";
  const next = words.slice(from, from + random.int(2, 4)).join(" ");
  return random.pick([
    word,
    word.slice(0, random.int(1, 5)),
    `"${next}"`,
    `${word} ${random.pick(words)}`,
    `"${word} ${random.pick(words)}"`,
    random.pick(vocabulary),
    `"${random.pick(vocabulary)} ${random.pick(vocabulary)}`,
    random.pick([
      "",
      "-",
      "absent",
      "50%",
      "x' OR 1=1",
      "a\\b",
      "%",
      "_",
      "fo*",
      "gpt-4",
      "llama 3",
    ]),
  ]);
}

// What every log store must make of threads: the sums of all calls ever written, whatever became of their
// rows since, and lists of them by every filter; run on each implementation beside one that adds them up anew.
import { describe, expect, test } from "bun:test";
import type { LogWrite } from "../../src/adapters/logs/pipeline/log-engine.ts";
import { logRow } from "../../src/adapters/logs/rows/log-row.ts";
import { readPlace } from "../../src/domain/log/thread-place.ts";
import type { ThreadFilter, ThreadRow } from "../../src/ports/threads.ts";
import { idAt, logWrite, noon, startedEntry } from "../lab/log-entries.ts";
import { createMemoryThreads, type MemoryThreads } from "../lab/memory-threads.ts";
import { createRandom, type Random } from "../lab/random.ts";
import type { ContractedLog } from "./log-store.ts";

type Store = ContractedLog;

const minuteMs = 60_000;
const threadId = (at: number) =>
  `${(at * 7_919).toString(16).padStart(8, "0")}-0000-8000-8000-000000000001`;

/** A call of a thread, at `noon` unless it says otherwise. */
function call(
  own: Parameters<typeof logWrite>[0] = {},
  sense: Partial<LogWrite["sense"]> = {},
  reading: Parameters<typeof logWrite>[2] = {},
): LogWrite {
  const write = logWrite(own, {}, reading);
  return { ...write, sense: { ...write.sense, threadId: threadId(1), ...sense } };
}

/** @param withStore runs a test on an empty store and clears up after it */
export function threadsContract(
  name: string,
  withStore: (run: (store: Store) => Promise<void>) => Promise<void>,
): void {
  const on = (rule: string, run: (store: Store) => Promise<void>) =>
    test(rule, () => withStore(run));
  const titles = async (store: Store, filter: Partial<ThreadFilter> = {}) =>
    (await store.threads({ limit: 50, ...filter })).threads.map(({ title }) => title);

  describe(`${name}: a thread`, () => {
    on(
      "has the sums of its calls that have ended, and what the first of them asked",
      async (store) => {
        await store.write([
          call(
            { timestamp: noon + 2, authUser: "ann", state: "failed", durationMs: 20.5 },
            { asked: "and then?", costNanos: 5, client: "codex/1.1" },
            { promptTokens: 100, totalTokens: 100 },
          ),
          call(
            { timestamp: noon + 1, authUser: "ann", mappedModel: "Qwen3", durationMs: 10 },
            { asked: "Why?", client: "codex/1.0" },
            { promptTokens: 3, completionTokens: 4, totalTokens: 7 },
          ),
          { ...call(), entry: startedEntry({ timestamp: noon, authUser: "ann" }) },
        ]);
        const thread: ThreadRow = {
          id: threadId(1),
          title: "Why?",
          user: "ann",
          client: "codex/1.0",
          started_at: "2026-03-01T12:00:00.001Z",
          last_at: "2026-03-01T12:00:00.002Z",
          calls: 2,
          errors: 1,
          models: ["Qwen3", "llama3"],
          prompt_tokens: 103,
          completion_tokens: 4,
          cost: 5e-9,
          unpriced: 1,
          duration_ms: 30.5,
        };
        expect(await store.threads({ limit: 5 })).toEqual({ threads: [thread], next: null });
        expect(await store.thread(threadId(1))).toEqual(thread);
        expect(await store.thread(threadId(2))).toBeNull();
      },
    );

    on(
      "is named by a call that wants an answer, not by one for a single token before it",
      async (store) => {
        const probe = call(
          { timestamp: noon },
          { asked: "quota" },
          { promptTokens: 8, completionTokens: 1 },
        );
        const asks = call(
          { timestamp: noon + 1, id: idAt(noon + 1, 1) },
          { asked: "Why?" },
          { promptTokens: 3, completionTokens: 20 },
        );
        const more = call(
          { timestamp: noon + 2, id: idAt(noon + 2, 2) },
          { asked: "And then?" },
          { promptTokens: 3, completionTokens: 1 },
        );
        await store.write([probe]);
        expect(await titles(store)).toEqual(["quota"]);
        await store.write([more, asks]);
        expect(await titles(store)).toEqual(["Why?"]);
        await store.write([probe]);
        expect(await store.thread(threadId(1))).toMatchObject({ title: "Why?", calls: 3 });
      },
    );

    on("counts a call once, however often it is written", async (store) => {
      const batch = [call({}, { asked: "Why?" }, { promptTokens: 3 })];
      await store.write(batch);
      await store.write(batch);
      expect(await store.thread(threadId(1))).toMatchObject({ calls: 1, prompt_tokens: 3 });
    });

    on("counts a call when it ends, in whatever way", async (store) => {
      const start = { ...call(), entry: startedEntry() };
      await store.write([start]);
      expect(await store.thread(threadId(1))).toBeNull();
      await store.write([call({ state: "cancelled" })]);
      expect(await store.thread(threadId(1))).toMatchObject({ calls: 1, errors: 0 });
    });

    on(
      "counts a call that its router did not live to end, and then its end once it comes",
      async (store) => {
        await store.write([{ ...call(), entry: startedEntry() }]);
        await store.interruptLeftovers(noon + 1);
        expect(await store.thread(threadId(1))).toMatchObject({ calls: 1, title: null });
        await store.write([call({}, { asked: "Why?" }, { promptTokens: 3 })]);
        const whole = { calls: 1, title: "Why?", prompt_tokens: 3 };
        expect(await store.thread(threadId(1))).toMatchObject(whole);
      },
    );

    on("is there as long as its last call, with the sums of all", async (store) => {
      await store.write(
        [
          call({ timestamp: noon }, { asked: "first" }, { promptTokens: 3 }),
          call({ timestamp: noon + minuteMs }, { asked: "second" }, { promptTokens: 4 }),
          call({ timestamp: noon }, { threadId: threadId(2), asked: "old" }),
        ].map((write, at) => ({
          ...write,
          entry: { ...write.entry, id: idAt(write.entry.timestamp, at) },
        })),
      );
      while (await store.removeOlder(noon + 1, null, 10));
      expect((await store.threads({ limit: 5 })).threads).toMatchObject([
        { title: "first", calls: 2, prompt_tokens: 7 },
      ]);
      expect(await store.thread(threadId(2))).toBeNull();
      while (await store.removeOlder(noon + minuteMs + 1, null, 10));
      expect(await titles(store)).toEqual([]);
    });

    on("names eight models at most, and finds them by a part of any case", async (store) => {
      const names = ["Größe-7B", "a\tb", "x".repeat(5_000), "m4", "m5", "m6", "m7", "m8", "m9"];
      await store.write(
        names.map((mappedModel, at) =>
          call({ timestamp: noon + at, mappedModel }, { asked: "Why?" }),
        ),
      );
      const { models = [] } = (await store.thread(threadId(1))) ?? {};
      expect(models.map((model) => model.slice(0, 9))).toEqual([
        "Größe-7B",
        "a b",
        "xxxxxxxxx",
        "m4",
        "m5",
        "m6",
        "m7",
        "m8",
      ]);
      for (const model of ["größe", "GRÖSSE", "7b", "X", "m9"])
        expect([model, await titles(store, { model })]).toEqual([
          model,
          model === "m9" || model === "GRÖSSE" ? [] : ["Why?"],
        ]);
    });

    on("keeps words that are no one's idea of words", async (store) => {
      const odd = "50% o'clock \\ \u{1F600} İstanbul \uFFFF";
      await store.write([call({ authUser: odd }, { asked: odd, client: `${odd}/1` })]);
      expect(await store.thread(threadId(1))).toMatchObject({
        title: odd,
        user: odd,
        client: `${odd}/1`,
      });
      for (const q of ["50%", "O'CLOCK", "\\", "\u{1F600}", odd, "%", "_"])
        expect([q, await titles(store, { q })]).toEqual([q, q === "_" ? [] : [odd]]);
      expect(await titles(store, { user: odd, client: odd })).toEqual([odd]);
    });

    test("is the same as added up anew, for random calls in random batches, by every filter and page", async () => {
      for (const seed of [1, 2, 3])
        await withStore((store) => expectAsAddedUp(store, createRandom(seed)));
    }, 60_000);
  });
}

const users = ["ann", "Bob", null];
const clients = ["codex/1.0", "codex/1.1", "claude-cli/2", "größe", null];
const models = ["gpt-4", "Llama3.2", "größe-7b", "qwen/Qwen2.5", null];
const words = [
  "Why is the sky blue?",
  "fix the TESTS",
  "Straße nach Köln",
  "write a test",
  "50%",
  null,
];

async function expectAsAddedUp(store: Store, random: Random): Promise<void> {
  const expected = createMemoryThreads();
  const writes = randomCalls(random, 400);
  let left = writes;
  while (left.length > 0) {
    const size = random.int(1, 90);
    const batch = left.slice(0, size);
    left = left.slice(size);
    // Some are there already; some begin in the batch before the one they end in.
    const again = random.chance(0.3)
      ? [random.pick(writes.slice(0, writes.length - left.length))]
      : [];
    const starts = batch.filter(({ entry }) => entry.state !== "inflight" && random.chance(0.2));
    const begun = starts.map((write) => ({ ...write, entry: asStarted(write.entry) }));
    for (const part of [begun, batch, again]) {
      if (part.length > 0) await store.write(part);
      expected.written(part.map(logRow));
    }
  }
  await expectSame(store, expected, random);
  const before = noon + random.int(0, 60 * minuteMs);
  while (await store.removeOlder(before, null, 7));
  expected.removeOlder(before);
  await expectSame(store, expected, random);
}

function asStarted(entry: LogWrite["entry"]): LogWrite["entry"] {
  return { ...entry, state: "inflight", completedAt: null, statusCode: null, durationMs: null };
}

async function expectSame(store: Store, expected: MemoryThreads, random: Random): Promise<void> {
  const all = (await expected.threads({ limit: 500 })).threads;
  expect(await store.threads({ limit: 500 })).toEqual(await expected.threads({ limit: 500 }));
  for (const { id } of all) expect(await store.thread(id)).toEqual(await expected.thread(id));
  for (let turn = 0; turn < 60; turn++) {
    const own = randomFilter(random);
    const limit = random.pick([1, 3, 10, 50]);
    let next: string | null = null;
    for (let page = 0; page < 4; page++) {
      const before = next === null ? null : readPlace(next);
      const filter: ThreadFilter = { ...own, limit, ...(before === null ? {} : { before }) };
      const given = await store.threads(filter);
      expect({ filter, given }).toEqual({ filter, given: await expected.threads(filter) });
      ({ next } = given);
      if (next === null) break;
    }
  }
}

function randomFilter(random: Random): Omit<ThreadFilter, "limit"> {
  const some = <Value>(share: number, value: () => Value) =>
    random.chance(share) ? value() : undefined;
  const filter = {
    user: some(0.3, () => random.pick(["ann", "Bob", "10.0.0.1", "10.0.0.9"])),
    client: some(0.3, () => random.pick(["codex", "codex/1.0", "claude-cli", "größe", "none"])),
    model: some(0.3, () => random.pick(["GPT", "llama", "qwen/", "GRÖSSE", "Größe", "5"])),
    q: some(0.3, () => random.pick(["the", "TEST", "straße", "STRASSE", "%", "köln"])),
    since: some(0.2, () => noon + random.int(0, 60 * minuteMs)),
    until: some(0.2, () => noon + random.int(0, 60 * minuteMs)),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** Calls of an hour, some of one time, in no order. */
function randomCalls(random: Random, count: number): readonly LogWrite[] {
  const writes = Array.from({ length: count }, (_, at) => {
    const timestamp = noon + random.int(0, 60) * minuteMs;
    const thread = random.int(0, 40);
    const state = random.pick([
      "completed",
      "completed",
      "failed",
      "cancelled",
      "interrupted",
      "inflight",
    ] as const);
    const isOpen = state === "inflight";
    const orNull = (most: number) => (random.chance(0.2) ? null : random.int(0, most));
    const entry = {
      id: idAt(timestamp, at),
      timestamp,
      state,
      // A thread is one person's.
      authUser: users[thread % 3] ?? null,
      sourceIp: `10.0.0.${thread % 5}`,
      originalModel: random.pick(models),
      mappedModel: random.pick(models),
      durationMs: isOpen || random.chance(0.1) ? null : random.int(0, 900_000) / 7,
    };
    const tokens = {
      promptTokens: orNull(9_000_000_000),
      completionTokens: orNull(900),
      totalTokens: orNull(3),
    };
    return call(
      entry,
      {
        threadId: random.chance(0.1) ? null : threadId(thread),
        asked: isOpen ? null : random.pick(words),
        client: random.pick(clients),
        costNanos: isOpen || random.chance(0.4) ? null : random.int(0, 3_000_000_000_000),
      },
      isOpen ? {} : tokens,
    );
  });
  return writes;
}

// Rows that say the same within seconds share an entry of the search's index, and are found like all others.
import { describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { createMemoryBlobs } from "../../../../src/adapters/blobs/memory-blobs.ts";
import { settleSchema } from "../../../../src/adapters/logs/sqlite/schema.ts";
import { createSqliteStore } from "../../../../src/adapters/logs/sqlite/sqlite-store.ts";
import type { LogState } from "../../../../src/domain/log/log-entry.ts";
import type { LogFilter } from "../../../../src/ports/browse.ts";
import { idAt, logWrite, noon, startedEntry } from "../../../lab/log-entries.ts";
import { createMemoryLogStore } from "../../../lab/memory-log-store.ts";
import { createRandom } from "../../../lab/random.ts";

function createLog() {
  const db = new Database(":memory:");
  settleSchema(db);
  const store = createSqliteStore({
    db,
    blobs: createMemoryBlobs(),
    inlineLimit: 1_000,
    search: "search",
  });
  const entries = () =>
    db.query<{ n: number }, []>("select count(*) as n from search_docsize").get()?.n;
  return { store, entries };
}

type Log = ReturnType<typeof createLog>["store"];

const call = (ms: number, asked: string, own: { state?: LogState; originalModel?: string } = {}) =>
  logWrite({ id: idAt(noon + ms), timestamp: noon + ms, ...own }, {}, {}, asked);

const found = async (store: Pick<Log, "list">, filter: Partial<LogFilter>) => {
  const { logs, next } = await store.list({ limit: 50, ...filter });
  return { ids: logs.map(({ id }) => id), next };
};

describe("rows that say the same", () => {
  test("take one entry of the index, over batches, for ten seconds", async () => {
    const { store, entries } = createLog();
    await store.write([call(0, "one"), call(1, "one"), call(2, "two")]);
    await store.write([call(9_999, "one"), call(10_000, "one"), call(10_001, "one")]);
    expect(entries()).toBe(3);
    expect((await found(store, { q: "one" })).ids).toHaveLength(5);
  });

  test("take one each where a name differs", async () => {
    const { store, entries } = createLog();
    await store.write([call(0, "one"), call(1, "one", { originalModel: "other" })]);
    expect(entries()).toBe(2);
  });

  test("share it from their end on, also where they were written in flight before", async () => {
    const { store, entries } = createLog();
    const [first, second] = [call(0, "one"), call(1, "one")];
    const started = [first, second].map(({ entry: { id, timestamp } }) =>
      logWrite(startedEntry({ id, timestamp })),
    );
    await store.write(started);
    expect(entries()).toBe(2);
    await store.write([first, second]);
    expect(entries()).toBe(1);
    expect((await found(store, { q: "one" })).ids).toEqual([second.entry.id, first.entry.id]);
  });

  test("keep it until the last of them has gone", async () => {
    const { store, entries } = createLog();
    await store.write([call(0, "one"), call(1, "one"), call(2, "one"), call(3, "two")]);
    for (const left of [2, 1, 0]) {
      await store.removeOlder(noon + 3 - left, null, 10);
      expect((await found(store, { q: "one" })).ids).toHaveLength(left);
      expect(entries()).toBe(left === 0 ? 1 : 2);
    }
    await store.write([call(4, "one")]);
    expect((await found(store, { q: "one" })).ids).toEqual([idAt(noon + 4)]);
  });

  test("have one each where one is written again", async () => {
    const { store, entries } = createLog();
    await store.write([call(0, "one"), call(5_000, "one")]);
    await store.write([call(5_000, "one")]);
    expect(entries()).toBe(2);
    await store.removeOlder(noon + 1, null, 10);
    await store.write([call(5_001, "one")]);
    expect((await found(store, { q: "one" })).ids).toEqual([
      idAt(noon + 5_001),
      idAt(noon + 5_000),
    ]);
  });

  test("do not lean on a batch that could not be written", async () => {
    const { store } = createLog();
    const broken = { ...call(0, "one"), entry: { ...call(0, "one").entry, method: 1n as never } };
    expect(store.write([call(1, "one"), broken])).rejects.toThrow();
    await store.write([call(2, "one")]);
    expect((await found(store, { q: "one" })).ids).toEqual([idAt(noon + 2)]);
  });
});

test("every list with a search is as one that compares each row by itself", async () => {
  const random = createRandom(23);
  const texts = ["one", "two", "one two", "three one"];
  for (let round = 0; round < 25; round++) {
    const [{ store }, memory] = [createLog(), createMemoryLogStore()];
    let ms = 0;
    for (let batch = 0; batch < 8; batch++) {
      const calls = Array.from({ length: random.int(1, 25) }, () =>
        call((ms += random.int(1, random.pick([5, 4_000]))), random.pick(texts), {
          state: random.pick(["completed", "completed", "failed"] as const),
          originalModel: random.pick(["gpt-4", "gpt-4", "llama3"]),
        }),
      );
      await store.write(calls);
      await memory.write(calls);
    }
    for (let look = 0; look < 60; look++) {
      const filter: LogFilter = {
        limit: random.int(1, 12),
        q: random.pick(["one", "two", "thr", "one two", '"one two"', "gpt", "none"]),
        ...random.pick([{}, { before: idAt(noon + random.int(0, ms)) }]),
        ...random.pick([{}, { since: noon + random.int(0, ms) }]),
        ...random.pick([{}, { state: "failed" as const }, { model: "llama3" }]),
      };
      expect({ filter, ...(await found(store, filter)) }).toEqual({
        filter,
        ...(await found(memory, filter)),
      });
    }
  }
});

// Searches of words that thousands of rows have, in an order by value or within a filter, whichever way leads to them.
import { expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { createMemoryBlobs } from "../../../../src/adapters/blobs/memory-blobs.ts";
import { settleSchema } from "../../../../src/adapters/logs/sqlite/schema.ts";
import { createSqliteStore } from "../../../../src/adapters/logs/sqlite/sqlite-store.ts";
import type { LogWrite } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import type { LogFilter } from "../../../../src/ports/browse.ts";
import { idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { createMemoryLogStore } from "../../../lab/memory-log-store.ts";
import { createRandom } from "../../../lab/random.ts";

/** So many that a set of the found is put together for an order, and that a filter may let more through than are compared. */
const rows = 7_000;

/** @param sharing whether some say the same within seconds, and share entries of the index */
function sampleWrites(sharing: boolean): readonly LogWrite[] {
  const random = createRandom(5);
  const oneOf = <T>(...values: readonly T[]): T =>
    values[Math.floor(random.next() * values.length)]!;
  return Array.from({ length: rows }, (_, place) => {
    const at = noon + place * 40;
    return logWrite(
      {
        id: idAt(at, place),
        timestamp: at,
        authUser: oneOf("ann", "bob", "bob", "bob", place % 500 === 0 ? "zoe" : "bob"),
        durationMs: oneOf(null, 5, Math.floor(random.next() * 50)),
        statusCode: oneOf(200, 200, 200, 429, 500),
        state: oneOf("completed", "completed", "failed"),
      },
      {},
      {},
      oneOf("common words", "common words", `common ${place % 90}`, `other ${place % 7}`) +
        (sharing ? "" : ` ${place}`),
    );
  });
}

test.each([
  ["share entries", true],
  ["have one each", false],
])(
  "lists of words that many rows have, which %s, are as by comparing each row by itself",
  async (_, sharing) => {
    const db = new Database(":memory:");
    settleSchema(db);
    const store = createSqliteStore({
      db,
      blobs: createMemoryBlobs(),
      inlineLimit: 1_000,
      search: "search",
    });
    const plain = createMemoryLogStore();
    const writes = sampleWrites(sharing);
    for (let from = 0; from < rows; from += 500) {
      await store.write(writes.slice(from, from + 500));
      await plain.write(writes.slice(from, from + 500));
    }
    const idsOf = async (from: Pick<typeof store, "list">, filter: LogFilter) =>
      (await from.list(filter)).logs.map(({ id }) => id);
    const filters: readonly Partial<LogFilter>[] = [
      {},
      { user: "zoe" },
      { user: "ann" },
      { user: "bob" },
      { user: "nobody" },
      { state: "failed" },
      { state: "failed", status: { from: 200, to: 200 } },
      { state: "completed", status: { from: 500, to: 599 } },
      { user: "ann", status: { from: 429, to: 429 } },
      { user: "bob", state: "failed" },
      { user: "bob", state: "failed", since: noon + 100_000 },
      { since: noon + 100_000, until: noon + 140_000 },
    ];
    for (const own of filters)
      for (const q of [undefined, "common", "words", "other", "common 17"])
        for (const sort of ["time", "duration"] as const) {
          const filter: LogFilter = { ...own, limit: 40, sort, ...(q === undefined ? {} : { q }) };
          const expected = await idsOf(plain, filter);
          expect([filter, await idsOf(store, filter)]).toEqual([filter, expected]);
          const behind = expected.at(25);
          if (behind === undefined) continue;
          const next = { ...filter, before: behind };
          expect([next, await idsOf(store, next)]).toEqual([next, await idsOf(plain, next)]);
        }
  },
);

// Routers that share a log write into the same threads at the same time.
import { expect, test } from "bun:test";
import { createClient } from "../../../../src/adapters/logs/postgres/client.ts";
import { createPostgresReader } from "../../../../src/adapters/logs/postgres/postgres-reader.ts";
import { createPostgresStore } from "../../../../src/adapters/logs/postgres/postgres-store.ts";
import { idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { labInstance, withStore } from "../../../lab/postgres-store.ts";
import { createRandom } from "../../../lab/random.ts";
import { rowOf, shipment } from "../../../lab/shipments.ts";

const routers = 4;
const shipments = 12;
const callsEach = 40;

test("what several routers add to the same threads comes to all of it, in whatever order they lock them", () =>
  withStore(async ({ client, url }) => {
    const random = createRandom(27);
    let calls = 0;
    const ends = () =>
      Array.from({ length: callsEach }, () => {
        const at = ++calls;
        const write = logWrite({ id: idAt(noon, at) }, {}, { promptTokens: at });
        const threadId = `0000000${random.int(0, 9)}-0000-8000-8000-000000000000`;
        const sense = { ...write.sense, threadId, asked: `question ${at}`, costNanos: at };
        return { row: rowOf({ ...write, sense }), bodies: null, segments: [], words: [] };
      });
    const loads = Array.from({ length: routers }, () => Array.from({ length: shipments }, ends));
    await Promise.all(
      loads.map(async (own, router) => {
        const connection = createClient({ url, connections: 1, silenceMs: 20_000 });
        const store = createPostgresStore({ client: connection, maxLogAgeMs: null });
        await store.settle(labInstance(router + 1));
        for (const [at, load] of own.entries())
          // Every other one has an end that is there already, and goes the longer way.
          await store.ship([
            shipment(at + 1, {
              ends: at % 2 === 0 ? load : [...load, ...(own[at - 1] ?? []).slice(0, 1)],
            }),
          ]);
        await connection.close();
      }),
    );
    const { threads } = await createPostgresReader(client, null).threads({ limit: 50 });
    const rows = loads.flat(2).map(({ row }) => row);
    const own = Map.groupBy(rows, ({ thread_id: id }) => id ?? "");
    expect(threads).toHaveLength(own.size);
    for (const thread of threads) {
      const mine = own.get(thread.id) ?? [];
      const tokens = mine.reduce((sum, row) => sum + (row.prompt_tokens ?? 0), 0);
      const first = mine.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
      expect(thread).toMatchObject({
        calls: mine.length,
        prompt_tokens: tokens,
        cost: tokens / 1e9,
      });
      expect(thread.title).toBe(`question ${first?.prompt_tokens}`);
    }
  }));

// What is shipped to PostgreSQL: there once, whatever was shipped twice, in another order or by others.
import { expect, test } from "bun:test";

import {
  type ReadColumns,
  callColumns,
  readColumns,
  storedRow,
} from "../../../../src/adapters/logs/postgres/call-columns.ts";
import type { Client, Run } from "../../../../src/adapters/logs/postgres/client.ts";
import { interruptDead } from "../../../../src/adapters/logs/postgres/interrupted-calls.ts";
import type { SharedStore } from "../../../../src/adapters/logs/outbox/shared-store.ts";
import type { Shipment } from "../../../../src/adapters/logs/outbox/shipment.ts";
import { createFigureSums, hourMs } from "../../../../src/adapters/logs/rows/figures.ts";
import { apiRow } from "../../../../src/adapters/logs/rows/stored-row.ts";
import { idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { labInstance, withStore } from "../../../lab/postgres-store.ts";
import { createRandom } from "../../../lab/random.ts";
import { rowOf, shipment, shippedEnd, shippedStart } from "../../../lab/shipments.ts";

async function rowsOf({ run }: { readonly run: Run }) {
  return (await run<ReadColumns>(`select ${readColumns} from requests order by id`)).map(storedRow);
}

const inFlight = async (client: Client) =>
  (await client.run<{ id: string }>("select id::text from inflight order by id")).map(
    ({ id }) => id,
  );

/** Requests and errors of all hours. */
async function counted(client: Client): Promise<readonly number[]> {
  const rows = await client.run<{ kind: number; amount: number }>(
    `select kind, sum(amount)::float8 as amount from figures where span = ${hourMs} group by kind`,
  );
  return [0, 1].map((kind) => rows.find((row) => row.kind === kind)?.amount ?? 0);
}

/** As an outbox does: what passes is tried again. */
async function untilDone(store: SharedStore, work: () => Promise<unknown>): Promise<void> {
  for (;;)
    try {
      await work();
      return;
    } catch (error) {
      if (store.explain(error).kind !== "passing") throw error;
    }
}

test("a shipment is in once, however often it is shipped", () =>
  withStore(async ({ store, client }) => {
    const first = shipment(1, { ends: [shippedEnd(), shippedEnd({ id: idAt(noon, 1) })] });
    await store.ship([first]);
    await store.ship([first]);
    await store.ship([first, shipment(2, { ends: [shippedEnd({ id: idAt(noon, 2) })] })]);
    expect(await rowsOf(client)).toHaveLength(3);
    expect(await counted(client)).toEqual([3, 0]);
    expect(await store.settle(labInstance(1))).toEqual({ shipped: 2 });
  }));

test("a row that is shipped anew under another number is there and counted once", () =>
  withStore(async ({ store, another, client }) => {
    const ends = [shippedEnd()];
    await store.ship([shipment(1, { ends })]);
    await store.ship([shipment(2, { ends })]);
    const other = another();
    await other.settle(labInstance(2));
    await other.ship([shipment(1, { ends })]);
    expect(await rowsOf(client)).toHaveLength(1);
    expect(await counted(client)).toEqual([1, 0]);
  }));

test("a row comes back as it was, with texts that PostgreSQL refuses", () =>
  withStore(async ({ store, client }) => {
    const odd = "\0 \uD800 \uFFFF \u{1F600} '); drop table requests; --";
    const own = [
      { originalModel: odd, mappedModel: odd, errorMessage: odd, path: odd },
      { originalModel: null, mappedModel: odd, upstream: odd },
      { originalModel: "x".repeat(100_000), mappedModel: null, durationMs: 0.1 + 0.2 },
      { originalModel: null, mappedModel: null, upstream: null, statusCode: null },
    ];
    const ends = own.map((entry, at) => shippedEnd({ id: idAt(noon, at), ...entry }));
    expect(await store.ship([shipment(1, { ends })])).toEqual({ refused: 0 });
    expect(await rowsOf(client)).toEqual(ends.map(({ row }) => row));
  }));

test("an end takes its call out of those in flight, and no start brings it back", () =>
  withStore(async ({ store, client }) => {
    const starts = [shippedStart(), shippedStart({ id: idAt(noon, 1) })];
    await store.ship([shipment(1, { starts })]);
    expect(await inFlight(client)).toHaveLength(2);
    await store.ship([shipment(2, { ends: [shippedEnd()] })]);
    expect(await inFlight(client)).toEqual([idAt(noon, 1)]);
    await store.ship([shipment(3, { starts: [shippedStart()] })]);
    expect(await inFlight(client)).toHaveLength(1);
    await store.ship([
      shipment(4, { starts: [shippedStart({ id: idAt(noon, 2) })] }),
      shipment(5, { ends: [shippedEnd({ id: idAt(noon, 2) })] }),
    ]);
    expect(await inFlight(client)).toHaveLength(1);
  }));

test("what a router left in flight is interrupted for itself alone, and found by its names", () =>
  withStore(async ({ store, another, client }) => {
    const other = another();
    await other.settle(labInstance(2));
    await other.ship([shipment(1, { starts: [shippedStart({ id: idAt(noon, 9) })] })]);
    const starts = [0, 1, 2].map((at) => shippedStart({ id: idAt(noon, at) }));
    await store.ship([shipment(1, { starts })]);
    expect(await store.interrupt([idAt(noon, 1), idAt(noon, 9)], noon + 5)).toBe(1);
    expect(await store.interrupt(null, noon + 6)).toBe(2);
    expect(await store.interrupt(null, noon + 7)).toBe(0);
    expect(await inFlight(client)).toEqual([idAt(noon, 9)]);
    expect((await rowsOf(client)).map(apiRow)).toMatchObject(
      [6, 5, 6].map((later) => ({
        state: "interrupted",
        error_message: "the router stopped before this call had ended",
        completed_at: new Date(noon + later).toISOString(),
      })),
    );
    expect(await counted(client)).toEqual([3, 0]);
    const found = await client.run("select id from search where words like '% fast box %'");
    expect(found).toHaveLength(3);
  }));

test("the true end of an interrupted call takes its place, in the figures and the search too", () =>
  withStore(async ({ store, client }) => {
    await store.ship([shipment(1, { starts: [shippedStart()] })]);
    await store.interrupt(null, noon);
    const end = shippedEnd({ state: "failed" }, { words: ["word"] });
    await store.ship([shipment(2, { ends: [end, shippedEnd({ id: idAt(noon, 1) })] })]);
    expect((await rowsOf(client)).map(({ state }) => state)).toEqual(["failed", "completed"]);
    expect(await counted(client)).toEqual([2, 1]);
    expect(await client.run<{ words: string }>("select words from search")).toEqual([
      { words: " word " },
    ]);
  }));

test("a call that was in flight twice, as two routers began it at once, is counted once", () =>
  withStore(async ({ store, client }) => {
    await store.ship([shipment(1, { starts: [shippedStart()] })]);
    await store.interrupt(null, noon);
    await client.run(
      `insert into inflight (${callColumns}, instance) select ${callColumns}, instance from requests`,
    );
    await store.interrupt(null, noon + 1);
    expect(await rowsOf(client)).toHaveLength(1);
    expect(await inFlight(client)).toEqual([]);
    expect(await counted(client)).toEqual([1, 0]);
  }));

test("the calls of a router that has not been seen for a minute are interrupted by any other", () =>
  withStore(async ({ store, another, client }) => {
    const other = another();
    await other.settle(labInstance(2));
    await other.ship([shipment(1, { starts: [shippedStart({ id: idAt(noon, 9) })] })]);
    await store.ship([shipment(1, { starts: [shippedStart()] })]);
    expect(await interruptDead(client)).toBe(0);
    await client.run("update instances set seen_at = now() - interval '61 s' where id = $1::uuid", [
      labInstance(2).id,
    ]);
    const ended = await Promise.all([interruptDead(client), interruptDead(client)]);
    expect(ended.toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(await inFlight(client)).toEqual([idAt(noon)]);
    // It was only cut off, and brings the end.
    await other.ship([shipment(2, { ends: [shippedEnd({ id: idAt(noon, 9) })] })]);
    expect((await rowsOf(client)).map(({ state }) => state)).toEqual(["completed"]);
    expect(await counted(client)).toEqual([1, 0]);
  }));

test("a row that is refused for what is in it is set aside, and holds up none", () =>
  withStore(async ({ store, client }) => {
    const wrong = (at: number) => ({ ...shippedEnd({ id: idAt(noon, at) }).row, status_code: 1.5 });
    const ends = [0, 1, 2, 3].map((at) => shippedEnd({ id: idAt(noon, at) }));
    const shipments = [
      shipment(1, { ends: ends.slice(0, 2), starts: [wrong(8)] }),
      shipment(2, { ends: [{ ...ends[2]!, row: wrong(7) }, ends[3]!] }),
    ];
    expect(await store.ship(shipments)).toEqual({ refused: 2 });
    expect(await store.ship(shipments)).toEqual({ refused: 0 });
    expect((await rowsOf(client)).map(({ id }) => id)).toEqual(
      [0, 1, 3].map((at) => idAt(noon, at)),
    );
    expect(await counted(client)).toEqual([3, 0]);
    const refused = await client.run<{ row: string }>("select row from rejected order by at");
    expect(refused.map(({ row }) => (JSON.parse(row) as { id: string }).id)).toEqual([
      idAt(noon, 8),
      idAt(noon, 7),
    ]);
  }));

test("figures of any size are no reason to refuse a row", () =>
  withStore(async ({ store, client }) => {
    const huge = { promptTokens: Number.MAX_SAFE_INTEGER };
    const ends = Array.from({ length: 1_100 }, (_, at) => ({
      ...shippedEnd(),
      row: rowOf(logWrite({ id: idAt(noon, at) }, {}, huge)),
    }));
    expect(await store.ship([shipment(1, { ends })])).toEqual({ refused: 0 });
    expect(
      await store.ship([shipment(2, { ends: [shippedEnd({ id: idAt(noon, 5_000) })] })]),
    ).toEqual({ refused: 0 });
    expect(await counted(client)).toEqual([1_101, 0]);
  }));

test("two routers at once, rows in any order and shipped again: the figures are a recount of the rows", () =>
  withStore(async ({ store, another, client }) => {
    const random = createRandom(18);
    const other = another();
    await other.settle(labInstance(2));
    const ids = Array.from({ length: 120 }, (_, at) => idAt(noon + random.int(0, 9) * 600_000, at));
    const shipments = (own: readonly string[]): Shipment[] => {
      const left = [...own];
      return Array.from({ length: 12 }, (_, seq) => {
        const some = left.splice(0, random.int(0, 12));
        return shipment(seq + 1, {
          starts: some.map((id) => shippedStart({ id, timestamp: noon })),
          ends: own
            .filter((id) => !left.includes(id) && random.chance(0.3))
            .map((id) =>
              shippedEnd({ id, state: random.pick(["failed", "completed", "cancelled"]) }),
            ),
        });
      });
    };
    // A third of the calls come by both, as after a clone of one router's disk.
    await Promise.all(
      [
        [store, shipments(ids.slice(0, 80))] as const,
        [other, shipments(ids.slice(40))] as const,
      ].map(async ([one, all]) => {
        for (let at = 0; at < all.length;) {
          const together = all.slice(Math.max(0, at - 1), (at += random.int(1, 3)));
          await untilDone(one, () => one.ship(together));
          if (random.chance(0.2)) await untilDone(one, () => one.interrupt(null, noon));
        }
      }),
    );
    const expected = createFigureSums();
    for (const row of await rowsOf(client)) expected.add(row);
    const figures = await client.run(
      `select span, start::float8, kind, bucket, sum(amount)::float8 as amount from figures
        group by 1, 2, 3, 4 having sum(amount) <> 0`,
    );
    const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).toSorted();
    expect(sorted(figures)).toEqual(sorted(expected.changes()));
  }));

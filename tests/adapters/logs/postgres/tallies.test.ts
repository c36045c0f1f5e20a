// Tallies that routers share: what shipments add to them, what is taken back, and what becomes of them
// as rows grow old.
import { expect, test } from "bun:test";
import { createCellBook } from "../../../../src/adapters/logs/postgres/cell-book.ts";
import { readFloors } from "../../../../src/adapters/logs/postgres/floors.ts";
import { interruptDead } from "../../../../src/adapters/logs/postgres/interrupted-calls.ts";
import { createPostgresUpkeep } from "../../../../src/adapters/logs/postgres/postgres-upkeep.ts";
import {
  type KnownCells,
  tallyCount,
  tallyPeriod,
} from "../../../../src/adapters/logs/postgres/read-tallies.ts";
import { createSenseOlder } from "../../../../src/adapters/logs/postgres/sense-older.ts";
import { createTallyBatch } from "../../../../src/adapters/logs/rows/tally.ts";
import { mostCells } from "../../../../src/adapters/logs/rows/tally-cells.ts";
import type { PeriodQuestion } from "../../../../src/ports/periods.ts";
import { senses } from "../../../contracts/older-rows.ts";
import { idAt } from "../../../lab/log-entries.ts";
import { forgetSenses } from "../../../lab/older-postgres.ts";
import { type LabStore, labInstance, withStore } from "../../../lab/postgres-store.ts";
import { shipment, shippedEnd, shippedStart } from "../../../lab/shipments.ts";

const day = 86_400_000;
const today = Math.floor(Date.now() / day) * day;

const periodIn = async (
  { client }: LabStore,
  question: PeriodQuestion,
  known: KnownCells = new Map(),
) => tallyPeriod(client.run, question, await readFloors(client.run), known);
const requestsIn = async (lab: LabStore) => (await periodIn(lab, { filter: {} })).figures.requests;
const countIn = async ({ client }: LabStore, filter: PeriodQuestion["filter"]) =>
  tallyCount(client.run, filter, await readFloors(client.run), new Map());

const endAt = (time: number, own: Parameters<typeof shippedEnd>[0] = {}) =>
  shippedEnd({ id: idAt(time), timestamp: time, ...own });

test("a shipment counts once, however often it is sent", () =>
  withStore(async (lab) => {
    const first = shipment(1, { ends: [endAt(today), endAt(today + 1)] });
    await lab.store.ship([first]);
    await lab.store.ship([first]);
    await lab.store.ship([first, shipment(2, { ends: [endAt(today + 2)] })]);
    expect(await requestsIn(lab)).toBe(3);
    const { figures } = await periodIn(lab, { filter: { since: today, until: today + day } });
    expect(figures).toMatchObject({ requests: 3, duration_ms_median: 1_473, ttft_ms_median: 12 });
  }));

test("times of many shipments stay a histogram, however they were merged", () =>
  withStore(async (lab) => {
    const durations = Array.from({ length: 400 }, (_, at) => 1.03 ** at);
    for (const [at, durationMs] of durations.entries())
      await lab.store.ship([shipment(at + 1, { ends: [endAt(today + at, { durationMs })] })]);
    const stored = await lab.client.run<{ most: number }>(
      "select max(cardinality(durations))::integer as most from tallies",
    );
    expect(stored[0]?.most).toBeLessThan(320);
    const { figures } = await periodIn(lab, { filter: { since: today } });
    expect(figures.requests).toBe(400);
    const [median, high] = [durations[199] ?? 0, durations[379] ?? 0];
    expect(Math.abs((figures.duration_ms_median ?? 0) / median - 1)).toBeLessThan(0.03);
    expect(Math.abs((figures.duration_ms_p95 ?? 0) / high - 1)).toBeLessThan(0.03);
  }));

test("a call that was taken for interrupted is taken back when its true end comes", () =>
  withStore(async (lab) => {
    const start = shippedStart({ id: idAt(today), timestamp: today });
    await lab.store.ship([shipment(1, { starts: [start] })]);
    expect(await requestsIn(lab)).toBe(1);
    await lab.client.run("update instances set seen_at = now() - interval '1 hour'");
    expect(await interruptDead(lab.client)).toBe(1);
    const interrupted = { filter: { state: "interrupted" } } as const;
    expect((await periodIn(lab, interrupted)).figures.requests).toBe(1);
    await lab.store.ship([shipment(2, { ends: [endAt(today)] })]);
    expect((await periodIn(lab, interrupted)).figures.requests).toBe(0);
    expect(await requestsIn(lab)).toBe(1);
  }));

test("routers that meet the same cells at the same time have them once, and all calls", () =>
  withStore(async (lab) => {
    const stores = [lab.store, lab.another(), lab.another()];
    for (const [at, store] of stores.entries()) await store.settle(labInstance(at + 1));
    for (let turn = 0; turn < 5; turn++)
      await Promise.all(
        stores.map((store, at) =>
          store.ship([
            shipment(turn + 1, {
              ends: [0, 1, 2].map((model) =>
                endAt(today + turn * 100 + at * 10 + model, {
                  mappedModel: `m${(model + at) % 3}`,
                }),
              ),
            }),
          ]),
        ),
      );
    const { groups } = await periodIn(lab, { filter: {}, by: "model" });
    expect(groups?.map(({ name, requests }) => [name, requests])).toEqual(
      ["m0", "m1", "m2"].map((name) => [name, 15]),
    );
    expect(await lab.client.run("select from cells")).toHaveLength(3);
  }));

test("calls of new names are folded once there are too many cells, and a count says so", () =>
  withStore(async (lab) => {
    await lab.client.run(
      `insert into cells (key, service_type, who, state, folded, used_on)
        select gen_random_uuid(), 'openai', n::text, 'completed', 0, 30000
          from generate_series(1, ${mostCells.named - 1}) n`,
    );
    const ends = ["a", "b", "c"].map((originalModel, at) => endAt(today + at, { originalModel }));
    await lab.store.ship([shipment(1, { ends })]);
    const { groups } = await periodIn(lab, { filter: {}, by: "user" });
    expect(groups).toMatchObject([{ name: "10.0.0.5", requests: 3 }]);
    expect(await countIn(lab, { model: "a" })).toEqual({ calls: 1, isExact: false });
    expect(await countIn(lab, { user: "10.0.0.5" })).toEqual({ calls: 3, isExact: true });
    // With less room still, a call is found where it was counted before.
    await lab.client.run(
      `insert into cells (key, service_type, who, state, folded, used_on)
        select gen_random_uuid(), 'openai', n::text, 'completed', 0, 30000
          from generate_series(1, ${mostCells.all - mostCells.named}) n`,
    );
    const folded = async (own: object) => {
      const batch = createTallyBatch();
      batch.add({ ...ends[2]!.row, cached_tokens: null, ...own });
      const { changes } = await createCellBook().fold(lab.client.run, batch.changes());
      return changes[0]?.cell;
    };
    expect(await folded({})).toMatchObject({ folded: 1, original_model: null, who: "10.0.0.5" });
    expect(await folded({ who: "new" })).toMatchObject({ folded: 2, who: null });
  }));

test("rows of older versions count once, before they were understood and after", () =>
  withStore(async (lab) => {
    const times = [0, 1, 2, 3].map((hours) => today - hours * 3_600_000);
    await lab.store.ship([shipment(1, { ends: times.map((time) => endAt(time)) })]);
    await forgetSenses(lab.client.run);
    const counted =
      "select coalesce(sum(requests), 0)::integer as sum from tallies where span = 86400000";
    const sums = async () =>
      [(await lab.client.run<{ sum: number }>(counted))[0]?.sum, await requestsIn(lab)] as const;
    expect(await sums()).toEqual([0, 4]);
    const step = createSenseOlder({
      client: lab.client,
      instance: labInstance(2).id,
      objects: null,
      now: Date.now,
    });
    expect(await step(3, senses())).toBe(true);
    expect(await sums()).toEqual([3, 4]);
    while (await step(3, senses()));
    expect(await sums()).toEqual([4, 4]);
    expect((await periodIn(lab, { filter: { user: "10.0.0.5" } })).figures.requests).toBe(4);
  }));

test("hours and days outlive their rows, minutes do not; counts are of rows that are there", () =>
  withStore(
    async (lab) => {
      const times = [-9, -8, -1].map((days) => today + days * day);
      await lab.store.ship([shipment(1, { ends: times.map((time) => endAt(time)) })]);
      const upkeep = createPostgresUpkeep({
        client: lab.client,
        maxLogAgeMs: 7 * day,
        maxBytes: 1e9,
        objects: null,
        readObjects: null,
        instance: labInstance(1).id,
        now: Date.now,
      });
      while (await upkeep.removeOlder(today - 7 * day, null, 100));
      const spans = await lab.client.run<{ span: number; count: number }>(
        "select span, count(*)::integer as count from tallies group by span order by span",
      );
      expect(spans.map(({ span, count }) => [span, count])).toEqual([
        [60_000, 1],
        [900_000, 1],
        [3_600_000, 3],
        [day, 3],
      ]);
      expect(await requestsIn(lab)).toBe(3);
      expect(await countIn(lab, {})).toEqual({ calls: 1, isExact: true });
      await lab.client.run(
        `update tallies set start = start - 400 * ${day}::bigint where start < ${today - 2 * day}`,
      );
      await lab.client.run(
        "insert into cells select gen_random_uuid(), 'openai', null, null, null, null, null, 'failed', null, 0, 10",
      );
      while (await upkeep.removeOlder(today - 7 * day, null, 1));
      expect(await requestsIn(lab)).toBe(1);
      expect(await lab.client.run("select from cells")).toHaveLength(1);
    },
    { maxLogAgeMs: 7 * day },
  ));

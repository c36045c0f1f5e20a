// What age and size take from a shared log: whole partitions on time, and nothing that is still wanted.
import { expect, test } from "bun:test";
import type { Client } from "../../../../src/adapters/logs/postgres/client.ts";
import { createExcessBodies } from "../../../../src/adapters/logs/postgres/excess-bodies.ts";
import { readFloors } from "../../../../src/adapters/logs/postgres/floors.ts";
import { readPartitions } from "../../../../src/adapters/logs/postgres/partitions.ts";
import {
  createPostgresUpkeep,
  type PostgresUpkeepOptions,
} from "../../../../src/adapters/logs/postgres/postgres-upkeep.ts";
import { removeAnswer } from "../../../../src/adapters/logs/postgres/remove-answers.ts";
import { digest, ownerKey } from "../../../../src/adapters/logs/rows/answer-keys.ts";
import { idAt } from "../../../lab/log-entries.ts";
import { labInstance, withStore } from "../../../lab/postgres-store.ts";
import { shipment, shippedEnd } from "../../../lab/shipments.ts";

const day = 86_400_000;
/** The beginning of today: partitions are made by the server's clock. */
const today = Math.floor(Date.now() / day) * day;
const week = { maxLogAgeMs: 7 * day };

function upkeepOn(client: Client, own: Partial<PostgresUpkeepOptions> = {}) {
  const all = {
    maxBytes: 1e9,
    objects: null,
    readObjects: null,
    instance: labInstance(1).id,
    now: Date.now,
    ...week,
    ...own,
  };
  return createPostgresUpkeep({ client, ...all });
}

async function allSteps(step: () => Promise<boolean>): Promise<void> {
  for (let isMore = true; isMore;) isMore = await step();
}

async function names(client: Client): Promise<readonly string[]> {
  const partitions = await readPartitions(client.run);
  return partitions.map(({ table, from }) => `${table} ${(from - today) / day}`).toSorted();
}

const count = async (client: Client, table: string) =>
  (await client.run<{ count: number }>(`select count(*)::int as count from ${table}`))[0]?.count;

const callAt = (time: number, counter = 0) =>
  shippedEnd({ id: idAt(time, counter), timestamp: time }, { words: ["word"] });

const segmentAt = (time: number, bytes: number) => ({
  id: idAt(time),
  packed: false,
  data: new Uint8Array(bytes),
  object: null,
});

test("a day's rows go at once when the last of them is too old, with their words and their figures", () =>
  withStore(async ({ store, client }) => {
    const times = [-2.25, -1.75, -1.25, -0.25].map((days) => today + days * day);
    const ends = times.map((time) => callAt(time));
    const segments = times.map((time) => segmentAt(time, 10));
    await store.ship([shipment(1, { ends, segments })]);
    const upkeep = upkeepOn(client);
    const before = today - 1.5 * day;
    await allSteps(() => upkeep.removeOlder(before, null, 100));
    const left = await names(client);
    for (const table of ["requests", "search", "segments"])
      expect(left.filter((name) => name.startsWith(table))).toEqual(
        ["-1", "-2", "0", "1", "2", "3"].map((days) => `${table} ${days}`),
      );
    expect(await count(client, "requests")).toBe(3);
    expect(await count(client, "search")).toBe(3);
    expect(await readFloors(client.run)).toEqual({ rows: before, bodies: before });
    expect(await client.run("select from figures where kind = 0 and span = 3600000")).toHaveLength(
      2,
    );
  }, week));

test("bodies may go before their rows", () =>
  withStore(async ({ store, client }) => {
    const times = [-1.5, -0.5].map((days) => today + days * day);
    const segments = times.map((time) => segmentAt(time, 10));
    await store.ship([shipment(1, { ends: times.map((time) => callAt(time)), segments })]);
    const upkeep = upkeepOn(client);
    await allSteps(() => upkeep.removeOlder(today - 5 * day, today - day, 100));
    expect(await count(client, "requests")).toBe(2);
    expect(await count(client, "segments")).toBe(1);
    expect(await readFloors(client.run)).toEqual({ rows: today - 5 * day, bodies: today - day });
  }, week));

test("rows whose clock is off lie in the default partition, and go in steps", () =>
  withStore(async ({ store, client }) => {
    const [old, ahead] = [today - 400 * day, today + 90 * day];
    const ends = [0, 1, 2, 3, 4].map((at) => callAt(old, at));
    await store.ship([shipment(1, { ends: [...ends, callAt(ahead)] })]);
    expect(await count(client, "requests_default")).toBe(6);
    const upkeep = upkeepOn(client);
    expect(await upkeep.removeOlder(today - 7 * day, null, 2)).toBeTrue();
    await allSteps(() => upkeep.removeOlder(today - 7 * day, null, 2));
    expect(await count(client, "requests")).toBe(1);
  }, week));

test("a partition that is read just now is tried again, and holds up nothing meanwhile", () =>
  withStore(async ({ store, client }) => {
    await store.ship([shipment(1, { ends: [callAt(today - 3 * day), callAt(today)] })]);
    const upkeep = upkeepOn(client);
    const removal = () => upkeep.removeOlder(today - 2 * day, null, 100);
    await client.inTransaction(async (run) => {
      await run("select * from requests");
      await allSteps(removal);
      await store.ship([shipment(2, { ends: [callAt(today, 1)] })]);
    });
    expect(await count(client, "requests")).toBe(3);
    await allSteps(removal);
    expect(await count(client, "requests")).toBe(2);
  }, week));

test("a router whose clock is days ahead removes no more than the others", () =>
  withStore(async ({ store, client }) => {
    await store.ship([shipment(1, { ends: [callAt(today - day)] })]);
    const upkeep = upkeepOn(client, { now: () => Date.now() + 10 * day });
    await allSteps(() => upkeep.removeOlder(Date.now() + 3 * day, null, 100));
    expect(await count(client, "requests")).toBe(1);
    expect((await readFloors(client.run)).rows).toBeLessThanOrEqual(Date.now() - 7 * day);
  }, week));

test("where bodies are too many bytes, the oldest partitions go, then the oldest of what is left", () =>
  withStore(async ({ store, client }) => {
    const segments = [-2, -1, 0].flatMap((days) =>
      [0, 1, 2, 3].map((hour) => segmentAt(today + days * day + hour * 3_600_000, 1_000)),
    );
    await store.ship([shipment(1, { segments })]);
    await allSteps(upkeepOn(client, { maxBytes: 12_000 }).tidy());
    expect(await count(client, "segments")).toBe(12);
    await allSteps(upkeepOn(client, { maxBytes: 11_000 }).tidy());
    expect(await count(client, "segments")).toBe(8);
    expect((await readFloors(client.run)).bodies).toBe(today - day);
    await allSteps(upkeepOn(client, { maxBytes: 2_500 }).tidy());
    const left = await client.run<{ id: string }>("select id::text from segments order by id");
    expect(left.map(({ id }) => id)).toEqual([2, 3].map((hour) => idAt(today + hour * 3_600_000)));
    expect((await readFloors(client.run)).bodies).toBe(today + 3_600_000);
  }, week));

test("bodies are counted in steps, and anew where more have come since, however early in the day", () =>
  withStore(async ({ store, client }) => {
    const excess = createExcessBodies(client, 6_000, 2);
    const hours = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) =>
        segmentAt(today + (from + at) * 3_600_000, 1_000),
      );
    await store.ship([shipment(1, { segments: hours(2, 7) })]);
    let steps = 0;
    const round = async () => {
      const step = excess.begin();
      await allSteps(async () => {
        steps++;
        return step();
      });
      return count(client, "segments");
    };
    expect(await round()).toBe(5);
    expect(steps).toBeGreaterThan(3);
    await store.ship([shipment(2, { segments: hours(0, 1) })]);
    expect(await round()).toBe(6);
    // Its partition is a page larger then.
    await store.ship([shipment(3, { segments: hours(7, 24) })]);
    expect(await round()).toBe(6);
    expect(await round()).toBe(6);
  }, week));

test("objects in S3 go with the days of their bodies", async () => {
  const dayOf = (days: number) => new Date(today + days * day).toISOString().slice(0, 10);
  const keys = [-3, -2, -1, 0].map((days) => `${dayOf(days)}/x`);
  const objects = {
    list: async () => ({ keys: [...keys], next: null }),
    remove: async (gone: readonly string[]) =>
      void keys.splice(0, keys.length, ...keys.filter((key) => !gone.includes(key))),
  };
  await withStore(async ({ client }) => {
    const upkeep = upkeepOn(client, { objects });
    await allSteps(upkeep.tidy());
    expect(keys).toHaveLength(4);
    await allSteps(() => upkeep.removeOlder(null, today - 1.5 * day, 100));
    await allSteps(upkeep.tidy());
    expect(keys).toEqual([-2, -1, 0].map((days) => `${dayOf(days)}/x`));
  }, week);
});

test("answers go by their age in steps, items once no answer has used them since", () =>
  withStore(async ({ store, client }) => {
    const owner = ownerKey("o");
    const item = (text: string) => ({
      key: digest(text),
      owner,
      id: text,
      upstream: null,
      isStored: false,
      packed: false,
      data: new TextEncoder().encode(text),
    });
    const answer = (at: number, ...items: readonly string[]) => ({
      owner,
      id: `r${at}`,
      callId: idAt(today, at),
      createdAt: today + at,
      items: items.map((text) => digest(text)),
      inputs: 1,
      upstream: null,
      isStored: false,
      head: "{}",
    });
    const answers = [answer(1, "a", "b"), answer(2, "a", "c"), answer(3, "a", "d")];
    await store.ship([shipment(1, { answers, items: ["a", "b", "c", "d"].map(item) })]);
    const upkeep = upkeepOn(client);
    expect(await upkeep.removeOlderAnswers(today + 3, 1)).toBeTrue();
    await allSteps(() => upkeep.removeOlderAnswers(today + 3, 1));
    expect(await count(client, "responses")).toBe(1);
    expect(await count(client, "response_items")).toBe(4);
    await client.run("update response_items set used_on = used_on - 3");
    await store.ship([
      shipment(2, { answers: [answer(4, "a", "b")], items: [item("a"), item("b")] }),
    ]);
    await allSteps(() => upkeep.removeOlderAnswers(today, 1));
    const left = await client.run<{ id: string }>("select id from response_items order by id");
    expect(left.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(await removeAnswer(client, "o", "r4")).toBeTrue();
    expect(await removeAnswer(client, "o", "r4")).toBeFalse();
    expect(await removeAnswer(client, "p", "r3")).toBeFalse();
  }));

test("a router that was not seen for a month goes once no row can name it, and may come back", () =>
  withStore(async ({ store, another, client }) => {
    const other = another();
    await other.settle(labInstance(2));
    await client.run(
      "update instances set seen_at = now() - interval '31 days' where id = $1::uuid",
      [labInstance(2).id],
    );
    const upkeep = upkeepOn(client);
    await allSteps(() => upkeep.removeOlder(today - 40 * day, null, 10));
    expect(await count(client, "instances")).toBe(2);
    await allSteps(() => upkeep.removeOlder(today - 7 * day, null, 10));
    expect(await count(client, "instances")).toBe(1);
    await other.ship([shipment(9, { ends: [callAt(today)] })]);
    expect(await count(client, "instances")).toBe(2);
    expect((await store.settle(labInstance(2))).shipped).toBe(9);
  }, week));

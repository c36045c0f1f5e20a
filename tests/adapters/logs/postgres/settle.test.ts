// Tables are made by whoever comes first, and changed so that two versions work side by side.
import { expect, test } from "bun:test";
import { createClient } from "../../../../src/adapters/logs/postgres/client.ts";
import { explainFailure } from "../../../../src/adapters/logs/postgres/failures.ts";
import {
  ForeignTables,
  NewerSchema,
  ownSchema,
  settleSchema,
} from "../../../../src/adapters/logs/postgres/migrations.ts";
import {
  createPartitions,
  readPartitions,
} from "../../../../src/adapters/logs/postgres/partitions.ts";
import { idAt } from "../../../lab/log-entries.ts";
import { labInstance, withStore } from "../../../lab/postgres-store.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { shipment, shippedEnd } from "../../../lab/shipments.ts";

const day = 86_400_000;
const options = { connections: 1, silenceMs: 20_000 };

test("another program's tables are left alone, and named", () =>
  withDatabase(async (url) => {
    const client = createClient({ ...options, url });
    await client.run("create table requests (id int)");
    const error = await settleSchema(client).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ForeignTables);
    expect(explainFailure(error)).toEqual({
      kind: "store",
      message:
        "the database holds tables of another program (requests): set DATABASE_URL to a database of the log's own",
    });
    await client.run("create table meta (name text, value text)");
    expect(await settleSchema(client).catch((reason: unknown) => reason)).toBeInstanceOf(
      ForeignTables,
    );
    expect(await client.run("select from pg_class where relname = 'figures'")).toEqual([]);
    await client.close();
  }));

/** What a later version might add. */
const addColumn = "alter table requests add column later_cost double precision";
const later = {
  ...ownSchema,
  version: ownSchema.version + 1,
  tables: [...ownSchema.tables, addColumn],
  steps: new Map([[ownSchema.version + 1, [addColumn]]]),
};

test("a later version adds to the tables once, and this one works on beside it", () =>
  withStore(async ({ store, another, client }) => {
    await store.ship([shipment(1, { ends: [shippedEnd()] })]);
    await Promise.all([settleSchema(client, later), settleSchema(client, later)]);
    await store.ship([shipment(2, { ends: [shippedEnd({ id: idAt(Date.now()) })] })]);
    const again = another();
    expect(await again.settle(labInstance(1))).toEqual({ shipped: 2 });
    await again.ship([shipment(3, { ends: [shippedEnd({ id: idAt(Date.now(), 1) })] })]);
    expect(await client.run("select later_cost from requests")).toHaveLength(3);
  }));

test("a version that this one cannot work with is not touched, and passes once this one is updated", () =>
  withDatabase(async (url) => {
    const client = createClient({ ...options, url });
    await settleSchema(client, { ...later, oldestBinary: later.version });
    const error = await settleSchema(client).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NewerSchema);
    expect(explainFailure(error)).toMatchObject({ kind: "passing" });
    await client.close();
  }));

test("routers with other ages share the partitions, and rows that came before one move into it", () =>
  withStore(
    async ({ store, client }) => {
      const now = Date.now();
      const ends = [0, 1, 2].map((at) => shippedEnd({ id: idAt(now, at) }));
      // As where a lock kept the partition from being made.
      const [narrow] = (await readPartitions(client.run)).filter(
        ({ table, from, to }) => table === "requests" && from <= now && now < to,
      );
      await client.run(`drop table ${narrow!.name}`);
      await store.ship([shipment(1, { ends })]);
      expect(await client.run("select from requests_default")).toHaveLength(3);
      await createPartitions(client, 30 * day).ahead();
      expect(await client.run("select from requests_default")).toHaveLength(0);
      expect(await client.run("select from requests")).toHaveLength(3);
      const ranges = (await readPartitions(client.run))
        .filter(({ table }) => table === "requests")
        .toSorted((a, b) => a.from - b.from);
      for (const [at, { to }] of ranges.slice(0, -1).entries())
        expect(to).toBe(ranges[at + 1]!.from);
    },
    { maxLogAgeMs: 2 * day },
  ));

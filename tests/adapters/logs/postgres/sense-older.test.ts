// Rows that older versions wrote into a log that routers share get what new ones have, whichever router
// sees to it.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { createClient } from "../../../../src/adapters/logs/postgres/client.ts";
import { createPostgresEngine } from "../../../../src/adapters/logs/postgres/postgres-engine.ts";
import {
  createSenseOlder,
  type SenseOlderOptions,
} from "../../../../src/adapters/logs/postgres/sense-older.ts";
import { createWritePacker } from "../../../../src/adapters/logs/outbox/pack-writes.ts";
import { unpackShipment } from "../../../../src/adapters/logs/outbox/shipment-codec.ts";
import type { LogWrite, SenseOf } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { ObjectStoreFailure } from "../../../../src/ports/object-store.ts";
import { olderRowsContract, senses, type SensedColumns } from "../../../contracts/older-rows.ts";
import { captured, idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { createMemoryObjects } from "../../../lab/memory-objects.ts";
import { asVersion1, forgetSenses } from "../../../lab/older-postgres.ts";
import { type LabStore, labInstance, withStore } from "../../../lab/postgres-store.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { sharedPlace, withSharedLog } from "../../../lab/shared-log.ts";
import { withFolderInMemory } from "../../../lab/temp-folder.ts";

const day = 86_400_000;

olderRowsContract("PostgreSQL", (writes, run) =>
  withSharedLog(async (engine, place) => {
    const client = createClient({ url: place.shared!.url, connections: 1, silenceMs: 20_000 });
    try {
      await engine.open(place, noon);
      await engine.write(writes);
      await engine.shared!.arrived(20_000);
      await engine.close();
      await asVersion1(client.run);
      await engine.open(place, noon);
      // The indexes of partitions that were there come one by one.
      const tidy = engine.upkeep.tidy();
      while (await tidy());
      await run({
        engine,
        place,
        sensed: () =>
          client.run<SensedColumns>(
            "select id::text, who, thread_id::text, turns_key from requests order by id",
          ),
        remove: async (id) => void (await client.run("delete from requests where id = $1", [id])),
        // As a router of version 2, which counts nothing.
        understand: async (id, thread) =>
          void (await client.run(
            "update requests set who = 'someone', thread_id = $2 where id = $1",
            [id, thread],
          )),
      });
    } finally {
      await client.close();
    }
  }),
);

const hello = captured('{"model": "gpt-4", "messages": [{"role": "user", "content": "hello"}]}');

/** Calls of now and some hours before, with a question each. */
function callsAt(...times: readonly number[]): readonly LogWrite[] {
  return times.map((timestamp) =>
    logWrite({ timestamp, path: "/v1/chat/completions" }, { request: hello }),
  );
}

/** Writes calls as a router of version 1 does. @returns the objects that their bodies lie in */
async function writeOlder({ store, client }: LabStore, writes: readonly LogWrite[], seq: number) {
  const packer = createWritePacker({ inlineLimit: 0, now: () => noon });
  const flush = await packer.pack(writes, true);
  const objects = createMemoryObjects();
  const parts = flush.batches.flatMap((batch) => batch.objects).toSorted((a, b) => a.at - b.at);
  for (const { key, data } of parts)
    await objects.put(key, Buffer.concat([objects.kept.get(key) ?? new Uint8Array(), data]));
  await store.ship(flush.batches.map((batch, at) => unpackShipment(seq + at, batch)));
  await forgetSenses(client.run);
  return objects;
}

const sensedBy = ({ client }: LabStore, own: Partial<SenseOlderOptions> = {}) =>
  createSenseOlder({ client, instance: labInstance(1).id, objects: null, now: Date.now, ...own });

const olderIn = async ({ client }: LabStore) =>
  (
    await client.run<{ id: string }>(
      "select id::text from requests where who is null order by id desc",
    )
  ).map(({ id }) => id);

test("a router of an older version may write on: its calls are understood in the next round", () =>
  withStore(async (lab) => {
    const now = Date.now();
    const step = sensedBy(lab);
    expect(await step(10, senses())).toBe(false);
    const times = [now - 8 * day, now - 6 * day, now - 5 * 60_000, now];
    await writeOlder(lab, callsAt(...times), 1);
    while (await step(1, senses()));
    // One whose bodies may still be on their way waits, and what came too late stays.
    expect(await olderIn(lab)).toEqual([now, now - 8 * day].map((time) => idAt(time)));
  }));

test("one router at a time sees to them; another takes over from one that has gone", () =>
  withStore(async (lab) => {
    await writeOlder(lab, callsAt(...[0, 1, 2, 3].map((at) => noon + at)), 1);
    const [first, second] = [1, 2].map((number) =>
      sensedBy(lab, { instance: labInstance(number).id }),
    );
    expect(await first!(1, senses())).toBe(true);
    expect(await second!(1, senses())).toBe(false);
    expect(await first!(1, senses())).toBe(true);
    await lab.client.run(
      "update meta set value = split_part(value, ' ', 1) || ' 1000' where name = 'sense_lease'",
    );
    const asked: string[] = [];
    const senseOf: SenseOf = (call) => {
      asked.push(call.entry.id);
      return senses()(call);
    };
    while (await second!(1, senseOf));
    expect(asked).toEqual([1, 0].map((at) => idAt(noon + at)));
    expect(await olderIn(lab)).toEqual([]);
  }));

test("bodies are read from S3; while it is away nothing is understood without them", () =>
  withStore(async (lab) => {
    const objects = await writeOlder(lab, callsAt(noon, noon + 1), 1);
    const step = sensedBy(lab, { objects });
    objects.fails = new ObjectStoreFailure("passing", "S3 is away");
    expect(await step(5, senses()).catch((error: Error) => error.message)).toBe("S3 is away");
    expect(await olderIn(lab)).toHaveLength(2);
    objects.fails = null;
    expect(await step(5, senses())).toBe(false);
    expect(await olderIn(lab)).toEqual([]);
    const threads = await lab.client.run("select from requests where thread_id is not null");
    expect(threads).toHaveLength(2);
  }));

test("bodies that still wait here to go to S3 are read from here", () =>
  withDatabase((url) =>
    withFolderInMemory(async (folder) => {
      const objects = createMemoryObjects();
      objects.fails = new ObjectStoreFailure("passing", "S3 is away");
      const engine = createPostgresEngine({ openObjects: () => objects, openWaitMs: 20_000 });
      const client = createClient({ url, connections: 1, silenceMs: 20_000 });
      const place = sharedPlace(join(folder, "requests.db"), url, { inlineLimit: 0 });
      try {
        await engine.open(place, noon);
        await engine.write(callsAt(noon));
        await engine.shared!.arrived(20_000);
        await forgetSenses(client.run);
        while (await engine.upkeep.senseOlder(5, senses()));
        expect(objects.kept.size).toBe(0);
        expect(await client.run("select from requests where thread_id is not null")).toHaveLength(
          1,
        );
      } finally {
        await client.close();
        await engine.close();
      }
    }),
  ));

test("a call whose bodies are gone or damaged is understood without", () =>
  withStore(async (lab) => {
    const objects = await writeOlder(lab, callsAt(noon, noon + 1), 1);
    const damaged = { get: async () => Uint8Array.of(1, 2, 3) };
    await objects.remove([...objects.kept.keys()]);
    expect(await sensedBy(lab, { objects })(1, senses())).toBe(true);
    await lab.client.run("update segments set length = 3, packed = true");
    const step = sensedBy(lab, { objects: damaged });
    while (await step(5, senses()));
    const rows = await lab.client.run<{ who: string; thread_id: string | null }>(
      "select who, thread_id from requests",
    );
    expect(rows).toEqual([0, 1].map(() => ({ who: "10.0.0.5", thread_id: null })) as never);
  }));

test("rows and bodies that count as removed are not looked at", () =>
  withStore(async (lab) => {
    const now = Date.now();
    const [hidden, bare, whole] = [5, 4, 3].map((hours) => now - hours * 3_600_000);
    const objects = await writeOlder(lab, callsAt(hidden!, bare!, whole!), 1);
    await lab.client.run("insert into meta values ('rows_before', $1), ('bodies_before', $2)", [
      String(hidden! + 1),
      String(bare! + 1),
    ]);
    const step = sensedBy(lab, { objects });
    while (await step(1, senses()));
    const rows = await lab.client.run<{ id: string; who: string; is: boolean }>(
      "select id::text, who, thread_id is not null as is from requests order by id",
    );
    expect(rows as unknown).toEqual([
      { id: idAt(hidden!), who: null, is: false },
      { id: idAt(bare!), who: "10.0.0.5", is: false },
      { id: idAt(whole!), who: "10.0.0.5", is: true },
    ]);
  }));

// Routers that start at once, many times over.
import { expect, test } from "bun:test";
import { createClient } from "../../../../src/adapters/logs/postgres/client.ts";
import { createPostgresStore } from "../../../../src/adapters/logs/postgres/postgres-store.ts";
import { idAt } from "../../../lab/log-entries.ts";
import { labInstance } from "../../../lab/postgres-store.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { shipment, shippedEnd } from "../../../lab/shipments.ts";

const day = 86_400_000;
const options = { connections: 1, silenceMs: 20_000 };

test("three routers that start at once on an empty database make one schema, time after time", async () => {
  for (let turn = 0; turn < 20; turn++)
    await withDatabase(async (url) => {
      const clients = [1, 2, 3].map(() => createClient({ ...options, url }));
      const stores = clients.map((client) => createPostgresStore({ client, maxLogAgeMs: 7 * day }));
      await Promise.all(
        stores.map(async (store, at) => {
          await store.settle(labInstance(at));
          await store.ship([shipment(1, { ends: [shippedEnd({ id: idAt(Date.now(), at) })] })]);
        }),
      );
      const [client] = clients;
      const rows = await client!.run("select from requests");
      expect([turn, rows.length]).toEqual([turn, 3]);
      const meta = await client!.run<{ name: string }>("select name from meta order by name");
      expect(meta.map(({ name }) => name)).toEqual(["group_id", "oldest_binary", "schema"]);
      await Promise.all(clients.map((one) => one.close()));
    });
}, 180_000);

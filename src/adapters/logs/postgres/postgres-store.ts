// The log's write side in PostgreSQL, as one router's outbox drives it. Reading is another's part.
import type { SharedInstance, SharedStore } from "../outbox/shared-store.ts";
import { createCellBook } from "./cell-book.ts";
import type { Client } from "./client.ts";
import { explainFailure } from "./failures.ts";
import { interruptOwn } from "./interrupted-calls.ts";
import { settleSchema } from "./migrations.ts";
import { createPartitions } from "./partitions.ts";
import { safeText } from "./safe-text.ts";
import { ship } from "./ship.ts";

export interface PostgresStoreOptions {
  /** One connection is enough: what it is asked for comes one after the other. */
  readonly client: Client;
  /** ms; null keeps rows for ever. Decides how wide partitions are. */
  readonly maxLogAgeMs: number | null;
}

export function createPostgresStore({ client, maxLogAgeMs }: PostgresStoreOptions): SharedStore {
  const partitions = createPartitions(client, maxLogAgeMs);
  const cells = createCellBook();
  let instance: SharedInstance | null = null;

  function settled(): SharedInstance {
    if (instance === null) throw new Error("the store was not settled");
    return instance;
  }

  return {
    async settle(own) {
      await settleSchema(client);
      cells.forget();
      await partitions.ahead();
      const [row] = await client.run<{ shipped: number }>(
        `insert into instances (id, name, version) values ($1::uuid, $2, $3)
          on conflict (id) do update set name = excluded.name, version = excluded.version,
            started_at = now(), seen_at = now()
          returning shipped::double precision`,
        [own.id, safeText(own.name), own.version],
      );
      instance = own;
      return { shipped: row?.shipped ?? 0 };
    },
    ship: async (shipments) => ({
      refused: await ship({ client, partitions, sender: settled(), cells }, shipments),
    }),
    interrupt: (ids, now) => interruptOwn(client, settled().id, ids, now),
    explain: explainFailure,
  };
}

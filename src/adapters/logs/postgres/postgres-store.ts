// The log's write side in PostgreSQL, as one router's outbox drives it. Reading is another's part.
import type { Shipment } from "../outbox/shipment.ts";
import type { Client } from "./client.ts";
import { settleSchema } from "./migrations.ts";
import { createPartitions } from "./partitions.ts";
import { type Sender, shipTogether } from "./ship.ts";

export interface PostgresStoreOptions extends Sender {
  /** One connection is enough: what it is asked for comes one after the other. */
  readonly client: Client;
  /** ms; null keeps rows for ever. Decides how wide partitions are. */
  readonly maxLogAgeMs: number | null;
}

/** A promise rejects where the server, or the way there, fails; `explain` says what that means. */
export interface PostgresStore {
  /**
   * Makes the tables or brings them up to date, enters the router among the instances, and marks what
   * an earlier process of it left in flight as interrupted. Before anything else; may be repeated.
   * @param now epoch ms
   */
  settle(now: number): Promise<void>;
  /**
   * Brings shipments in, all in one transaction. What was in already stays as it is, so the same may
   * be shipped again where the answer was lost.
   * @param shipments in the order of their numbers
   */
  ship(shipments: readonly Shipment[]): Promise<void>;
}

export function createPostgresStore(options: PostgresStoreOptions): PostgresStore {
  const { client } = options;
  const partitions = createPartitions(client, options.maxLogAgeMs);
  return {
    async settle() {
      await settleSchema(client);
      await client.run(
        `insert into instances (id, name, version) values ($1::uuid, $2, $3)
          on conflict (id) do update set name = excluded.name, version = excluded.version,
            started_at = now(), seen_at = now()`,
        [options.instance, options.name, options.version],
      );
      await partitions.ahead();
    },
    ship: (shipments) => shipTogether(client, partitions, options, shipments),
  };
}

// A store on a database of its own, and what stands in its tables.
import { type Client, createClient } from "../../src/adapters/logs/postgres/client.ts";
import {
  createPostgresStore,
  type PostgresStore,
  type PostgresStoreOptions,
} from "../../src/adapters/logs/postgres/postgres-store.ts";
import { noon } from "./log-entries.ts";
import { withDatabase } from "./postgres.ts";

export interface LabStore {
  readonly client: Client;
  readonly url: string;
  readonly store: PostgresStore;
  /** Of another router on the same database. */
  another(own?: Partial<PostgresStoreOptions>): PostgresStore;
}

const options = { name: "a", version: "1", maxLogAgeMs: null };

/** An instance's id. */
export function instanceId(number: number): string {
  return `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;
}

/** Runs a test on a store whose tables are made. */
export function withStore<T>(
  test: (lab: LabStore) => Promise<T>,
  own: Partial<PostgresStoreOptions> = {},
): Promise<T> {
  return withDatabase(async (url) => {
    const client = createClient({ url, connections: 2, silenceMs: 20_000 });
    let made = 0;
    const another = (more: Partial<PostgresStoreOptions> = {}) =>
      createPostgresStore({ client, instance: instanceId(++made), ...options, ...own, ...more });
    try {
      const store = another();
      await store.settle(noon);
      return await test({ client, url, store, another });
    } finally {
      await client.close();
    }
  });
}

// A store on a database of its own, and what stands in its tables.
import { type Client, createClient } from "../../src/adapters/logs/postgres/client.ts";
import {
  createPostgresStore,
  type PostgresStoreOptions,
} from "../../src/adapters/logs/postgres/postgres-store.ts";
import type { SharedInstance, SharedStore } from "../../src/adapters/logs/outbox/shared-store.ts";
import { withDatabase } from "./postgres.ts";

export interface LabStore {
  readonly client: Client;
  readonly url: string;
  readonly store: SharedStore;
  /** Of another router on the same database, not settled yet. */
  readonly another: () => SharedStore;
}

/** A router of that number. */
export function labInstance(number: number): SharedInstance {
  const id = `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;
  return { id, name: `router ${number}`, version: "1" };
}

/** Runs a test on a store whose tables are made, as router 1. */
export function withStore<T>(
  test: (lab: LabStore) => Promise<T>,
  own: Partial<PostgresStoreOptions> = {},
): Promise<T> {
  return withDatabase(async (url) => {
    const client = createClient({ url, connections: 3, silenceMs: 20_000 });
    const another = () => createPostgresStore({ client, maxLogAgeMs: null, ...own });
    try {
      const store = another();
      await store.settle(labInstance(1));
      return await test({ client, url, store, another });
    } finally {
      await client.close();
    }
  });
}

// A log in PostgreSQL without the outbox's file and shipper: what is written is in the tables at once.
import { afterAll } from "bun:test";
import { type Client, createClient } from "../../src/adapters/logs/postgres/client.ts";
import { createPostgresAnswers } from "../../src/adapters/logs/postgres/postgres-answers.ts";
import { createPostgresReader } from "../../src/adapters/logs/postgres/postgres-reader.ts";
import { createRetention } from "../../src/adapters/logs/postgres/retention.ts";
import { createPostgresStore } from "../../src/adapters/logs/postgres/postgres-store.ts";
import { createWritePacker } from "../../src/adapters/logs/outbox/pack-writes.ts";
import type { SearchLimits } from "../../src/adapters/logs/postgres/search-calls.ts";
import type { SharedStore } from "../../src/adapters/logs/outbox/shared-store.ts";
import { unpackShipment } from "../../src/adapters/logs/outbox/shipment-codec.ts";
import type { KeptAnswers } from "../../src/ports/kept-answers.ts";
import type { ContractedLog } from "../contracts/log-store.ts";
import { databaseInTurn } from "./database-in-turn.ts";
import type { withDatabase } from "./postgres.ts";
import { labInstance } from "./postgres-store.ts";

export interface DirectLog extends ContractedLog {
  readonly answers: Pick<KeptAnswers, "find" | "items">;
}

/** One router's, whose store is settled. @param client that the store uses, too */
function directLog(
  client: Client,
  store: SharedStore,
  limits: SearchLimits | undefined,
): DirectLog {
  const packer = createWritePacker({ inlineLimit: null, now: Date.now });
  const retention = createRetention(client, Date.now);
  let seq = 0;
  return {
    ...createPostgresReader(client, null, limits === undefined ? {} : { limits }),
    answers: createPostgresAnswers(client),
    async write(writes) {
      const flush = await packer.pack(writes, true);
      const { refused } = await store.ship(
        flush.batches.map((batch) => unpackShipment(++seq, batch)),
      );
      flush.committed();
      if (refused > 0) throw new Error(`${refused} rows were refused`);
      return { lostBodies: flush.leftOut, message: null };
    },
    interruptLeftovers: (now) => store.interrupt(null, now),
    removeOlder: (rows, bodies, limit) => retention.removeOlder({ rows, bodies }, limit),
  };
}

interface InTurnOptions {
  readonly limits?: SearchLimits;
  /** Decides how wide partitions are. */
  readonly maxLogAgeMs?: number | null;
}

/** Runs tests one after the other, each on an empty log. */
export function logsInTurn(
  within: typeof withDatabase,
  { limits, maxLogAgeMs = null }: InTurnOptions = {},
): (test: (log: DirectLog) => Promise<void>) => Promise<void> {
  const onDatabase = databaseInTurn(within);
  let open: Client | null = null;
  afterAll(() => open?.close());
  return (test) =>
    onDatabase(async (url) => {
      const client = (open ??= createClient({ url, connections: 2, silenceMs: 20_000 }));
      const store = createPostgresStore({ client, maxLogAgeMs });
      await store.settle(labInstance(1));
      await test(directLog(client, store, limits));
    });
}

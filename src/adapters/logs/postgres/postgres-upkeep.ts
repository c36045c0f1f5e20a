// What the shared log needs beside writing; each step by whichever router comes first.
import type { ObjectStore } from "../../../ports/object-store.ts";
import type { LogUpkeep } from "../pipeline/log-engine.ts";
import type { Client } from "./client.ts";
import { createExcessBodies } from "./excess-bodies.ts";
import { readFloors } from "./floors.ts";
import { interruptDead } from "./interrupted-calls.ts";
import { removeOldObjects } from "./old-objects.ts";
import { makeMissingIndex } from "./missing-indexes.ts";
import { createPartitions } from "./partitions.ts";
import { removeOlderAnswers } from "./remove-answers.ts";
import { createRetention } from "./retention.ts";
import { createSenseOlder } from "./sense-older.ts";

export interface PostgresUpkeepOptions {
  readonly client: Client;
  /** ms; null keeps rows for ever. */
  readonly maxLogAgeMs: number | null;
  /** Of all routers' bodies together. */
  readonly maxBytes: number;
  /** Where bodies lie beside the database; null: nowhere. */
  readonly objects: Pick<ObjectStore, "list" | "remove"> | null;
  /** Likewise, for reading, with what waits here to be brought there. */
  readonly readObjects: Pick<ObjectStore, "get"> | null;
  /** UUID of this router. */
  readonly instance: string;
  /** The clock that ages are counted by, epoch ms. */
  readonly now: () => number;
}

export function createPostgresUpkeep({
  client,
  maxLogAgeMs,
  maxBytes,
  objects,
  readObjects,
  instance,
  now,
}: PostgresUpkeepOptions): LogUpkeep {
  const partitions = createPartitions(client, maxLogAgeMs);
  const retention = createRetention(client, now);
  const excess = createExcessBodies(client, maxBytes);

  const once = (step: () => Promise<unknown>) => async () => {
    await step();
    return false;
  };

  return {
    removeOlder: (rows, bodies, limit) => retention.removeOlder({ rows, bodies }, limit),
    removeOlderAnswers: (before, limit) => removeOlderAnswers(client, before, limit),
    tidy() {
      const jobs: (() => Promise<boolean>)[] = [
        once(() => partitions.ahead()),
        once(() => interruptDead(client)),
        () => makeMissingIndex(client),
        excess.begin(),
      ];
      if (objects !== null)
        jobs.push(async () => removeOldObjects(objects, (await readFloors(client.run)).bodies));
      return async () => {
        const [job] = jobs;
        if (job !== undefined && !(await job())) jobs.shift();
        return jobs.length > 0;
      };
    },
    // The server fills and mends its indexes by itself.
    fillSearch: async () => false,
    senseOlder: createSenseOlder({ client, instance, objects: readObjects, now }),
    checkSearch: async () => undefined,
  };
}

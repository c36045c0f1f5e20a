// Calls of this router whose bodies still wait for S3: they are read out of its outbox, whoever else sees
// nothing of them yet.
import type { LogDetail } from "../../../ports/browse.ts";
import type { ObjectStore } from "../../../ports/object-store.ts";
import type { Spool } from "../outbox/spool.ts";
import type { Client } from "./client.ts";
import { createPostgresReader } from "./postgres-reader.ts";

export interface WaitingBodies {
  readonly client: Client;
  readonly spool: Pick<Spool, "holdsObjects" | "objectPart">;
  readonly objects: Pick<ObjectStore, "get"> | null;
  /** See PostgresReader. */
  readonly more?: (ms: number) => void;
}

/** @returns null: it is not there, or nothing of it waits */
export async function waitingCall(
  { client, spool, objects, more }: WaitingBodies,
  id: string,
): Promise<LogDetail | null> {
  if (objects === null || !spool.holdsObjects()) return null;
  let [found, missing] = [false, false];
  const here: Pick<ObjectStore, "get"> = {
    async get(key, range) {
      const part = range === undefined ? null : spool.objectPart(key, range.at);
      if (part === null) missing = true;
      else found = true;
      return part;
    },
  };
  const detail = await createPostgresReader(client, here).get(id, more);
  if (!found || !missing) return found ? detail : null;
  const both: Pick<ObjectStore, "get"> = {
    get: async (key, range) => (await here.get(key, range)) ?? objects.get(key, range),
  };
  return createPostgresReader(client, both).get(id, more);
}

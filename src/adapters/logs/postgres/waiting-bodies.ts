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
  return createPostgresReader(client, withWaitingParts(spool, objects)).get(id, more);
}

/** Objects as they will be once all that waits here has arrived. */
export function withWaitingParts(
  spool: WaitingBodies["spool"],
  objects: Pick<ObjectStore, "get">,
): Pick<ObjectStore, "get"> {
  return {
    async get(key, range) {
      const part =
        range === undefined || !spool.holdsObjects() ? null : spool.objectPart(key, range.at);
      return part ?? objects.get(key, range);
    },
  };
}

// A shared log as the target of a copy: calls go straight into the store, and large bodies to S3 before
// them, without an outbox between, as the copy can be started again.
import { randomUUIDv7 } from "bun";
import type { LogDetail } from "../../../ports/browse.ts";
import type { AnswerTarget, CopyTarget } from "../../../ports/log-copy.ts";
import type { ObjectStore } from "../../../ports/object-store.ts";
import { packAnswers } from "../outbox/pack-answers.ts";
import { createWritePacker, type ObjectPart } from "../outbox/pack-writes.ts";
import type { SharedStore } from "../outbox/shared-store.ts";
import { unpackShipment } from "../outbox/shipment-codec.ts";
import { copiedCall } from "../rows/copied-call.ts";
import { createAnswerCopies } from "./answer-copies.ts";
import type { Client } from "./client.ts";
import { createPostgresReader } from "./postgres-reader.ts";

export interface CopyTargetParts {
  readonly client: Client;
  readonly store: SharedStore;
  /** null: all bodies go into the database. */
  readonly objects: Pick<ObjectStore, "get" | "put"> | null;
  /** Bytes; larger bodies go to S3 where there is one. */
  readonly inlineLimit: number;
  /** Of this program. */
  readonly version: string;
}

export interface OpenedCopyTarget extends CopyTarget {
  readonly answers: AnswerTarget;
  /** The copy is over, or has failed: it no longer counts among the instances. */
  leave(): Promise<void>;
}

/** Makes the tables where there are none. Rejects as the store does. */
export async function openCopyTarget(parts: CopyTargetParts): Promise<OpenedCopyTarget> {
  const { client, store, objects } = parts;
  const instance = { id: randomUUIDv7(), name: "copy", version: parts.version };
  await store.settle(instance);
  const reader = createPostgresReader(client, objects);
  let seq = 0;

  async function putAll(all: readonly ObjectPart[]): Promise<void> {
    for (const [key, own] of Map.groupBy(all, (part) => part.key)) {
      const inOrder = own.toSorted((a, b) => a.at - b.at);
      await objects?.put(key, Buffer.concat(inOrder.map(({ data }) => data)));
    }
  }

  return {
    list: (filter) => reader.list(filter),
    async write(calls: readonly LogDetail[]) {
      // One of its own for each batch: its objects are whole with it.
      const packer = createWritePacker({
        inlineLimit: objects === null ? null : parts.inlineLimit,
        now: () => Date.now(),
      });
      const { batches, leftOut } = await packer.pack(calls.map(copiedCall), true);
      await putAll(batches.flatMap((batch) => batch.objects));
      await store.ship(batches.map((batch) => unpackShipment(++seq, batch)));
      return leftOut;
    },
    answers: {
      find: createAnswerCopies(client).find,
      async keep(kept) {
        const packed = packAnswers(kept, () => false);
        await store.ship([{ seq: ++seq, ends: [], starts: [], segments: [], ...packed }]);
      },
    },
    async leave() {
      await client.run("delete from instances where id = $1::uuid", [instance.id]);
    },
  };
}

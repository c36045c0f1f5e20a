// An outbox that is thrown away, for calls that are only there to warm up what writes real ones.
import type { LogWrite, WriteResult } from "../pipeline/log-engine.ts";
import { closeConnection } from "../sqlite-file/run-sql.ts";
import { createOutbox } from "./outbox.ts";
import { openOutboxFile } from "./outbox-file.ts";
import { createWritePacker } from "./pack-writes.ts";

export interface Scratch {
  write(batch: readonly LogWrite[]): Promise<WriteResult>;
  close(): void;
}

const maxBytes = 16 * 1024 * 1024;

export async function createScratch(): Promise<Scratch> {
  const { db } = await openOutboxFile(":memory:", 0);
  const outbox = createOutbox(db, maxBytes);
  const packer = createWritePacker({ inlineLimit: null, now: () => Date.now() });
  return {
    async write(batch) {
      const { batches } = await packer.pack(batch, true);
      outbox.put(batches, Date.now());
      return { lostBodies: 0, message: null };
    },
    close() {
      closeConnection(db);
    },
  };
}

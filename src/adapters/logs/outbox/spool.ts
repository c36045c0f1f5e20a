// The outbox with its two ways out: what is written stays here until the store that routers share has
// it, rows by one way, large bodies by the other, and each may be away alone.
import type { ObjectStore } from "../../../ports/object-store.ts";
import type { LogWrite, WriteResult } from "../pipeline/log-engine.ts";
import type { SpoolReport } from "../../../ports/spool.ts";
import { closeConnection } from "../sqlite-file/run-sql.ts";
import { createObjectLanes } from "./object-lanes.ts";
import { createOutbox, type OutboxFigures } from "./outbox.ts";
import type { OutboxFile } from "./outbox-file.ts";
import { createWritePacker } from "./pack-writes.ts";
import type { SharedInstance, SharedStore } from "./shared-store.ts";
import { createShipper } from "./shipper.ts";
import { takesBodies } from "./spool-room.ts";

export interface Spool {
  readonly instance: SharedInstance;
  /** Of its file; null: it is in memory. */
  readonly path: string | null;
  /** Resolves once the batch is in the outbox. Rejects with SQLite's own error; then nothing of it is. */
  write(batch: readonly LogWrite[]): Promise<WriteResult>;
  /** What is to be said is said by it once. */
  report(): SpoolReport;
  figures(): OutboxFigures;
  /** Whether bodies wait for S3. */
  holdsObjects(): boolean;
  /** See Outbox. */
  objectPart(key: string, at: number): Uint8Array | null;
  /** See Shipper. */
  probe(): void;
  /** See SharedSide. */
  arrived(withinMs: number): Promise<void>;
  /** See Shipper. */
  begun(withinMs: number): Promise<number>;
  /** Gives some of the room that is no longer needed back to the disk; returns whether there is more. */
  shrink(): boolean;
  /** Resolves when nothing waits any more, or after so many ms; at once for what is away. */
  drain(withinMs: number): Promise<void>;
  /** Nothing is sent any more; resolves when what is under way is through, and the file closed. */
  close(): Promise<void>;
}

export interface SpoolDeps {
  readonly file: OutboxFile;
  readonly maxBytes: number;
  readonly name: string;
  readonly version: string;
  readonly store: SharedStore;
  /** null: there is no S3. */
  readonly objects: Pick<ObjectStore, "put" | "remove"> | null;
  /** Bytes; of a larger body what is new goes to S3. */
  readonly inlineLimit: number;
  /** Calls that have just come into the store. */
  readonly shipped: (ids: readonly string[]) => void;
  /** Epoch ms. */
  readonly now: () => number;
  /** Runs once after so many ms, unless the returned function is called. */
  readonly after: (ms: number, then: () => void) => () => void;
}

/** Without a disk; memory is what everything else needs, too. */
const maxBytesInMemory = 64 * 1024 * 1024;
/** Of one transaction: a backlog goes faster by large ones, and each keeps others waiting. */
const maxShippedBytes = 4 * 1024 * 1024;
/** Not told yet; older ones are left out. */
const maxSaid = 20;
/** ms between two looks whether the last objects are in S3. */
const lookMs = 50;

export function createSpool(deps: SpoolDeps): Spool {
  const { file, store, objects, now, after } = deps;
  const maxBytes = file.path === null ? Math.min(deps.maxBytes, maxBytesInMemory) : deps.maxBytes;
  const outbox = createOutbox(file.db, maxBytes);
  const inlineLimit = objects === null ? null : deps.inlineLimit;
  const packer = createWritePacker({ inlineLimit, now });
  const instance = { id: file.instance, name: deps.name, version: deps.version };
  let said: readonly SpoolReport["said"][number][] = file.said;
  let [lostRows, lostBodies] = [0, 0];

  function say(message: string, isTrouble: boolean): void {
    said = [...said, { isTrouble, message }].slice(-maxSaid);
  }

  function pause(ms: number): Promise<void> {
    return new Promise((done) => void after(ms, done));
  }

  function lost(bodies: number): void {
    lostBodies += bodies;
    packer.forget();
  }

  const shipper = createShipper({
    outbox,
    store,
    instance,
    shipped: deps.shipped,
    say,
    // Nothing of it is given up from then on: that must not be most of what waits.
    mostBytes: Math.min(maxShippedBytes, maxBytes / 8),
    place: file.path ?? "memory",
    now,
    after,
  });
  const lanes =
    objects === null
      ? null
      : createObjectLanes({
          outbox,
          objects,
          isWhole: packer.isWhole,
          lost: ({ bodies }) => {
            lost(bodies);
          },
          say,
          now,
          pause,
        });
  shipper.wake();
  lanes?.wake();

  return {
    instance,
    path: file.path,
    async write(batch) {
      const flush = await packer.pack(batch, takesBodies(outbox.bytes(), maxBytes));
      try {
        const losses = outbox.put(flush.batches, now());
        flush.committed();
        lostRows += shipper.lost(losses.ends);
        if (losses.ends.length + losses.bodies > 0) lost(losses.bodies);
      } catch (error) {
        packer.forget();
        throw error;
      }
      shipper.wake();
      lanes?.wake();
      const { leftOut } = flush;
      const message = "the spool is nearly full (SPOOL_MAX_SIZE): only errors keep their bodies";
      return { lostBodies: leftOut, message: leftOut > 0 ? message : null };
    },
    report() {
      const told = said;
      said = [];
      return {
        ...outbox.figures(),
        maxBytes,
        path: file.path,
        database: shipper.report(),
        objects: lanes?.report() ?? null,
        lost: { rows: lostRows, bodies: lostBodies, refused: shipper.refused() },
        said: told,
      };
    },
    figures: () => outbox.figures(),
    holdsObjects: () => outbox.objectKeys(1).length > 0,
    objectPart: (key, at) => outbox.objectPart(key, at),
    probe: () => {
      shipper.probe();
    },
    arrived: (withinMs) => shipper.arrived(withinMs),
    begun: (withinMs) => shipper.begun(withinMs),
    shrink: () => outbox.shrink(),
    async drain(withinMs) {
      const until = now() + withinMs;
      packer.closeObjects();
      lanes?.wake();
      await shipper.arrived(withinMs);
      while (lanes?.report().isUp === true && outbox.objectKeys(1).length > 0 && now() < until)
        await pause(lookMs);
    },
    async close() {
      lanes?.close();
      await shipper.close();
      closeConnection(file.db);
    },
  };
}

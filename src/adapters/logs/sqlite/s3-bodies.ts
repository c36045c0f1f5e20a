// The larger bodies of a log in SQLite that has them in S3: kept here first, and brought there.
import type { Database } from "bun:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { S3Settings } from "../../../domain/config/settings.ts";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { ObjectStore } from "../../../ports/object-store.ts";
import { createObjectLane, createObjectState } from "../outbox/object-lane.ts";
import type { BlobPlace } from "../pipeline/log-place.ts";
import type { LaneReport, SpoolReport } from "../../../ports/spool.ts";
import { blobNames, blobSpot, createS3Spool, hasS3Tables, settleS3Tables } from "./s3-spool.ts";

/** @param limitMs in which a request has to be answered whole; absent: the store's own limit */
export type OpenObjects = (settings: S3Settings, limitMs?: number) => ObjectStore;

export interface S3Bodies {
  readonly blobs: BlobStore;
  /** What is to be said is said by it once. */
  report(): SpoolReport;
  /** What is on its way may arrive, and is sent again after the next start. */
  close(): void;
}

export interface S3BodiesParts {
  readonly db: Database;
  /** Of the log; null: in memory. */
  readonly path: string | null;
  readonly place: BlobPlace;
  /** Id of the log. */
  readonly owner: string;
  readonly objects: ObjectStore;
  /** Where bodies may lie that were not written to S3. */
  readonly elsewhere: BlobStore;
}

/** Bytes that wait here at most, where nothing is said. */
const usualMaxBytes = 1024 ** 3;

/** Nobody may have asked for a while. */
const maxSaid = 20;

const well: LaneReport = { isUp: true, downSince: null, why: null, refused: null, wasUp: true };

export function openS3Bodies(parts: S3BodiesParts): S3Bodies {
  const { db, path, place, owner, objects, elsewhere } = parts;
  const maxBytes = place.spoolMaxSize ?? usualMaxBytes;
  settleS3Tables(db);
  const spool = createS3Spool({ db, owner, maxBytes, now: () => Date.now() });
  const state = createObjectState(() => Date.now());
  let said: SpoolReport["said"] = [];
  const lane = createObjectLane({
    steps: spool,
    objects,
    state,
    say(message, isTrouble) {
      said = [...said, { message, isTrouble }].slice(-maxSaid);
    },
    pause: (ms) => sleep(ms, undefined, { ref: false }),
  });
  lane.wake();
  return {
    blobs: {
      ...readS3Blobs(db, objects, elsewhere),
      async put(name, bytes, failed = false) {
        spool.put(name, bytes, failed);
        lane.wake();
      },
      has: async (name) => blobSpot(db, name) !== null || (await elsewhere.has(name)),
      async remove(name) {
        spool.remove(name);
        lane.wake();
        await elsewhere.remove(name);
      },
      list: async (firstDigits) => [
        ...blobNames(db, firstDigits),
        ...(await elsewhere.list(firstDigits)),
      ],
      takenBytes: () => spool.takenBytes(),
    },
    report() {
      const told = said;
      said = [];
      return {
        rows: 0,
        bytes: spool.waitingBytes(),
        maxBytes,
        oldestAt: spool.oldestAt(),
        path,
        database: well,
        objects: state.report(),
        lost: { rows: 0, bodies: spool.givenUp(), refused: 0 },
        said: told,
      };
    },
    close() {
      lane.close();
    },
  };
}

/** Reads blobs wherever they lie. Rejects with an ObjectStoreFailure where S3 cannot be asked. */
export function readS3Blobs(
  db: Database,
  objects: Pick<ObjectStore, "get">,
  elsewhere: Pick<BlobStore, "get">,
): Pick<BlobStore, "get"> {
  let hasTables = false;
  return {
    async get(name) {
      hasTables ||= hasS3Tables(db);
      const spot = hasTables ? blobSpot(db, name) : null;
      if (spot === null) return elsewhere.get(name);
      if ("data" in spot) return spot.data;
      const { object, at, length } = spot;
      if (length === 0) return new Uint8Array();
      const found = await objects.get(object, { at, length });
      // Part of a blob would unpack to nothing.
      return found?.length === length ? found : null;
    },
  };
}

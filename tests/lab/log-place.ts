// Where a test's log lies, and a store on it.
import { dirname, join } from "node:path";
import {
  createFilesystemBlobs,
  filesystemBlobsOf,
} from "../../src/adapters/blobs/filesystem-blobs.ts";
import type { OpenBlobs } from "../../src/adapters/logs/sqlite/log-file.ts";
import { type LogDatabase, openDatabase } from "../../src/adapters/logs/sqlite/database.ts";
import type { BlobPlace, LogPlace } from "../../src/adapters/logs/pipeline/log-place.ts";
import {
  createSqliteStore,
  type SqliteStore,
} from "../../src/adapters/logs/sqlite/sqlite-store.ts";
import { createSqliteEngine } from "../../src/adapters/logs/sqlite/sqlite-engine.ts";
import type { LogEngine } from "../../src/adapters/logs/pipeline/log-engine.ts";
import { createWriter, type Writer } from "../../src/adapters/logs/worker/writer.ts";
import type { BlobStore } from "../../src/ports/blob-store.ts";
import type { ObjectStore } from "../../src/ports/object-store.ts";
import { noon } from "./log-entries.ts";
import { withFolderInMemory } from "./temp-folder.ts";

/** A log in that file, its blobs in a folder beside it. */
export function logPlace(path: string, own: Partial<BlobPlace> = {}): LogPlace {
  return { path, blobs: { ...blobPlace(path), ...own } };
}

export function blobPlace(path: string): BlobPlace {
  return {
    type: "filesystem",
    path: join(dirname(path), "blobs"),
    inlineLimit: 16_384,
    maxTotalSize: 1_000_000_000,
  };
}

/** A store on an open database. */
export function sqliteStoreOn(
  { connection }: Pick<LogDatabase, "connection">,
  blobs: BlobStore = createFilesystemBlobs("unused"),
  inlineLimit = 1_000_000,
): SqliteStore {
  return createSqliteStore({ db: connection, blobs, inlineLimit, search: "search" });
}

/** A store in a file of its own, removed afterwards. */
export function withSqliteStore<T>(test: (store: SqliteStore) => Promise<T>): Promise<T> {
  return withFolderInMemory(async (folder) => {
    const { database } = await openDatabase(join(folder, "requests.db"), noon);
    try {
      return await test(sqliteStoreOn(database));
    } finally {
      database.close();
    }
  });
}

export interface LabLog extends Writer {
  readonly engine: LogEngine;
  readonly close: () => Promise<void>;
}

/** The write side of a log in SQLite, as its thread has it; blobs are files. */
export function sqliteLog(): LabLog {
  return labLog(createSqliteEngine((place, owner) => filesystemBlobsOf(place.path, owner)));
}

/** As `sqliteLog`, for places of type `s3`. */
export function sqliteLogWithObjects(objects: ObjectStore): LabLog {
  const openBlobs: OpenBlobs = (place, owner) => filesystemBlobsOf(place.path, owner);
  return labLog(createSqliteEngine(openBlobs, () => objects));
}

function labLog(engine: LogEngine): LabLog {
  return { ...createWriter(engine), engine, close: () => engine.close() };
}

/** For a place whose blobs go to such objects. */
export const anyBucket: Pick<BlobPlace, "type" | "s3"> = {
  type: "s3",
  s3: {
    endpoint: null,
    bucket: "logs",
    region: "us-east-1",
    prefix: "",
    pathStyle: false,
    accessKeyId: "",
    secretAccessKey: "",
    sessionToken: null,
  },
};

// The wiring of the log's thread: which store it works with.
import { parentPort } from "node:worker_threads";
import { filesystemBlobsOf } from "../adapters/blobs/filesystem-blobs.ts";
import { createMemoryBlobs } from "../adapters/blobs/memory-blobs.ts";
import { createS3Objects } from "../adapters/blobs/s3/s3-objects.ts";
import { createPostgresEngine } from "../adapters/logs/postgres/postgres-engine.ts";
import type { OpenBlobs } from "../adapters/logs/sqlite/log-file.ts";
import type { OpenObjects } from "../adapters/logs/sqlite/s3-bodies.ts";
import { createSqliteEngine } from "../adapters/logs/sqlite/sqlite-engine.ts";
import { serveLog } from "../adapters/logs/worker/worker.ts";

if (parentPort === null) throw new Error("this file is a worker; smolrouter starts it");

const openBlobs: OpenBlobs = ({ type, path }, owner) =>
  type === "memory" ? createMemoryBlobs() : filesystemBlobsOf(path, owner);

const openObjects: OpenObjects = (settings, limitMs) =>
  createS3Objects(settings, limitMs === undefined ? {} : { limitMs });

serveLog(parentPort, (place) =>
  place?.shared === undefined
    ? createSqliteEngine(openBlobs, openObjects)
    : createPostgresEngine({
        openObjects: ({ s3 }, limitMs) =>
          s3 === undefined || s3 === null ? null : openObjects(s3, limitMs),
      }),
);

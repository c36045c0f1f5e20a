// The wiring of the log's thread: which adapters it works with.
import { parentPort } from "node:worker_threads";
import { filesystemBlobsOf } from "../adapters/blobs/filesystem-blobs.ts";
import { createMemoryBlobs } from "../adapters/blobs/memory-blobs.ts";
import { serveLog } from "../adapters/logs/worker/worker.ts";

if (parentPort === null) throw new Error("this file is a worker; smolrouter starts it");

serveLog(parentPort, ({ type, path }, owner) =>
  type === "memory" ? createMemoryBlobs() : filesystemBlobsOf(path, owner),
);

// The log's thread as tests start it: it serves one log after the other, each as if it were its first.
// What a new thread has to load and compile for a log is ten times what the log itself then takes.
import { type MessagePort, parentPort } from "node:worker_threads";
import { filesystemBlobsOf } from "../../src/adapters/blobs/filesystem-blobs.ts";
import { createMemoryBlobs } from "../../src/adapters/blobs/memory-blobs.ts";
import { createS3Objects } from "../../src/adapters/blobs/s3/s3-objects.ts";
import type { WorkerReply, WorkerRequest } from "../../src/adapters/logs/pipeline/worker-calls.ts";
import { createPostgresEngine } from "../../src/adapters/logs/postgres/postgres-engine.ts";
import type { OpenObjects } from "../../src/adapters/logs/sqlite/s3-bodies.ts";
import { createSqliteEngine } from "../../src/adapters/logs/sqlite/sqlite-engine.ts";
import { type CreateEngine, serveLog } from "../../src/adapters/logs/worker/worker.ts";

/** Of the log with that number. */
export interface LentRequest {
  readonly log: number;
  readonly request: WorkerRequest;
}

export interface LentReply {
  readonly log: number;
  readonly reply: WorkerReply;
}

const openObjects: OpenObjects = (settings, limitMs) =>
  createS3Objects(settings, limitMs === undefined ? {} : { limitMs });

/** As log-worker.ts chooses. */
const createEngine: CreateEngine = (place) =>
  place?.shared === undefined
    ? createSqliteEngine(
        ({ type, path }, owner) =>
          type === "memory" ? createMemoryBlobs() : filesystemBlobsOf(path, owner),
        openObjects,
      )
    : createPostgresEngine({
        openObjects: ({ s3 }, limitMs) =>
          s3 === undefined || s3 === null ? null : openObjects(s3, limitMs),
      });

type Listener = (request: WorkerRequest) => void;

/** @returns hears what is asked of a log of its own */
function serve(log: number): Listener {
  let hears: Listener = () => undefined;
  const port = {
    on(_: "message", listener: Listener) {
      hears = listener;
    },
    postMessage(reply: WorkerReply) {
      parentPort?.postMessage({ log, reply } satisfies LentReply);
    },
  };
  serveLog(port as unknown as MessagePort, createEngine);
  return hears;
}

let current = 0;
let hears: Listener = () => undefined;
parentPort?.on("message", ({ log, request }: LentRequest) => {
  if (log !== current) [current, hears] = [log, serve(log)];
  hears(request);
});

// The log's thread: writes batches, removes what is old, answers reads. The main thread runs two,
// one for writes and one for reads, so that a large read holds up no write.
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import type { MessagePort } from "node:worker_threads";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { LogReader } from "../../../ports/log-store.ts";
import { openForReading } from "../sqlite/database.ts";
import type { LogDatabase } from "../sqlite/database.ts";
import type { BlobOwner, LogPlace, OpenBlobs } from "../pipeline/log-place.ts";
import { packPoints } from "../pipeline/pack-points.ts";
import { readEntry } from "../pipeline/read-entry.ts";
import { SearchDamage } from "../sqlite/search-index.ts";
import { createSqliteReader } from "../sqlite/sqlite-reader.ts";
import { unpackBatch } from "../pipeline/wire-batch.ts";
import type {
  CallResult,
  WorkerCallKind,
  WorkerCalls,
  WorkerReply,
  WorkerRequest,
} from "../pipeline/worker-calls.ts";
import { createWarmUp } from "./warm-up.ts";
import { createWriter } from "./writer.ts";
import type { Writer } from "./writer.ts";

type Answers = {
  readonly [K in WorkerCallKind]: (
    input: WorkerCalls[K]["input"],
  ) => Promise<WorkerCalls[K]["output"]>;
};

const parts = Array.from({ length: 256 }, (_, part) => part.toString(16).padStart(2, "0"));

/** Owns the blobs of what is thrown away. */
const nobody: BlobOwner = { id: "", hasSharedBlobs: false, copyOf: null };

/** ms without a question after which the thread gives back what the last ones have left in memory. */
const restAfterMs = 500;
/** It is left lying where no more rows than this were written since. */
const fewRows = 100;
/** Bytes of bodies, likewise. */
const fewBytes = 1024 * 1024;

/** Answers what comes in at the port, for as long as the thread lives. */
export function serveLog(port: MessagePort, openBlobs: OpenBlobs): void {
  const writer = createWriter(openBlobs);
  const answers = createAnswers(writer, openBlobs);
  let [rows, bytes] = [0, 0];
  let resting: NodeJS.Timeout | undefined;

  // Under load the collector runs often enough; what the last second of it left would stay for hours.
  function rest(): void {
    if (rows <= fewRows && bytes <= fewBytes) return;
    [rows, bytes] = [0, 0];
    writer.rest();
    Bun.gc(true);
  }

  port.on("message", (request: WorkerRequest) => {
    clearTimeout(resting);
    if (request.kind === "write") {
      const { batch } = request.input as WorkerCalls["write"]["input"];
      rows += batch.count;
      bytes += batch.bytes.length;
    }
    answer(answers, request).then((result) => {
      port.postMessage({ number: request.number, result } satisfies WorkerReply);
      resting = setTimeout(rest, restAfterMs);
    }, fail);
  });
}

function createAnswers(writer: Writer, openBlobs: OpenBlobs): Answers {
  let reading: { readonly database: LogDatabase; readonly reader: LogReader } | null = null;
  let line: Promise<unknown> = Promise.resolve();

  /** One job at a time: a database connection can be in one transaction only. */
  function inLine<T>(job: () => Promise<T>): Promise<T> {
    const done = line.then(job);
    line = done.catch(() => null); // whoever asked hears of it
    return done;
  }

  async function reader({ path, blobs }: LogPlace): Promise<LogReader> {
    if (reading?.database.isThere() === false) closeReading();
    if (reading === null) {
      const database = await openForReading(path);
      const { owner, search } = database.state;
      const bodies = writer.blobs(blobs, owner);
      reading = { database, reader: createSqliteReader(database.tables, bodies, search) };
    }
    return reading.reader;
  }

  function closeReading(): void {
    reading?.database.close();
    reading = null;
  }

  /** Repeats a job while it says that there is more, and leaves disk and processor to others for as long after each time. */
  async function inSteps(job: () => Promise<boolean>): Promise<void> {
    for (let isMore = true; isMore;) {
      let tookMs = 0;
      isMore = await inLine(async () => {
        const startedAt = performance.now();
        const more = await job();
        tookMs = performance.now() - startedAt;
        return more;
      });
      await sleep(tookMs);
    }
  }

  async function warmUp(blobs: BlobStore, now: number): Promise<void> {
    await inSteps(createWarmUp(blobs, now));
    // What it leaves would stay resident until something is written.
    Bun.gc(true);
  }

  return {
    open: async ({ place, now }) => {
      const report = await inLine(() => writer.open(place, now));
      warmUp(openBlobs({ ...place.blobs, type: "memory" }, nobody), now).catch(fail);
      return report;
    },
    write: ({ batch }) =>
      inLine(async () => {
        const writes = unpackBatch(batch).map(readEntry);
        const report = await writer.write(writes);
        return { ...report, readings: writes.map((write) => write.reading) };
      }),
    async retain({ rowsBefore, bodiesBefore }) {
      if (rowsBefore !== null || bodiesBefore !== null)
        await inSteps(() => writer.removeOlder(rowsBefore, bodiesBefore));
      for (const part of parts) {
        await inLine(() => writer.sweep(part));
        await turn();
      }
      await inLine(() => writer.swept());
      await inSteps(() => writer.shrink());
      return writer.takeUnreported();
    },
    async fillSearch() {
      await inSteps(() => writer.fillSearch());
      return writer.takeUnreported();
    },
    checkSearch: () => inLine(() => writer.checkSearch()),
    list: ({ place, filter }) =>
      inLine(async () => {
        try {
          return await (await reader(place)).list(filter);
        } catch (error) {
          // A damaged index is begun anew: the next question looks where it then is.
          if (error instanceof SearchDamage) closeReading();
          throw error;
        }
      }),
    get: ({ place, id }) => inLine(async () => (await reader(place)).get(id)),
    stats: ({ place, since }) => inLine(async () => (await reader(place)).stats(since)),
    points: ({ place, filter }) =>
      inLine(async () => packPoints(await (await reader(place)).points(filter))),
    close: () =>
      inLine(() => {
        writer.close();
        closeReading();
        return Promise.resolve(null);
      }),
  };
}

async function answer<K extends WorkerCallKind>(
  answers: Answers,
  { kind, input }: WorkerRequest<K>,
): Promise<CallResult<unknown>> {
  try {
    return { ok: true, value: await answers[kind](input) };
  } catch (error) {
    const message = error instanceof Error ? error.message : "unknown error";
    return { ok: false, message, ...(error instanceof SearchDamage ? { damaged: "search" } : {}) };
  }
}

/** A bug: the thread ends, and the main one tells whoever waits. */
function fail(error: unknown): never {
  throw error instanceof Error ? error : new Error("the log's worker failed", { cause: error });
}

// The log's thread: writes batches, removes what is old, answers reads. The main thread runs two,
// one for writes and one for reads, so that a large read holds up no write.
import { setImmediate as turn } from "node:timers/promises";
import { parentPort } from "node:worker_threads";
import { nothingRead, readAnswer } from "../../domain/answer-reading.ts";
import type { LogReader, LogWrite } from "../../ports/log-store.ts";
import { openForReading } from "./database.ts";
import type { LogDatabase } from "./database.ts";
import { bodyBytes } from "./log-row.ts";
import { createSqliteReader } from "./sqlite-store.ts";
import type { RecordedEntry } from "./wire-batch.ts";
import { unpackBatch } from "./wire-batch.ts";
import type {
  CallResult,
  WorkerCallKind,
  WorkerCalls,
  WorkerReply,
  WorkerRequest,
} from "./worker-calls.ts";
import { createWriter } from "./writer.ts";

const port = parentPort;
if (port === null) throw new Error("this file is a worker; smolrouter starts it");

const writer = createWriter();
let reading: LogDatabase | null = null;
let line: Promise<unknown> = Promise.resolve();

/** One job at a time: a database connection can be in one transaction only. */
function inLine<T>(job: () => Promise<T>): Promise<T> {
  const done = line.then(job);
  line = done.catch(() => null); // whoever asked hears of it
  return done;
}

function reader(path: string): LogReader {
  reading ??= openForReading(path);
  return createSqliteReader(reading.tables);
}

const noBytes = new Uint8Array();

/** Reading usage and finish costs what parsing the answer costs, so it is done here. */
function withReading({ entry, bodies }: RecordedEntry): LogWrite {
  const bytes = (body: RecordedEntry["bodies"]["request"]) =>
    body === null ? noBytes : bodyBytes(body);
  const { path, statusCode: status } = entry;
  const facts = { path, status, request: bytes(bodies.request), response: bytes(bodies.response) };
  return { entry, bodies, reading: entry.state === "inflight" ? nothingRead : readAnswer(facts) };
}

const answers: {
  readonly [K in WorkerCallKind]: (
    input: WorkerCalls[K]["input"],
  ) => Promise<WorkerCalls[K]["output"]>;
} = {
  open: ({ path, now }) => inLine(() => writer.open(path, now)),
  write: (batch) => inLine(() => writer.write(unpackBatch(batch).map(withReading))),
  async retain({ rowsBefore, bodiesBefore }) {
    while (await inLine(() => writer.removeOlder(rowsBefore, bodiesBefore))) {
      await turn(); // messages arrive between turns of the event loop only
    }
    return null;
  },
  list: ({ path, filter }) => inLine(() => reader(path).list(filter)),
  get: ({ path, id }) => inLine(() => reader(path).get(id)),
  stats: ({ path, since }) => inLine(() => reader(path).stats(since)),
  close: () =>
    inLine(() => {
      writer.close();
      reading?.close();
      reading = null;
      return Promise.resolve(null);
    }),
};

async function answer<K extends WorkerCallKind>({
  kind,
  input,
}: WorkerRequest<K>): Promise<CallResult<unknown>> {
  try {
    return { ok: true, value: await answers[kind](input) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : "unknown error" };
  }
}

/** A bug: the thread ends, and the main one tells whoever waits. */
function fail(error: unknown): never {
  throw error instanceof Error ? error : new Error("the log's worker failed", { cause: error });
}

port.on("message", (request: WorkerRequest) => {
  answer(request).then((result) => {
    port.postMessage({ number: request.number, result } satisfies WorkerReply);
  }, fail);
});

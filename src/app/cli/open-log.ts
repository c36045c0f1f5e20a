// A log as commands open it: a file of SQLite or a database in PostgreSQL, to be read, or to be copied into.
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { filesystemBlobsOf } from "../../adapters/blobs/filesystem-blobs.ts";
import { createMemoryBlobs } from "../../adapters/blobs/memory-blobs.ts";
import { createS3Objects } from "../../adapters/blobs/s3/s3-objects.ts";
import type { LogEngine } from "../../adapters/logs/pipeline/log-engine.ts";
import type { BlobPlace } from "../../adapters/logs/pipeline/log-place.ts";
import { createAnswerCopies as createPostgresCopies } from "../../adapters/logs/postgres/answer-copies.ts";
import { type Client, createClient } from "../../adapters/logs/postgres/client.ts";
import { openCopyTarget } from "../../adapters/logs/postgres/copy-target.ts";
import { explainFailure } from "../../adapters/logs/postgres/failures.ts";
import { createPostgresReader } from "../../adapters/logs/postgres/postgres-reader.ts";
import { createPostgresStore } from "../../adapters/logs/postgres/postgres-store.ts";
import { copiedCall } from "../../adapters/logs/rows/copied-call.ts";
import { createAnswerCopies as createSqliteCopies } from "../../adapters/logs/sqlite/answer-copies.ts";
import { openForReading } from "../../adapters/logs/sqlite/database.ts";
import { readS3Blobs } from "../../adapters/logs/sqlite/s3-bodies.ts";
import { createSqliteEngine } from "../../adapters/logs/sqlite/sqlite-engine.ts";
import { createSqliteReader } from "../../adapters/logs/sqlite/sqlite-reader.ts";
import type { S3Settings, Settings } from "../../domain/config/settings.ts";
import type { AnswerSource, AnswerTarget, CopyTarget } from "../../ports/log-copy.ts";
import type { LogReader } from "../../ports/log-reader.ts";
import { ObjectStoreFailure } from "../../ports/object-store.ts";
import { versionText } from "../version.ts";

export type LogEnd =
  | { readonly kind: "sqlite"; readonly path: string; readonly blobs: BlobPlace }
  | {
      readonly kind: "postgres";
      readonly database: NonNullable<Settings["database"]>;
      /** null: all bodies lie in the database. */
      readonly s3: S3Settings | null;
      /** Bytes; larger bodies go to S3. */
      readonly inlineLimit: number;
      /** ms; null keeps rows for ever. */
      readonly maxLogAgeMs: number | null;
    };

type PostgresEnd = Extract<LogEnd, { kind: "postgres" }>;

export interface ReadableLog extends LogReader {
  readonly answers: AnswerSource;
}

export interface CopyableLog extends CopyTarget {
  readonly answers: AnswerTarget;
}

export interface OpenedLog<Use> {
  readonly log: Use;
  readonly close: () => Promise<void>;
}

/** The log that a router with these settings writes. */
export function ownLog({ database, dbPath, blobs, maxLogAgeMs }: Settings): LogEnd {
  const { inlineLimit, s3 } = blobs;
  return database === null
    ? { kind: "sqlite", path: dbPath, blobs }
    : { kind: "postgres", database, s3, inlineLimit, maxLogAgeMs };
}

/** For people, without a password. */
export function shownEnd(end: LogEnd): string {
  return end.kind === "sqlite" ? end.path : end.database.shown;
}

/**
 * Rejects, in words, where the log's bucket cannot be asked: whoever reads the log is shown its bodies as
 * lost then, and a copy would be of that.
 */
export async function askBucket(end: LogEnd): Promise<void> {
  const s3 = (end.kind === "postgres" ? end.s3 : end.blobs.s3) ?? null;
  if (s3 === null) return;
  try {
    await createS3Objects(s3).list("asked-by-a-copy/");
  } catch (error) {
    if (!(error instanceof ObjectStoreFailure)) throw error;
    const { variable, message } = error;
    const where = variable === null ? "" : `${variable}: `;
    throw new Error(`the bucket ${s3.bucket} cannot be used: ${where}${message}`, { cause: error });
  }
}

/** Disturbs no router that uses it. Rejects, in words, where there is none or it cannot be read. */
export async function openToRead(end: LogEnd): Promise<OpenedLog<ReadableLog>> {
  if (end.kind === "postgres") return openPostgresToRead(end);
  const { path, blobs } = end;
  if (!existsSync(path))
    throw new Error(`there is no log at ${path}: run this where the router runs, or set DB_PATH`);
  const database = openFile(path);
  const { owner, search } = database.state;
  const files = filesystemBlobsOf(blobs.path, owner);
  const bodies =
    blobs.type === "s3" && blobs.s3 !== null && blobs.s3 !== undefined
      ? readS3Blobs(database.connection, createS3Objects(blobs.s3), files)
      : files;
  return {
    log: {
      ...createSqliteReader(database.connection, bodies, search),
      answers: createSqliteCopies(database.connection),
    },
    close: async () => {
      database.close();
    },
  };
}

function openFile(path: string): ReturnType<typeof openForReading> {
  try {
    return openForReading(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the log ${path} cannot be read: ${why}`, { cause: error });
  }
}

/**
 * Begins it where there is none. No router may use a file meanwhile; a database may be in use.
 * @param now epoch ms
 */
export async function openToCopyInto(end: LogEnd, now: number): Promise<OpenedLog<CopyableLog>> {
  if (end.kind === "postgres") return openPostgresToCopyInto(end);
  const { path, blobs } = end;
  const engine = createSqliteEngine(
    (place, owner) =>
      place.type === "memory" ? createMemoryBlobs() : filesystemBlobsOf(place.path, owner),
    (settings) => createS3Objects(settings),
  );
  const place = { path, blobs };
  try {
    await engine.open(place, now);
  } catch (error) {
    throw new Error(engine.explain(error).message, { cause: error });
  }
  return {
    log: {
      list: async (filter) => (await engine.reader(place)).list(filter),
      async write(calls) {
        await hasRoom(engine, blobs);
        return (await engine.write(calls.map(copiedCall))).lostBodies;
      },
      answers: engine.copiedAnswers,
    },
    // What still waits for S3 waits in the file: the router that uses it next brings it there.
    close: () => engine.close(),
  };
}

/** Of what may wait for S3, from here on a copy waits, too. */
const crowded = 0.5;
const lookMs = 50;

/** Rejects where S3 does not take what waits for it: bodies would be lost for want of room. */
async function hasRoom(engine: LogEngine, { spoolMaxSize }: BlobPlace): Promise<void> {
  for (;;) {
    const report = engine.ownSpool?.() ?? null;
    if (report === null || report.bytes < (spoolMaxSize ?? report.maxBytes) * crowded) return;
    if (report.objects?.isUp === false)
      throw new Error(`S3 does not take what waits for it: ${report.objects.why ?? "no reason"}`);
    await sleep(lookMs);
  }
}

/** ms; a command has nobody waiting behind it. */
const silenceMs = 30_000;

async function openPostgresToRead({ database, s3 }: PostgresEnd): Promise<OpenedLog<ReadableLog>> {
  const client = createClient({ url: database.url, connections: readingConnections, silenceMs });
  const log = createPostgresReader(client, s3 === null ? null : createS3Objects(s3));
  const answers = createPostgresCopies(client);
  await inWords(client, log.list({ limit: 1 }));
  return {
    log: {
      ...log,
      list: (filter) => inWords(client, log.list(filter)),
      answers: { page: (before, since) => inWords(client, answers.page(before, since)) },
    },
    close: () => client.close(),
  };
}

/** As many as bodies are read at a time. */
const readingConnections = 4;

async function openPostgresToCopyInto(end: PostgresEnd): Promise<OpenedLog<CopyableLog>> {
  const { database, s3, inlineLimit, maxLogAgeMs } = end;
  const client = createClient({ url: database.url, connections: 2, silenceMs });
  const target = await inWords(
    client,
    openCopyTarget({
      client,
      store: createPostgresStore({ client, maxLogAgeMs }),
      objects: s3 === null ? null : createS3Objects(s3),
      inlineLimit,
      version: versionText(),
    }),
  );
  return {
    log: {
      list: (filter) => inWords(client, target.list(filter)),
      write: (calls) => inWords(client, target.write(calls)),
      answers: {
        find: (keys) => inWords(client, target.answers.find(keys)),
        keep: (kept) => inWords(client, target.answers.keep(kept)),
      },
    },
    async close() {
      await target.leave().catch(() => undefined); // what failed before is what counts
      await client.close();
    },
  };
}

/** Rejects with what a person can make something of; the connections are given up then. */
async function inWords<T>(client: Client, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await client.close();
    throw new Error(
      error instanceof ObjectStoreFailure ? error.message : explainFailure(error).message,
      { cause: error },
    );
  }
}

// The log's write side inside its worker: keeps the database open, tries again while it is locked
// or full, and gives up in the end, so that a dead disk costs rows and not memory.
import { setTimeout as sleep } from "node:timers/promises";
import { SQLiteError } from "bun:sqlite";
import type { LogRetention, LogStore, LogWrite } from "../../ports/log-store.ts";
import type { BlobStore } from "../../ports/blob-store.ts";
import { isUnreadable, moveAside, openDatabase } from "./database.ts";
import type { LogDatabase } from "./database.ts";
import type { BlobOwner, BlobPlace, LogPlace, OpenBlobs } from "./log-place.ts";
import { blobsAreOwn } from "./log-state.ts";
import { createSqliteStore } from "./sqlite-store.ts";
import { createStepPace } from "./step-pace.ts";
import type { OpenReport, WriterReport } from "./worker-calls.ts";

export interface Writer {
  /** Opens the database and closes the rows an earlier process left open; never rejects. */
  open(place: LogPlace, now: number): Promise<OpenReport>;
  /** Writes what can be written; never rejects. */
  write(batch: readonly LogWrite[]): Promise<WriterReport>;
  /** One small step of removing what is older; resolves to whether there is more. */
  removeOlder(rowsBefore: number | null, bodiesBefore: number | null): Promise<boolean>;
  /** One small step of giving free space back to the disk; resolves to whether there is more. */
  shrink(): Promise<boolean>;
  /** Brings one part of the blob store in line with the rows. */
  sweep(firstDigits: string): Promise<void>;
  /** Nothing is written for a while: memory that only helps the next write goes back to the system. */
  rest(): void;
  /** Every part was brought in line since the database was opened. */
  swept(): Promise<void>;
  /** A database's blobs; those that live in this thread only, where they are the ones it writes. */
  blobs(place: BlobPlace, owner: BlobOwner): BlobStore;
  close(): void;
}

const defaultPatienceMs = 10_000;
const pauseMs = 100;

/** Rows removed at a time, where the disk is quick. */
const rowsPerStep = 100;
/** ms: a write behind such a step hardly notices. */
const stepMs = 10;
/** Bodies removed at a time where there are too many. */
const bodiesPerStep = 50;

interface OpenLog {
  readonly database: LogDatabase;
  readonly store: LogStore & LogRetention;
}

/** A batch is tried for as long as the place says; afterwards each is tried once until one succeeds. */
export function createWriter(openBlobs: OpenBlobs): Writer {
  let place: (LogPlace & { readonly now: number }) | null = null;
  let blobStore: { readonly owner: BlobOwner; readonly blobs: BlobStore } | null = null;
  let log: OpenLog | null = null;
  let failing = false;
  const pace = createStepPace(rowsPerStep, stepMs);

  function blobs(at: BlobPlace, owner: BlobOwner): BlobStore {
    return blobStore?.owner.id === owner.id ? blobStore.blobs : openBlobs(at, owner);
  }

  /** What cannot be removed now is removed after a later write: this one is through. */
  async function removeExcess(store: LogRetention): Promise<void> {
    if (place === null) return;
    try {
      while (await store.removeExcess(place.blobs.maxTotalSize, bodiesPerStep));
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }

  async function opened(): Promise<OpenLog & Partial<OpenReport>> {
    if (place === null) throw new Error("the log was not opened");
    const { path, now } = place;
    const warnings: string[] = [];
    if (log !== null) {
      if (log.database.isThere()) return log;
      closeLog();
      warnings.push(`the log database ${path} was removed or replaced; it is opened anew`);
    }
    const { database, movedTo } = await openDatabase(path, now);
    if (movedTo !== null) warnings.push(movedWords(place, movedTo));
    const { owner } = database;
    // Another file, another owner: what lies in this thread's memory is the old one's.
    if (blobStore?.owner.id !== owner.id || blobStore.owner.hasSharedBlobs)
      blobStore = { owner, blobs: openBlobs(place.blobs, owner) };
    const store = createSqliteStore({
      tables: database.tables,
      blobs: blobStore.blobs,
      inlineLimit: place.blobs.inlineLimit,
    });
    try {
      const interrupted = await store.interruptLeftovers(now);
      log = { database, store };
      return { ...log, interrupted, warnings };
    } catch (error) {
      database.close();
      throw error;
    }
  }

  function closeLog(): void {
    log?.database.close();
    log = null;
  }

  /** Out of the way with a database that turned out to be damaged; the next write begins a fresh one. */
  async function setAside(): Promise<string | null> {
    if (place === null) return null;
    closeLog();
    return movedWords(place, await moveAside(place.path, Date.now()));
  }

  return {
    blobs,

    async open(at, now) {
      const { path } = at;
      place = { ...at, now };
      try {
        const { warnings = [], interrupted = 0 } = await opened();
        return { warnings, interrupted };
      } catch (error) {
        return { warnings: [notOpened(path, error)], interrupted: 0 };
      }
    },

    async write(batch) {
      const giveUpAt = performance.now() + (failing ? 0 : (place?.patienceMs ?? defaultPatienceMs));
      const told: string[] = [];
      for (;;) {
        try {
          const { store, warnings = [] } = await opened();
          told.push(...warnings);
          const { lostBodies, message } = await store.write(batch);
          failing = false;
          await removeExcess(store);
          if (message !== null) told.push(`bodies could not be stored: ${message}`);
          return { failed: [], message: told.length === 0 ? null : told.join("; "), lostBodies };
        } catch (error) {
          const aside = isUnreadable(error) ? await setAside().catch(() => null) : null;
          if (aside !== null) {
            told.push(aside);
            continue;
          }
          if (!isPassing(error)) return writeSingly(batch, error);
          if (performance.now() >= giveUpAt) {
            failing = true;
            return { failed: [...batch.keys()], message: inWords(error), lostBodies: 0 };
          }
        }
        await sleep(pauseMs);
      }
    },

    async removeOlder(rowsBefore, bodiesBefore) {
      const { store } = await opened();
      const startedAt = performance.now();
      const isMore = await store.removeOlder(rowsBefore, bodiesBefore, pace.size());
      pace.took(performance.now() - startedAt);
      return isMore;
    },

    async shrink() {
      const { store, database } = await opened();
      return (await store.compact()) || database.shrink();
    },

    async sweep(firstDigits) {
      await (await opened()).store.sweep(firstDigits);
    },

    async swept() {
      const { database } = await opened();
      if (!database.owner.hasSharedBlobs) return;
      await blobsAreOwn(database.tables);
      closeLog(); // the next write opens it as what it now is
    },

    rest() {
      log?.database.rest();
    },

    close: closeLog,
  };

  /** One entry that the database refuses must not take its batch along. */
  async function writeSingly(batch: readonly LogWrite[], first: unknown): Promise<WriterReport> {
    const failed: number[] = [];
    let lostBodies = 0;
    for (const [place_, write] of batch.entries()) {
      try {
        if (log === null) throw first;
        lostBodies += (await log.store.write([write])).lostBodies;
      } catch {
        failed.push(place_);
      }
    }
    return { failed, message: failed.length === 0 ? null : inWords(first), lostBodies };
  }

  function inWords(error: unknown): string {
    return log === null && place !== null ? notOpened(place.path, error) : words(error);
  }
}

function notOpened(path: string, error: unknown): string {
  return `the log database ${path} cannot be opened (${words(error)}); requests are not logged until it can`;
}

function movedWords({ path, blobs }: LogPlace, movedTo: string): string {
  const bodies = blobs.type === "memory" ? "" : `; its larger bodies stay in ${blobs.path}`;
  return `the log database ${path} could not be read; it was moved to ${movedTo}, and a fresh one was begun${bodies}`;
}

const passingCodes =
  /^(?:SQLITE_(?:BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOMEM|PROTOCOL)|E[A-Z]+$)/;

/** Whether the same write may succeed later: locks, disks and file systems change, entries do not. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return typeof error.code === "string" && passingCodes.test(error.code);
}

function words(error: unknown): string {
  if (error instanceof SQLiteError) return `${error.message}, ${error.code ?? "no code"}`;
  return error instanceof Error ? error.message : "unknown error";
}

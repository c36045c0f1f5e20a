// The log's database file while it is open: opened when it is needed, moved aside where it cannot be
// read, its search index begun anew where only that is damaged.
import { SQLiteError } from "bun:sqlite";
import type { BlobStore } from "../../../ports/blob-store.ts";
import { moveAside, openDatabase } from "../sqlite/database.ts";
import type { LogDatabase } from "../sqlite/database.ts";
import type { Happening } from "../pipeline/happening.ts";
import {
  type BlobOwner,
  type BlobPlace,
  isSettled,
  type LogPlace,
  type OpenBlobs,
} from "../pipeline/log-place.ts";
import { remedy } from "./passing.ts";
import { beginSearchAnew } from "../sqlite/search-repair.ts";
import { createSqliteStore } from "../sqlite/sqlite-store.ts";
import type { SqliteStore } from "../sqlite/sqlite-store.ts";

export interface OpenLog {
  readonly database: LogDatabase;
  readonly store: SqliteStore;
}

export interface Opened extends OpenLog {
  readonly interrupted: number;
  readonly happened: readonly Happening[];
}

export interface LogFile {
  /** Where it lies; `now` in epoch ms. Before anything else. */
  lies(place: LogPlace, now: number): void;
  place(): LogPlace | null;
  /** Opens it unless it is open. @throws what opening it throws */
  opened(): Promise<Opened>;
  /** The one that is open; null where none is. */
  open(): OpenLog | null;
  /** A database's blobs; those that live in this thread only, where they are the ones it writes. */
  blobs(place: BlobPlace, owner: BlobOwner): BlobStore;
  /** Out of the way with a database that turned out to be damaged; the next opening begins a fresh one. */
  setAside(): Promise<Happening | null>;
  /**
   * The search's index is begun anew, to be filled from the rows.
   * @returns null where that has just been done, and has not helped
   */
  repairSearch(damage: Error): Promise<Happening | null>;
  /** The next use opens it as what it then is. */
  close(): void;
  /** In words, with the file's name where it cannot be opened. */
  failure(error: unknown): string;
}

/** ms: an index that is damaged again so soon is not begun anew once more. */
const repairAgainMs = 3_600_000;

export function createLogFile(openBlobs: OpenBlobs): LogFile {
  let place: (LogPlace & { readonly now: number }) | null = null;
  let blobStore: { readonly owner: BlobOwner; readonly blobs: BlobStore } | null = null;
  let log: OpenLog | null = null;
  let searchRepairedAt: number | null = null;

  function blobs(at: BlobPlace, owner: BlobOwner): BlobStore {
    return blobStore?.owner.id === owner.id ? blobStore.blobs : openBlobs(at, owner);
  }

  async function opened(): Promise<Opened> {
    if (place === null) throw new Error("the log was not opened");
    const { path, now } = place;
    const happened: Happening[] = [];
    if (log !== null) {
      if (log.database.isThere()) return { ...log, interrupted: 0, happened };
      closeLog();
      happened.push({
        kind: "replaced",
        message: `the log database ${path} was removed or replaced; it is opened anew`,
      });
    }
    const { database, movedTo } = await openDatabase(path, now);
    if (movedTo !== null) happened.push(movedAside(place, movedTo));
    const { owner, search } = database.state;
    // Another file, another owner: what lies in this thread's memory is the old one's.
    const kept = blobStore?.owner.id === owner.id && isSettled(blobStore.owner);
    const own = kept ? blobStore : null;
    blobStore = own ?? { owner, blobs: openBlobs(place.blobs, owner) };
    const store = createSqliteStore({
      tables: database.tables,
      blobs: blobStore.blobs,
      inlineLimit: place.blobs.inlineLimit,
      search,
    });
    try {
      const interrupted = await store.interruptLeftovers(now);
      log = { database, store };
      return { ...log, interrupted, happened };
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
  async function setAside(): Promise<Happening | null> {
    if (place === null) return null;
    closeLog();
    return movedAside(place, await moveAside(place.path, Date.now()));
  }

  /** The index is begun anew, unless that has just been done and has not helped. */
  async function repairSearch({ message }: Error): Promise<Happening | null> {
    const now = performance.now();
    if (log === null || (searchRepairedAt !== null && now - searchRepairedAt < repairAgainMs))
      return null;
    searchRepairedAt = now;
    const table = await beginSearchAnew(log.database.tables, log.database.state.search);
    closeLog(); // the next write opens it as what it now is
    return table === null
      ? { kind: "search_off", message: `${message}, and cannot be begun anew: nothing is found` }
      : { kind: "search_begun", message: `${message}; it is begun anew, and filled again` };
  }

  return {
    lies(at, now) {
      place = { ...at, now };
    },
    place: () => place,
    opened,
    open: () => log,
    blobs,
    setAside,
    repairSearch,
    close: closeLog,
    failure: (error) =>
      log === null && place !== null ? notOpened(place.path, error) : words(error),
  };
}

function notOpened(path: string, error: unknown): string {
  const advice = remedy(error);
  const todo = advice === null ? "" : `: ${advice}`;
  return `the log database ${path} cannot be opened (${words(error)})${todo}; requests are not logged until it can`;
}

function movedAside({ path, blobs }: LogPlace, movedTo: string): Happening {
  const bodies = blobs.type === "memory" ? "" : `; its larger bodies stay in ${blobs.path}`;
  return {
    kind: "moved_aside",
    message: `the log database ${path} could not be read; it was moved to ${movedTo}, and a fresh one was begun${bodies}`,
  };
}

function words(error: unknown): string {
  if (error instanceof SQLiteError) return `${error.message}, ${error.code ?? "no code"}`;
  return error instanceof Error ? error.message : "unknown error";
}

// The log's database file while it is open for writing: opened when it is needed, moved aside where
// it cannot be read, its search index begun anew where only that is damaged.
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { Happening, SearchDamage } from "../pipeline/log-engine.ts";
import type { BlobPlace, LogPlace } from "../pipeline/log-place.ts";
import { openDatabase } from "./database.ts";
import type { LogDatabase } from "./database.ts";
import { inWords, remedy } from "../sqlite-file/failures.ts";
import { moveAside, type MovedFor } from "../sqlite-file/move-aside.ts";
import { type BlobOwner, isSettled } from "./log-state.ts";
import { openS3Bodies, type OpenObjects, type S3Bodies } from "./s3-bodies.ts";
import { beginSearchAnew } from "./search-repair.ts";
import { createSqliteStore } from "./sqlite-store.ts";
import type { SqliteStore } from "./sqlite-store.ts";

/** Opens the blob store of a database that lies there. */
export type OpenBlobs = (place: BlobPlace, owner: BlobOwner) => BlobStore;

export interface OpenLog {
  readonly database: LogDatabase;
  /** null: its larger bodies do not go to S3. */
  readonly s3: S3Bodies | null;
  readonly store: SqliteStore;
  /** Rows that an earlier process had left in flight. */
  readonly interrupted: number;
}

export interface LogFile {
  /** Where it lies; `now` in epoch ms. Before anything else. */
  lies(place: LogPlace, now: number): void;
  place(): LogPlace | null;
  /** Opens it unless it is open. @throws what opening it throws */
  opened(): Promise<OpenLog>;
  /** The one that is open; null where none is. */
  open(): OpenLog | null;
  /** A database's blobs; those that live in this thread only, where they are the ones it writes. */
  blobs(place: BlobPlace, owner: BlobOwner): BlobStore;
  /**
   * Out of the way with a database that turned out to be damaged; the next opening begins a fresh one.
   * @returns whether that was possible
   */
  setAside(): Promise<boolean>;
  /**
   * The search's index is begun anew, to be filled from the rows.
   * @returns false where that fails, or has just been done and has not helped
   */
  repairSearch(damage: SearchDamage): Promise<boolean>;
  /** What befell it since this was last asked. */
  takeHappenings(): readonly Happening[];
  /** The next use opens it as what it then is. */
  close(): void;
  /** In words, with the file's name where it cannot be opened. */
  failure(error: unknown): string;
}

/** ms: an index that is damaged again so soon is not begun anew once more. */
const repairAgainMs = 3_600_000;

const movedBecause: Record<MovedFor, string> = {
  unreadable: "could not be read",
  outdated: "was written by an earlier version of this program",
};

export function createLogFile(openBlobs: OpenBlobs, openObjects: OpenObjects): LogFile {
  let place: (LogPlace & { readonly now: number }) | null = null;
  let blobStore: { readonly owner: BlobOwner; readonly blobs: BlobStore } | null = null;
  let log: OpenLog | null = null;
  let searchRepairedAt: number | null = null;
  let happenings: readonly Happening[] = [];

  function befell(kind: Happening["kind"], message: string): void {
    happenings = [...happenings, { kind, message }];
  }

  function blobs(at: BlobPlace, owner: BlobOwner): BlobStore {
    return blobStore?.owner.id === owner.id ? blobStore.blobs : openBlobs(at, owner);
  }

  async function opened(): Promise<OpenLog> {
    if (place === null) throw new Error("the log was not opened");
    const { path, now } = place;
    if (log !== null) {
      if (log.database.isThere()) return log;
      closeLog();
      befell("replaced", `the log database ${path} was removed or replaced; it is opened anew`);
    }
    const { database, movedTo, movedFor } = await openDatabase(path, now);
    if (movedTo !== null) wasMoved(place, movedTo, movedFor ?? "unreadable");
    const { owner, search } = database.state;
    // Another file, another owner: what lies in this thread's memory is the old one's.
    const kept = blobStore?.owner.id === owner.id && isSettled(blobStore.owner);
    const own = kept ? blobStore : null;
    blobStore = own ?? { owner, blobs: openBlobs(place.blobs, owner) };
    let s3: S3Bodies | null = null;
    try {
      s3 = s3Bodies(place, database, blobStore.blobs);
    } catch (error) {
      database.close();
      throw error;
    }
    const store = createSqliteStore({
      db: database.connection,
      blobs: s3?.blobs ?? blobStore.blobs,
      inlineLimit: place.blobs.inlineLimit,
      search,
    });
    try {
      const interrupted = await store.interruptLeftovers(now);
      log = { database, s3, store, interrupted };
      return log;
    } catch (error) {
      s3?.close();
      database.close();
      throw error;
    }
  }

  function s3Bodies(
    { path, blobs: own }: LogPlace,
    { connection: db, state }: LogDatabase,
    elsewhere: BlobStore,
  ): S3Bodies | null {
    if (own.type !== "s3" || own.s3 === null || own.s3 === undefined) return null;
    const objects = openObjects(own.s3);
    return openS3Bodies({ db, path, place: own, owner: state.owner.id, objects, elsewhere });
  }

  function closeLog(): void {
    log?.s3?.close();
    log?.database.close();
    log = null;
  }

  function wasMoved(
    { path, blobs: { type, path: folder } }: LogPlace,
    movedTo: string,
    why: MovedFor,
  ): void {
    const bodies = {
      filesystem: `; its larger bodies stay in ${folder}`,
      s3: "; its larger bodies stay in S3",
      memory: "",
    }[type];
    befell(
      "moved_aside",
      `the log database ${path} ${movedBecause[why]}; it was moved to ${movedTo}, and a fresh one was begun${bodies}`,
    );
  }

  async function setAside(): Promise<boolean> {
    if (place === null) return false;
    closeLog();
    try {
      wasMoved(place, await moveAside(place.path, Date.now(), "unreadable"), "unreadable");
      return true;
    } catch {
      return false; // the damage is reported where it was met
    }
  }

  async function repairSearch({ message }: SearchDamage): Promise<boolean> {
    const now = performance.now();
    if (log === null || (searchRepairedAt !== null && now - searchRepairedAt < repairAgainMs))
      return false;
    searchRepairedAt = now;
    const { connection, state } = log.database;
    const table = beginSearchAnew(connection, state.search);
    closeLog(); // the next write opens it as what it now is
    if (table === null)
      befell("search_off", `${message}, and cannot be begun anew: nothing is found`);
    else befell("search_begun", `${message}; it is begun anew, and filled again`);
    return true;
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
    takeHappenings() {
      const taken = happenings;
      happenings = [];
      return taken;
    },
    close: closeLog,
    failure: (error) =>
      log === null && place !== null ? notOpened(place.path, error) : inWords(error),
  };
}

function notOpened(path: string, error: unknown): string {
  const advice = remedy(error);
  const todo = advice === null ? "" : `: ${advice}`;
  return `the log database ${path} cannot be opened (${inWords(error)})${todo}; requests are not logged until it can`;
}

// Opens the SQLite file that keeps the log; one that cannot be read is moved aside, never deleted.
import { realpathSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Database } from "bun:sqlite";
import { isUnreadable } from "../sqlite-file/failures.ts";
import { moveAside, type MovedFor } from "../sqlite-file/move-aside.ts";
import { type FileMark, type DatabaseState, readState, settleId } from "./log-state.ts";
import { closeConnection } from "../sqlite-file/run-sql.ts";
import { OutdatedSchema, settleSchema } from "./schema.ts";

export interface LogDatabase {
  readonly connection: Database;
  /** As it was when it was opened. */
  readonly state: DatabaseState;
  /** Whether its file still stands where it was opened; rows would otherwise go where nobody finds them. */
  isThere(): boolean;
  /** Gives the pages it holds in memory back to the system; they are read again when needed. */
  rest(): void;
  /** Gives some of the file's free pages back to the disk; returns whether there are more. */
  shrink(): boolean;
  close(): void;
}

export interface OpenedDatabase {
  readonly database: LogDatabase;
  /** Where the file went that stood in the way; null where it is used. */
  readonly movedTo: string | null;
  /** Why it was not used: damaged, or an earlier version's. */
  readonly movedFor: MovedFor | null;
}

/** How long one statement waits for another process's lock; the writer tries again after it. */
const busyTimeoutMs = 250;

/** The write-ahead log is cut back to this after it grew. */
const walBytes = 16 * 1024 * 1024;
/**
 * Pages in the write-ahead log that bring about a checkpoint. The ends of the indexes are in every
 * batch: the more of them share a checkpoint, the less is written; it must not hold up a batch for long.
 */
const checkpointPages = 2_000;
/** KiB of pages held by a connection, filled as they are used. A search of common words reads many. */
const cacheKib = { writing: 8 * 1024, reading: 16 * 1024 };

/** Given back at a time, so that no write waits long for it. */
const pagesPerShrink = 256;

/**
 * Opens, or begins, the log's database for writing. A file that is not a readable database is renamed
 * to `<path>.unreadable-<time>`, one of an earlier version to `<path>.outdated-<time>`, and a fresh
 * one begun.
 * @param now epoch ms, for that name
 * @throws the system's or SQLite's own error where neither is possible
 */
export async function openDatabase(path: string, now: number): Promise<OpenedDatabase> {
  await mkdir(dirname(resolve(path)), { recursive: true });
  try {
    return { database: openAndSettle(path), movedTo: null, movedFor: null };
  } catch (error) {
    const movedFor = error instanceof OutdatedSchema ? "outdated" : "unreadable";
    if (movedFor === "unreadable" && !isUnreadable(error)) throw error;
    const movedTo = await moveAside(path, now, movedFor);
    return { database: openAndSettle(path), movedTo, movedFor };
  }
}

/** A second connection to a database that `openDatabase` has opened; it cannot write. */
export function openForReading(path: string): LogDatabase {
  const raw = new Database(path, { readwrite: true, create: false });
  raw.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  raw.run("PRAGMA query_only = ON");
  raw.run(`PRAGMA cache_size = -${cacheKib.reading}`);
  try {
    return logDatabase(raw, path);
  } catch (error) {
    closeConnection(raw);
    throw error;
  }
}

function openAndSettle(path: string): LogDatabase {
  const raw = new Database(path, { readwrite: true, create: true });
  try {
    raw.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    // Takes effect only before the first table exists; retention relies on it.
    raw.run("PRAGMA auto_vacuum = INCREMENTAL");
    raw.run("PRAGMA journal_mode = WAL");
    // A power cut may cost the last rows, never the database.
    raw.run("PRAGMA synchronous = NORMAL");
    raw.run(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
    raw.run(`PRAGMA journal_size_limit = ${walBytes}`);
    raw.run(`PRAGMA cache_size = -${cacheKib.writing}`);
    settleSchema(raw);
    settleId(raw, markOf(path), inodeAt);
    return logDatabase(raw, path);
  } catch (error) {
    closeConnection(raw);
    throw error;
  }
}

function logDatabase(raw: Database, path: string): LogDatabase {
  const file = fileAt(path);
  const state = readState(raw);
  return {
    state,
    isThere: () => fileAt(path) === file,
    connection: raw,
    rest() {
      raw.run("PRAGMA shrink_memory");
    },
    shrink() {
      const before = freePages(raw);
      try {
        raw.query(`PRAGMA incremental_vacuum(${pagesPerShrink})`).all();
      } catch (error) {
        // A damaged page that nobody reads any longer, of a search index, may lie in its way.
        if (isUnreadable(error)) return false;
        throw error;
      }
      const left = freePages(raw);
      // A file that was begun without incremental vacuum keeps them.
      return left > 0 && left < before;
    },
    close() {
      closeConnection(raw);
    },
  };
}

function freePages(raw: Database): number {
  const found = raw.query<{ freelist_count: number }, []>("PRAGMA freelist_count").get();
  return found?.freelist_count ?? 0;
}

/** Which file stands at a path; null: none. */
function fileAt(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev} ${found.ino}`;
}

function inodeAt(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : String(found.ino);
}

function markOf(path: string): FileMark | null {
  const inode = inodeAt(path);
  return inode === null ? null : { path: realpathSync(path), inode };
}

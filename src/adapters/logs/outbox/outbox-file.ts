// The outbox's file: placed beside files that must not be touched, locked by one process, and kept in
// memory if the disk cannot be written.
import { closeSync, openSync, readSync, realpathSync, rmSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Database } from "bun:sqlite";
import { randomUUIDv7 } from "bun";
import { inWords, isUnreadable, remedy } from "../sqlite-file/failures.ts";
import { moveAside } from "../sqlite-file/move-aside.ts";
import { adoptOutbox } from "./adopt-outbox.ts";
import { closeConnection, inTransaction, runSql } from "../sqlite-file/run-sql.ts";

export interface OutboxFile {
  readonly db: Database;
  /** null: it is in memory. */
  readonly path: string | null;
  /** This router's, for as long as the file stands where it does. */
  readonly instance: string;
  /** Where the file went that could not be read; null: none was in the way. */
  readonly movedTo: string | null;
  /** What people should know of the place, beyond that. */
  readonly said: readonly { readonly isTrouble: boolean; readonly message: string }[];
}

/** In the file's header, where it can be read without opening a database that is another's. */
const applicationId = 0x53_52_6f_62;
const schemaVersion = 1;

/** Processes that may share a DB_PATH; more than one has processors for. */
const maxProcesses = 64;

const tables = [
  `create table batches (
    seq integer primary key autoincrement, kind text not null, rows integer not null,
    starts integer not null, body_count integer not null, written_at integer not null,
    data_size integer not null, bodies_size integer not null, data blob not null, bodies blob)`,
  `create table objects (
    key text not null, at integer not null, batch integer not null, kind text not null,
    body_count integer not null, written_at integer not null, size integer not null,
    data blob not null, primary key (key, at))`,
  "create index objects_batch on objects (batch)",
  // `offered`: number of the last batch that may have been sent.
  "create table self (instance text not null, mark text not null, offered integer not null)",
];

/**
 * Opens, or begins, the outbox at DB_PATH. A file there that is a log or anything else is left as it is.
 * @param now epoch ms, for the name of a file that cannot be read
 */
export async function openOutboxFile(path: string, now: number): Promise<OutboxFile> {
  if (path === ":memory:") return inMemory([]);
  try {
    await mkdir(dirname(resolve(path)), { recursive: true });
    return await openBeside(path, now);
  } catch (error) {
    const advice = remedy(error);
    const todo = advice === null ? "" : `; ${advice}`;
    const message = `what waits for PostgreSQL is kept in memory, and is lost when the router ends: the file at DB_PATH, ${path}, cannot be used (${inWords(error)})${todo}`;
    return inMemory([{ isTrouble: true, message }]);
  }
}

async function openBeside(path: string, now: number): Promise<OutboxFile> {
  const said: { isTrouble: boolean; message: string }[] = [];
  let own = path;
  if (holds(path) === "other") {
    own = `${path}-outbox`;
    said.push({
      isTrouble: false,
      message: `the file at DB_PATH, ${path}, is in use already, as the log of a router without DATABASE_URL is; it stays as it is, and what waits for PostgreSQL is kept in ${own}`,
    });
    if (holds(own) === "other")
      throw new Error(`${own} is another program's file: set DB_PATH to a file of its own`);
  }
  for (let process = 1; process <= maxProcesses; process++) {
    const place = process === 1 ? own : `${own}-${process}`;
    if (holds(place) === "other") continue;
    const opened = await openAt(place, now);
    if (opened === "locked") continue;
    if (process === 1) said.push(...adoptOthers(opened.db, own));
    else
      said.push({
        isTrouble: false,
        message: `another process, or another version of this program, uses ${own}; what waits for PostgreSQL is kept in ${place}`,
      });
    return { ...opened, said };
  }
  throw new Error(`${own} is used by other processes`);
}

/** Processes that shared a DB_PATH and are there no more have left nobody to send what waits in their files. */
function adoptOthers(db: Database, own: string): OutboxFile["said"] {
  const said: OutboxFile["said"][number][] = [];
  for (let process = 2; process <= maxProcesses; process++) {
    const place = `${own}-${process}`;
    if (holds(place) !== "outbox") continue;
    try {
      const left = openDatabase(place);
      const rows = adoptOutbox(db, left.db);
      closeConnection(left.db);
      for (const suffix of ["", "-wal", "-shm"]) rmSync(place + suffix, { force: true });
      const message = `${rows} rows that another process had left in ${place} are sent by this one`;
      if (rows > 0) said.push({ isTrouble: false, message });
    } catch {
      // Another process has it, or it cannot be read: it stays for whoever takes it.
    }
  }
  return said;
}

class OtherVersion extends Error {}

/** @returns "locked" where another process holds it, or what waits in it is another version's */
async function openAt(place: string, now: number): Promise<Omit<OutboxFile, "said"> | "locked"> {
  try {
    return { ...openDatabase(place), movedTo: null };
  } catch (error) {
    if (isLocked(error) || error instanceof OtherVersion) return "locked";
    if (!isUnreadable(error)) throw error;
    const movedTo = await moveAside(place, now, "unreadable");
    return { ...openDatabase(place), movedTo };
  }
}

function openDatabase(place: string): Pick<OutboxFile, "db" | "path" | "instance"> {
  const db = new Database(place, { readwrite: true, create: true });
  try {
    db.run("PRAGMA busy_timeout = 0");
    // Held for as long as the connection lasts: a second process takes a file of its own.
    db.run("PRAGMA locking_mode = EXCLUSIVE");
    db.run("PRAGMA auto_vacuum = INCREMENTAL");
    db.run(`PRAGMA application_id = ${applicationId}`);
    db.run("PRAGMA journal_mode = WAL");
    // A power cut may cost the last batches, never the file.
    db.run("PRAGMA synchronous = NORMAL");
    db.run("PRAGMA journal_size_limit = 16777216");
    settle(db);
    // What is damaged is noticed now, while another can be begun.
    runSql(db, "select count(*), sum(data_size) from batches");
    runSql(db, "select count(*), sum(size) from objects");
    const stat = statSync(place);
    return { db, path: place, instance: settleInstance(db, `${stat.ino} ${realpathSync(place)}`) };
  } catch (error) {
    closeConnection(db);
    throw error;
  }
}

function inMemory(said: OutboxFile["said"]): OutboxFile {
  const db = new Database(":memory:");
  settle(db);
  return { db, path: null, instance: settleInstance(db, ""), movedTo: null, said };
}

function settle(db: Database): void {
  inTransaction(db, "immediate", () => {
    const [found] = runSql<{ user_version: number }>(db, "PRAGMA user_version");
    if (found?.user_version === schemaVersion) return;
    if (found?.user_version !== 0) throw new OtherVersion();
    for (const statement of tables) runSql(db, statement);
    db.run(`PRAGMA user_version = ${schemaVersion}`);
  });
}

/** @param mark of where the file is: one that was copied elsewhere belongs to another router */
function settleInstance(db: Database, mark: string): string {
  const [self] = runSql<{ instance: string; mark: string }>(db, "select instance, mark from self");
  if (self?.mark === mark) return self.instance;
  const instance = randomUUIDv7();
  inTransaction(db, "immediate", () => {
    runSql(db, "delete from self");
    runSql(db, "insert into self values (?, ?, 0)", [instance, mark]);
  });
  return instance;
}

const headerBytes = 72;

/** What is at a path. Not to be asked of a file that this process has open: closing it would give up the lock. */
function holds(path: string): "nothing" | "outbox" | "other" {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return "nothing";
  const header = Buffer.alloc(headerBytes);
  const file = openSync(path, "r");
  try {
    const read = readSync(file, header, 0, headerBytes, 0);
    return read === headerBytes && header.readUInt32BE(68) === applicationId ? "outbox" : "other";
  } finally {
    closeSync(file);
  }
}

function isLocked(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED");
}

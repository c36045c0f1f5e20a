// The log's write side inside its worker: keeps the database open, tries again while it is locked
// or full, and gives up in the end, so that a dead disk costs rows and not memory.
import { setTimeout as sleep } from "node:timers/promises";
import { SQLiteError } from "bun:sqlite";
import type { LogRetention, LogStore, LogWrite } from "../../ports/log-store.ts";
import { openDatabase } from "./database.ts";
import type { LogDatabase } from "./database.ts";
import { createSqliteStore } from "./sqlite-store.ts";
import type { OpenReport, WriteReport } from "./worker-calls.ts";

export interface Writer {
  /** Opens the database and closes the rows an earlier process left open; never rejects. */
  open(path: string, now: number): Promise<OpenReport>;
  /** Writes what can be written; never rejects. */
  write(batch: readonly LogWrite[]): Promise<WriteReport>;
  /** One small step of removing what is older; resolves to whether there is more. */
  removeOlder(rowsBefore: number | null, bodiesBefore: number | null): Promise<boolean>;
  close(): void;
}

/** How long a batch is tried while the database is locked, full or out of reach. */
const patienceMs = 10_000;
const pauseMs = 100;

/** Rows removed at a time: few enough that a write hardly notices. */
const rowsPerStep = 200;

interface OpenLog {
  readonly database: LogDatabase;
  readonly store: LogStore & LogRetention;
}

/** @param patience ms for which a batch is tried; afterwards each is tried once until one succeeds */
export function createWriter(patience: number = patienceMs): Writer {
  let place: { readonly path: string; readonly now: number } | null = null;
  let log: OpenLog | null = null;
  let failing = false;

  async function opened(): Promise<OpenLog & Partial<OpenReport>> {
    if (log !== null) return log;
    if (place === null) throw new Error("the log was not opened");
    const { database, movedTo } = await openDatabase(place.path, place.now);
    const store = createSqliteStore(database.tables);
    const interrupted = await store.interruptLeftovers(place.now);
    log = { database, store };
    const warnings =
      movedTo === null
        ? []
        : [
            `the log database ${place.path} could not be read; it was moved to ${movedTo}, and a fresh one was begun`,
          ];
    return { ...log, interrupted, warnings };
  }

  return {
    async open(path, now) {
      place = { path, now };
      try {
        const { warnings = [], interrupted = 0 } = await opened();
        return { warnings, interrupted };
      } catch (error) {
        failing = true;
        const warning = `the log database ${path} cannot be opened (${words(error)}); requests are not logged until it can`;
        return { warnings: [warning], interrupted: 0 };
      }
    },

    async write(batch) {
      const giveUpAt = performance.now() + (failing ? 0 : patience);
      for (;;) {
        try {
          const { store, warnings } = await opened();
          await store.write(batch);
          failing = false;
          return { failed: [], message: warnings?.[0] ?? null };
        } catch (error) {
          if (!isPassing(error)) return writeSingly(batch, error);
          if (performance.now() >= giveUpAt) {
            failing = true;
            return { failed: [...batch.keys()], message: words(error) };
          }
        }
        await sleep(pauseMs);
      }
    },

    async removeOlder(rowsBefore, bodiesBefore) {
      const { database, store } = await opened();
      const more = await store.removeOlder(rowsBefore, bodiesBefore, rowsPerStep);
      database.shrink();
      return more;
    },

    close() {
      log?.database.close();
      log = null;
    },
  };

  /** One entry that the database refuses must not take its batch along. */
  async function writeSingly(batch: readonly LogWrite[], first: unknown): Promise<WriteReport> {
    const failed: number[] = [];
    for (const [place_, write] of batch.entries()) {
      try {
        if (log === null) throw first;
        await log.store.write([write]);
      } catch {
        failed.push(place_);
      }
    }
    return { failed, message: failed.length === 0 ? null : words(first) };
  }
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

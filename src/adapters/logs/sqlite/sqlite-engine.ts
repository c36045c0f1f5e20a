// The log's store in SQLite: one file written by one process, larger bodies in a blob store beside it.
import type { AnswerTarget } from "../../../ports/log-copy.ts";
import { type LogEngine, type LogWrite, SearchDamage } from "../pipeline/log-engine.ts";
import type { LogPlace } from "../pipeline/log-place.ts";
import { createAnswerCopies } from "./answer-copies.ts";
import type { LogDatabase } from "./database.ts";
import { isPassing, isUnreadable } from "../sqlite-file/failures.ts";
import { createLogFile, type OpenBlobs, type OpenLog } from "./log-file.ts";
import { blobsAreOwn, isSettled, type DatabaseState } from "./log-state.ts";
import { createReadingFile } from "./reading-file.ts";
import { type OpenObjects, readS3Blobs } from "./s3-bodies.ts";
import { checkSearch } from "./search-repair.ts";
import type { SqliteStore } from "./sqlite-store.ts";

/** Bodies removed at a time where there are too many. */
const bodiesPerStep = 50;

/** Parts of the blob store, each small enough for a step: all that names begin with. */
const parts = Array.from({ length: 256 }, (_, part) => part.toString(16).padStart(2, "0"));

/** A log in memory that is thrown away. */
const scratch: LogPlace = {
  path: ":memory:",
  blobs: { type: "memory", path: "", inlineLimit: 2_000, maxTotalSize: Number.MAX_SAFE_INTEGER },
};

/** ms that somebody who looks at a call waits for S3. */
const readLimitMs = 3_000;
/** Likewise, with a list, for the places that a search has found. */
const listLimitMs = 250;

export interface SqliteEngine extends LogEngine {
  /** Answers that are copied from another store, once the log is open. */
  readonly copiedAnswers: AnswerTarget;
}

/**
 * @param openBlobs of a place of type `memory` it gives a store that lives in this thread; of `s3`, one
 *   for bodies that did not go there
 */
export function createSqliteEngine(
  openBlobs: OpenBlobs,
  openObjects: OpenObjects = noObjects,
): SqliteEngine {
  const file = createLogFile(openBlobs, openObjects);
  const reading = createReadingFile((place, owner, db) => {
    const blobs = file.blobs(place, owner);
    const { s3 = null } = place;
    if (place.type !== "s3" || s3 === null) return { ofCall: blobs, ofList: blobs };
    const within = (limitMs: number) => readS3Blobs(db, openObjects(s3, limitMs), blobs);
    return { ofCall: within(readLimitMs), ofList: within(listLimitMs) };
  });

  /** What cannot be removed now is removed after a later write: this one is through. */
  async function removeExcess(store: SqliteStore): Promise<void> {
    const maxBytes = file.place()?.blobs.maxTotalSize ?? Number.MAX_SAFE_INTEGER;
    try {
      while (await store.removeExcess(maxBytes, bodiesPerStep));
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }

  /** Without its index, where that is damaged and cannot be begun anew, a row is still a row. */
  async function write(batch: readonly LogWrite[]) {
    let isSearched = true;
    for (;;)
      try {
        const { store } = await file.opened();
        const written = await (isSearched ? store.write(batch) : store.writeUnsearched(batch));
        await removeExcess(store);
        return written;
      } catch (error) {
        if (error instanceof SearchDamage && isSearched)
          isSearched = await file.repairSearch(error).catch(() => false);
        else if (!isUnreadable(error) || !(await file.setAside())) throw error;
      }
  }

  /** Every part of the blob store is in line: the next write opens the file as what it now is. */
  function settle({ connection, state }: LogDatabase): void {
    if (isSettled(state.owner)) return;
    blobsAreOwn(connection);
    file.close();
  }

  /** A step of upkeep; it goes on once a damaged index is out of its way. */
  async function inStep(step: (log: OpenLog) => Promise<boolean>): Promise<boolean> {
    try {
      return await step(await file.opened());
    } catch (error) {
      if (error instanceof SearchDamage && (await file.repairSearch(error))) return true;
      throw error;
    }
  }

  async function openAt(place: LogPlace, now: number) {
    file.lies(place, now);
    const { interrupted, database } = await file.opened();
    return { interrupted, search: searchOf(database.state) };
  }

  return {
    open: openAt,
    openScratch: async (now) => void (await openAt(scratch, now)),
    write,
    reader: (place) => reading.reader(place),
    answers: (place) => reading.answers(place),
    copiedAnswers: {
      find: async (keys) =>
        createAnswerCopies((await file.opened()).database.connection).find(keys),
      async keep(kept) {
        const { store } = await file.opened();
        store.keepAnswers(kept);
        await removeExcess(store);
      },
    },
    removeAnswer: async (owner, id) => (await file.opened()).store.removeAnswer(owner, id),

    upkeep: {
      removeOlder: (rowsBefore, bodiesBefore, limit) =>
        inStep(({ store }) => store.removeOlder(rowsBefore, bodiesBefore, limit)),
      removeOlderAnswers: (before, limit) =>
        inStep(({ store }) => store.removeOlderAnswers(before, limit)),
      tidy() {
        const unswept = [...parts];
        return () =>
          inStep(async ({ store, database }) => {
            const part = unswept.shift();
            if (part === undefined) return (await store.compact()) || database.shrink();
            await store.sweep(part);
            if (unswept.length === 0) settle(database);
            return true;
          });
      },
      fillSearch: (limit) =>
        inStep(async ({ store, database }) =>
          database.state.search === null ? false : store.indexOlder(limit),
        ),
      senseOlder: (limit, senseOf) => inStep(({ store }) => store.senseOlder(limit, senseOf)),
      async checkSearch() {
        const { database } = await file.opened();
        const { search } = database.state;
        try {
          if (search === null) throw new SearchDamage(new Error("it was found so before"));
          checkSearch(database.connection, search);
        } catch (error) {
          if (!(error instanceof SearchDamage)) throw error;
          await file.repairSearch(error);
        }
      },
    },

    explain: (error) => ({
      kind: isPassing(error) ? "passing" : file.open() === null ? "store" : "entry",
      message: file.failure(error),
    }),
    takeHappenings: () => file.takeHappenings(),
    ownSpool: () => file.open()?.s3?.report() ?? null,
    rest() {
      file.open()?.database.rest();
    },
    close() {
      file.close();
      reading.close();
      return Promise.resolve();
    },
  };
}

function noObjects(): never {
  throw new Error("this log was opened without a way to S3");
}

function searchOf({ search, searchBelow }: DatabaseState) {
  if (search === null) return "off" as const;
  return searchBelow === null ? ("whole" as const) : ("filling" as const);
}

// The log's write side inside its worker: keeps the database open, tries again while it is locked
// or full, and gives up in the end, so that a dead disk costs rows and not memory.
import { setTimeout as sleep } from "node:timers/promises";
import type { BlobStore } from "../../../ports/blob-store.ts";
import type { LogRetention, LogWrite } from "../../../ports/log-store.ts";
import { isUnreadable } from "../sqlite/database.ts";
import type { LogDatabase } from "../sqlite/database.ts";
import type { Happening } from "../pipeline/happening.ts";
import { createLogFile, type OpenLog } from "./log-file.ts";
import {
  type BlobOwner,
  type BlobPlace,
  isSettled,
  type LogPlace,
  type OpenBlobs,
} from "../pipeline/log-place.ts";
import { blobsAreOwn } from "../sqlite/log-state.ts";
import { isPassing } from "./passing.ts";
import { SearchDamage } from "../sqlite/search-index.ts";
import { checkSearch } from "../sqlite/search-repair.ts";
import { createStepPace } from "./step-pace.ts";
import type { OpenReport, WriterReport } from "../pipeline/worker-calls.ts";

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
  /** Every part was brought in line since the database was opened. */
  swept(): Promise<void>;
  /** Looks the search's index through, which takes a while; begins it anew where it is damaged. */
  checkSearch(): Promise<readonly Happening[]>;
  /** What befell the log in steps of cleaning up and filling, since this was last asked. */
  takeUnreported(): readonly Happening[];
  /** One small step of filling an index that was begun anew; resolves to whether there is more. */
  fillSearch(): Promise<boolean>;
  /** Nothing is written for a while: memory that only helps the next write goes back to the system. */
  rest(): void;
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
/** A batch is tried for as long as the place says; afterwards each is tried once until one succeeds. */
export function createWriter(openBlobs: OpenBlobs): Writer {
  const file = createLogFile(openBlobs);
  let failing = false;
  /** Of steps that reported nothing themselves. */
  let unreported: readonly Happening[] = [];
  const removing = createStepPace(rowsPerStep, stepMs);
  const filling = createStepPace(rowsPerStep, stepMs);

  /** What cannot be removed now is removed after a later write: this one is through. */
  async function removeExcess(store: LogRetention): Promise<void> {
    const place = file.place();
    if (place === null) return;
    try {
      while (await store.removeExcess(place.blobs.maxTotalSize, bodiesPerStep));
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }

  /** A step of cleaning up, which goes on once a damaged index is out of its way. */
  async function inStep(step: (log: OpenLog) => Promise<boolean>): Promise<boolean> {
    try {
      return await step(await file.opened());
    } catch (error) {
      const repaired = error instanceof SearchDamage ? await file.repairSearch(error) : null;
      if (repaired === null) throw error;
      unreported = [...unreported, repaired];
      return true;
    }
  }

  return {
    blobs: (at, owner) => file.blobs(at, owner),

    async open(at, now) {
      file.lies(at, now);
      try {
        const { database, happened, interrupted } = await file.opened();
        return { failed: null, happened, interrupted, search: searchOf(database) };
      } catch (error) {
        return { failed: file.failure(error), happened: [], interrupted: 0, search: "whole" };
      }
    },

    async write(batch) {
      const giveUpAt =
        performance.now() + (failing ? 0 : (file.place()?.patienceMs ?? defaultPatienceMs));
      const happened: Happening[] = [];
      let isSearched = true;
      for (;;) {
        try {
          const { store, happened: atOpen } = await file.opened();
          happened.push(...atOpen);
          const { lostBodies, message } = await (isSearched
            ? store.write(batch)
            : store.writeUnsearched(batch));
          failing = false;
          await removeExcess(store);
          const bodies = message === null ? [] : [`bodies could not be stored: ${message}`];
          const words = [...happened.map((one) => one.message), ...bodies];
          const said = words.length === 0 ? null : words.join("; ");
          return { failed: [], message: said, lostBodies, happened };
        } catch (error) {
          if (error instanceof SearchDamage && isSearched) {
            const repaired = await file.repairSearch(error).catch(() => null);
            if (repaired === null) isSearched = false;
            else happened.push(repaired);
            continue;
          }
          const aside = isUnreadable(error) ? await file.setAside().catch(() => null) : null;
          if (aside !== null) {
            happened.push(aside);
            continue;
          }
          if (!isPassing(error))
            return { ...(await writeSingly(batch, error, isSearched)), happened };
          if (performance.now() >= giveUpAt) {
            failing = true;
            const message = file.failure(error);
            return { failed: [...batch.keys()], message, lostBodies: 0, happened };
          }
        }
        await sleep(pauseMs);
      }
    },

    removeOlder: (rowsBefore, bodiesBefore) =>
      inStep(async ({ store }) => {
        const startedAt = performance.now();
        const isMore = await store.removeOlder(rowsBefore, bodiesBefore, removing.size());
        removing.took(performance.now() - startedAt);
        return isMore;
      }),

    shrink: () =>
      inStep(async ({ store, database }) => (await store.compact()) || database.shrink()),

    async sweep(firstDigits) {
      await (await file.opened()).store.sweep(firstDigits);
    },

    async swept() {
      const { database } = await file.opened();
      if (isSettled(database.state.owner)) return;
      await blobsAreOwn(database.tables);
      file.close(); // the next write opens it as what it now is
    },

    async checkSearch() {
      const { database } = await file.opened();
      const { search } = database.state;
      try {
        if (search === null) throw new SearchDamage(new Error("it was found so before"));
        await checkSearch(database.tables, search);
        return [];
      } catch (error) {
        if (!(error instanceof SearchDamage)) throw error;
        const repaired = await file.repairSearch(error);
        return repaired === null ? [] : [repaired];
      }
    },

    takeUnreported() {
      const taken = unreported;
      unreported = [];
      return taken;
    },

    fillSearch: () =>
      inStep(async ({ store, database }) => {
        if (database.state.search === null) return false;
        const startedAt = performance.now();
        const isMore = await store.indexOlder(filling.size());
        filling.took(performance.now() - startedAt);
        return isMore;
      }),

    rest() {
      file.open()?.database.rest();
    },

    close() {
      file.close();
    },
  };

  /** One entry that the database refuses must not take its batch along. */
  async function writeSingly(
    batch: readonly LogWrite[],
    first: unknown,
    isSearched: boolean,
  ): Promise<Omit<WriterReport, "happened">> {
    const failed: number[] = [];
    let lostBodies = 0;
    for (const [place_, write] of batch.entries()) {
      try {
        const store = file.open()?.store;
        if (store === undefined) throw first;
        const written = isSearched ? store.write([write]) : store.writeUnsearched([write]);
        lostBodies += (await written).lostBodies;
      } catch {
        failed.push(place_);
      }
    }
    return { failed, message: failed.length === 0 ? null : file.failure(first), lostBodies };
  }
}

function searchOf({ state }: LogDatabase): OpenReport["search"] {
  if (state.search === null) return "off";
  return state.searchBelow === null ? "whole" : "filling";
}

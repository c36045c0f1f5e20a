// The way of batches out of the outbox into the store that routers share: in order, each exactly once,
// tried until they are in.
import { SQLiteError } from "bun:sqlite";
import type { LaneReport } from "../../../ports/spool.ts";
import { inTime } from "../in-time.ts";
import type { StoreFailure } from "../pipeline/log-engine.ts";
import { inWords, remedy } from "../sqlite-file/failures.ts";
import { createLaneState } from "./lane-state.ts";
import type { Outbox, WaitingBatch } from "./outbox.ts";
import { createShipPace } from "./ship-pace.ts";
import type { SharedInstance, SharedStore } from "./shared-store.ts";
import type { Shipment } from "./shipment.ts";
import { unpackShipment } from "./shipment-codec.ts";

export interface Shipper {
  /** There may be something to ship. */
  wake(): void;
  /** The store failed elsewhere: whether it takes this router's rows is seen to, be there any or not. */
  probe(): void;
  report(): LaneReport;
  /**
   * Ends of calls were given up. Those whose starts are in the store end there as interrupted.
   * @returns how many rows are nowhere now
   */
  lost(ends: readonly string[]): number;
  /** Rows that the store refused for what is in them. */
  refused(): number;
  /** Resolves when everything that is waiting now is in the store, or after `withinMs`; immediately while the store cannot be reached. */
  arrived(withinMs: number): Promise<void>;
  /** Resolves once the store has let this router in, or has not, or after so many ms. @returns calls that an earlier process left in flight */
  begun(withinMs: number): Promise<number>;
  /** Nothing is begun any more; resolves when what is under way is through. */
  close(): Promise<void>;
}

export interface ShipperDeps {
  readonly outbox: Outbox;
  readonly store: SharedStore;
  readonly instance: SharedInstance;
  /** Calls that have just come into the store. */
  readonly shipped: (ids: readonly string[]) => void;
  readonly say: (message: string, isTrouble: boolean) => void;
  /** Of one transaction. */
  readonly mostBytes: number;
  /** Where what waits is kept, in words. */
  readonly place: string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Runs once after so many ms, unless the returned function is called. */
  readonly after: (ms: number, then: () => void) => () => void;
}

interface Waiter {
  readonly seq: number;
  readonly done: () => void;
}

export function createShipper(deps: ShipperDeps): Shipper {
  const { outbox, store, instance, say, now, after } = deps;
  /** Of batches that an earlier process wrote. */
  let earlier = outbox.newest();
  const state = createLaneState({
    inTrouble: (why) =>
      `the log's rows wait in ${deps.place} until the database takes them: ${why}`,
    again: () => `the database takes the log's rows again; ${outbox.figures().rows} wait for it`,
    now,
    chance: Math.random,
  });
  const pace = createShipPace(deps.mostBytes);
  let running: Promise<void> | null = null;
  let [woken, closed, isSettled] = [false, false, false];
  let cancelPause = () => {};
  /** null: not known yet. */
  let leftovers: number | null = null;
  let refusedRows = 0;
  /** Calls in flight in the store, or perhaps. */
  const begunThere = new Set<string>();
  const toInterrupt = new Set<string>();
  let waiters: readonly Waiter[] = [];
  const begun = Promise.withResolvers<void>();

  function settleWaiters(upTo: number): void {
    const settled = waiters.filter(({ seq }) => seq <= upTo);
    waiters = waiters.filter(({ seq }) => seq > upTo);
    for (const { done } of settled) done();
  }

  async function settle(): Promise<void> {
    const { shipped } = await store.settle(instance);
    if (shipped > outbox.newest()) {
      outbox.renumber(shipped);
      earlier += shipped;
    } else outbox.arrived(shipped);
    isSettled = true;
  }

  /** What this process ships is not left over: it waits until all is in that was there before. */
  async function endLeftovers(): Promise<void> {
    if (leftovers !== null || (outbox.oldest() ?? Number.POSITIVE_INFINITY) <= earlier) return;
    leftovers = await store.interrupt(null, now());
    begun.resolve();
  }

  async function endLost(): Promise<void> {
    if (toInterrupt.size === 0) return;
    const ids = [...toInterrupt];
    await store.interrupt(ids, now());
    for (const id of ids) {
      toInterrupt.delete(id);
      begunThere.delete(id);
    }
  }

  function nextGroup(): readonly WaitingBatch[] {
    const group = outbox.next(0, pace.size());
    return leftovers === null ? group.filter(({ seq }) => seq <= earlier) : group;
  }

  /** What cannot be read any more must not stand in the way of what can. */
  function unpacked(group: readonly WaitingBatch[]): readonly Shipment[] {
    return group.flatMap((batch) => {
      try {
        return unpackShipment(batch.seq, batch);
      } catch (error) {
        refusedRows += batch.rows;
        const why = error instanceof Error ? error.message : "unknown error";
        say(`${batch.rows} rows of the log cannot be read in ${deps.place} (${why})`, true);
        return [];
      }
    });
  }

  async function ship(shipments: readonly Shipment[]): Promise<number> {
    try {
      return (await store.ship(shipments)).refused;
    } catch (error) {
      if (store.explain(error).kind !== "entry") throw error;
    }
    let refused = 0;
    for (const shipment of shipments)
      try {
        refused += (await store.ship([shipment])).refused;
      } catch (error) {
        const { kind, message } = store.explain(error);
        if (kind !== "entry") throw error;
        refused += shipment.ends.length;
        say(
          `${shipment.ends.length} rows of the log are refused by the database: ${message}`,
          true,
        );
      }
    return refused;
  }

  /** @returns whether there may be more */
  async function step(): Promise<boolean> {
    if (!isSettled) await settle();
    await endLeftovers();
    await endLost();
    const group = nextGroup();
    const last = group.at(-1);
    if (last === undefined) return false;
    outbox.offered(last.seq);
    const shipments = unpacked(group);
    for (const { starts } of shipments) for (const { id } of starts) begunThere.add(id);
    const beganAt = now();
    try {
      refusedRows += shipments.length === 0 ? 0 : await ship(shipments);
    } catch (error) {
      pace.failed();
      throw error;
    }
    pace.shipped(bytesIn(group), now() - beganAt);
    if (closed) return false;
    outbox.arrived(last.seq);
    const ends = shipments.flatMap((one) => one.ends.map(({ row }) => row.id));
    for (const id of ends) begunThere.delete(id);
    if (ends.length > 0) deps.shipped(ends);
    settleWaiters(last.seq);
    return true;
  }

  function failed(error: unknown): void {
    isSettled = false;
    const { kind, message } = explained(error);
    const words = state.failed({ why: message, isRefusal: kind === "store" });
    if (words !== null) say(words, true);
    begun.resolve();
    settleWaiters(Number.POSITIVE_INFINITY);
  }

  /** It may be the outbox's own disk. */
  function explained(error: unknown): StoreFailure {
    if (error instanceof SQLiteError) {
      const advice = remedy(error);
      const why = `${inWords(error)}${advice === null ? "" : `: ${advice}`}`;
      return { kind: "passing", message: why };
    }
    const { kind, message } = store.explain(error);
    const isNamed = message.includes("DATABASE_URL");
    return { kind, message: isNamed ? message : `${message}; DATABASE_URL says where it is` };
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = after(ms, resolve);
      cancelPause = () => {
        cancel();
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!closed) {
      woken = false;
      try {
        const isMore = await step();
        if (closed) return;
        const words = state.succeeded();
        if (words !== null) say(words, false);
        if (!isMore && !woken) return;
      } catch (error) {
        if (closed) return;
        failed(error);
        await pause(state.pauseMs());
      }
    }
  }

  function wake(): void {
    woken = true;
    if (closed) return;
    running ??= run().finally(() => {
      running = null;
      if (woken && !closed) wake();
    });
  }

  return {
    wake,
    probe() {
      isSettled = false;
      wake();
    },
    report: () => state.report(),
    lost(ends) {
      let rows = 0;
      for (const id of ends)
        if (begunThere.has(id)) toInterrupt.add(id);
        else rows++;
      return rows;
    },
    refused: () => refusedRows,
    async arrived(withinMs) {
      const seq = outbox.newest();
      if (!state.report().isUp || outbox.oldest() === null) return;
      const all = Promise.withResolvers<void>();
      waiters = [...waiters, { seq, done: all.resolve }];
      await inTime(all.promise, withinMs, deps);
    },
    async begun(withinMs) {
      await inTime(begun.promise, withinMs, deps);
      return leftovers ?? 0;
    },
    async close() {
      closed = true;
      cancelPause();
      settleWaiters(Number.POSITIVE_INFINITY);
      await running;
    },
  };
}

function bytesIn(group: readonly WaitingBatch[]): number {
  return group.reduce((sum, { data, bodies }) => sum + data.length + (bodies?.length ?? 0), 0);
}

// What the way out of the outbox needs of the store that several routers share.
import type { StoreFailure } from "../pipeline/log-engine.ts";
import type { Shipment } from "./shipment.ts";

/** This router, as the store is to know it. */
export interface SharedInstance {
  /** UUID; its own for as long as its outbox stands. */
  readonly id: string;
  readonly name: string;
  /** Of this program. */
  readonly version: string;
}

/**
 * Every promise rejects as the server or the client says it; `explain` says what that means. Nothing
 * is asked while an earlier promise is open.
 */
export interface SharedStore {
  /**
   * Tables are made or brought up to date, partitions are there, the instance is entered. Before
   * anything else, and again after a rejection.
   * @returns number of the last shipment of this instance that is in; 0: none is
   */
  settle(instance: SharedInstance): Promise<{ readonly shipped: number }>;
  /**
   * Takes them in one transaction, each exactly once: those with a number that is in already are
   * passed over. What the server refuses for what is in it is tried row by row, and set aside.
   * @param shipments by rising numbers
   * @returns rows that were refused
   */
  ship(shipments: readonly Shipment[]): Promise<{ readonly refused: number }>;
  /**
   * Calls of this instance that are in flight there end as interrupted. An end that comes later takes
   * the row's place.
   * @param ids null: all of them, left by an earlier process
   * @param now epoch ms
   * @returns how many
   */
  interrupt(ids: readonly string[] | null, now: number): Promise<number>;
  /** `store`: refused as a whole, as with a wrong password; it may be mended while the router runs. */
  explain(error: unknown): StoreFailure;
}

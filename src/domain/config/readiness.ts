// Whether the router is ready for traffic: a reducer over looks at its store.

export interface StoreRecord {
  /** Epoch ms of the first look of a row of failing ones; null where the last one was good. */
  readonly failingSince: number | null;
  /** In words. */
  readonly problem: string | null;
}

export const wellStore: StoreRecord = { failingSince: null, problem: null };

/** A hiccup is not worth sending everybody elsewhere. */
const patienceMs = 5_000;

/** @param problem what was found wrong; null: nothing */
export function looked(before: StoreRecord, problem: string | null, at: number): StoreRecord {
  return problem === null ? wellStore : { failingSince: before.failingSince ?? at, problem };
}

/** Why the store makes the router not ready; null where it does not. */
export function storeTrouble({ failingSince, problem }: StoreRecord, now: number): string | null {
  return failingSince !== null && now - failingSince >= patienceMs ? problem : null;
}

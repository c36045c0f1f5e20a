// Which contents came last, so that the same one in the next requests is known without an index of all names.

export interface RecentNames {
  /** The payload that had the content; it may have gone since. */
  id(name: string): number | undefined;
  add(name: string, id: number): void;
}

/** Names kept at least, twice as many at most: about 2 MB of memory. */
export const maxNames = 10_000;

/** @param newest those of earlier runs, the newest last */
export function createRecentNames(
  newest: readonly (readonly [name: string, id: number])[],
): RecentNames {
  // Forgotten by halves: taking the oldest out of a map one by one costs more with every one taken.
  let older = new Map<string, number>();
  let newer = new Map(newest);
  return {
    id: (name) => newer.get(name) ?? older.get(name),
    add(name, id) {
      newer.set(name, id);
      if (newer.size < maxNames) return;
      older = newer;
      newer = new Map();
    },
  };
}

// Which contents came last, so that the same one in the next requests is known without an index of all names.

export interface RecentNames {
  /** The payload that had the content; it may have gone since. */
  id(name: string): number | undefined;
  add(name: string, id: number): void;
}

/** Names kept: about 1 MB of memory. */
export const mostNames = 10_000;

/** @param newest those of earlier runs, the newest last */
export function createRecentNames(
  newest: readonly (readonly [name: string, id: number])[],
): RecentNames {
  // Insertion order is age.
  const ids = new Map(newest);
  return {
    id: (name) => ids.get(name),
    add(name, id) {
      ids.delete(name);
      ids.set(name, id);
      const [oldest] = ids.keys();
      if (ids.size > mostNames && oldest !== undefined) ids.delete(oldest);
    },
  };
}

// Many tasks, so many at a time.

/** Runs `work` on every item, at most `width` at once; results in the items' order. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, worker: number, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  await Promise.all(
    Array.from({ length: width }, async (_, worker) => {
      for (const [index, item] of queue) results[index] = await work(item, worker, index);
    }),
  );
  return results;
}

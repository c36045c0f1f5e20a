// An object store in memory that can be away or refuse, for tests of what ships to one and reads from it.
import type { ObjectStore, ObjectStoreFailure } from "../../src/ports/object-store.ts";

export interface MemoryObjects extends ObjectStore {
  /** What it holds, by key. */
  readonly kept: ReadonlyMap<string, Uint8Array>;
  /** Every call rejects so, and nothing is done; null: all is well again. */
  fails: ObjectStoreFailure | null;
}

const perList = 1_000;

export function createMemoryObjects(): MemoryObjects {
  const kept = new Map<string, Uint8Array>();

  function inOrder(): void {
    if (store.fails !== null) throw store.fails;
  }

  const store: MemoryObjects = {
    kept,
    fails: null,
    async put(key, bytes) {
      inOrder();
      kept.set(key, bytes.slice());
    },
    async get(key, range) {
      inOrder();
      const found = kept.get(key);
      if (found === undefined) return null;
      return range === undefined ? found.slice() : found.slice(range.at, range.at + range.length);
    },
    async remove(keys) {
      inOrder();
      for (const key of keys) kept.delete(key);
    },
    async list(prefix, from = "") {
      inOrder();
      const found = [...kept.keys()].filter((key) => key.startsWith(prefix) && key > from);
      const keys = found.toSorted().slice(0, perList);
      return { keys, next: keys.length < found.length ? (keys.at(-1) ?? null) : null };
    },
  };
  return store;
}

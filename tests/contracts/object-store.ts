// What every object store must do; run on each implementation.
import { describe, expect, test } from "bun:test";
import type { ObjectStore } from "../../src/ports/object-store.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (found: Uint8Array | null) => (found === null ? null : Buffer.from(found).toString());

/** @param withStore runs a test on an empty store and clears up after it */
export function objectStoreContract(
  kind: string,
  withStore: (run: (store: ObjectStore) => Promise<void>) => Promise<void>,
): void {
  const on = (rule: string, run: (store: ObjectStore) => Promise<void>) =>
    test(rule, () => withStore(run));

  describe(`${kind}: an object`, () => {
    on("comes back byte for byte, whatever its bytes and its size", async (store) => {
      const all = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 256);
      await store.put("logs/2026-11-28/all", all);
      const found = await store.get("logs/2026-11-28/all");
      expect(Buffer.from(found ?? []).equals(all)).toBe(true);
    });

    on("of no bytes is there all the same", async (store) => {
      await store.put("empty", new Uint8Array());
      expect(await store.get("empty")).toHaveLength(0);
    });

    on("is kept of the bytes at hand, which may be a window into others", async (store) => {
      const given = bytes("before-window-behind");
      const put = store.put("window", given.subarray(7, 13));
      await put;
      given.fill(0);
      expect(text(await store.get("window"))).toBe("window");
    });

    on("put twice is there once", async (store) => {
      await store.put("day/one", bytes("same"));
      await store.put("day/one", bytes("same"));
      expect(await listed(store, "day/")).toEqual(["day/one"]);
      expect(text(await store.get("day/one"))).toBe("same");
    });

    on("that was never put is absent, whole or in part", async (store) => {
      expect(await store.get("absent")).toBeNull();
      expect(await store.get("absent", { at: 3, length: 4 })).toBeNull();
      await store.remove(["absent"]);
    });

    on("may have any key that the port allows", async (store) => {
      const keys = ["a", "A", "a.b", "a_b-c", "a/b.c/d_e-f", "a/b/c", "0", ".hidden/x", "a..b"];
      for (const key of keys) await store.put(key, bytes(key));
      for (const key of keys) expect(text(await store.get(key))).toBe(key);
    });
  });

  describe(`${kind}: a range`, () => {
    on("gives its bytes and no others", async (store) => {
      await store.put("letters", bytes("abcdefghij"));
      expect(text(await store.get("letters", { at: 0, length: 1 }))).toBe("a");
      expect(text(await store.get("letters", { at: 3, length: 4 }))).toBe("defg");
      expect(text(await store.get("letters", { at: 9, length: 1 }))).toBe("j");
      expect(text(await store.get("letters", { at: 0, length: 10 }))).toBe("abcdefghij");
    });

    on("beyond the end gives what there is", async (store) => {
      await store.put("letters", bytes("abcdefghij"));
      expect(text(await store.get("letters", { at: 8, length: 100 }))).toBe("ij");
      expect(await store.get("letters", { at: 10, length: 5 })).toHaveLength(0);
    });
  });

  describe(`${kind}: removing`, () => {
    on("takes the named objects, and no others", async (store) => {
      for (const key of ["d/1", "d/2", "d/3"]) await store.put(key, bytes(key));
      await store.remove(["d/1", "d/3", "d/4"]);
      expect(await listed(store, "d/")).toEqual(["d/2"]);
      expect(await store.get("d/1")).toBeNull();
      expect(text(await store.get("d/2"))).toBe("d/2");
    });

    on("of nothing does nothing", async (store) => {
      await store.put("d/1", bytes("one"));
      await store.remove([]);
      expect(await listed(store, "d/")).toEqual(["d/1"]);
    });
  });

  describe(`${kind}: a list`, () => {
    on("is of the keys that begin so", async (store) => {
      for (const key of ["b/2", "a/1", "b/1", "bb/1", "c"]) await store.put(key, bytes("x"));
      expect(await listed(store, "b/")).toEqual(["b/1", "b/2"]);
      expect(await listed(store, "b")).toEqual(["b/1", "b/2", "bb/1"]);
      expect(await listed(store, "z")).toEqual([]);
    });

    on("goes on until it has had all", async (store) => {
      const keys = Array.from({ length: 7 }, (_, number) => `d/${number}`);
      for (const key of keys) await store.put(key, bytes("x"));
      expect(await listed(store, "d/")).toEqual(keys);
    });
  });
}

async function listed(store: ObjectStore, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  let from: string | undefined;
  do {
    const list = await store.list(prefix, from);
    keys.push(...list.keys);
    from = list.next ?? undefined;
  } while (from !== undefined);
  return keys.toSorted();
}

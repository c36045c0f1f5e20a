// What every blob store must do; run on each implementation.
import { describe, expect, test } from "bun:test";
import type { BlobStore } from "../../src/ports/blob-store.ts";

const name = (digits: string) => digits.padEnd(32, "0");
const bytes = (text: string) => new TextEncoder().encode(text);

/** @param withStore runs a test on an empty store and clears up after it */
export function blobStoreContract(
  kind: string,
  withStore: (run: (store: BlobStore) => Promise<void>) => Promise<void>,
): void {
  const on = (rule: string, run: (store: BlobStore) => Promise<void>) =>
    test(rule, () => withStore(run));

  describe(`${kind}: a blob`, () => {
    on("comes back byte for byte, whatever its bytes", async (store) => {
      const all = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
      await store.put(name("ab"), all);
      expect(Buffer.from((await store.get(name("ab"))) ?? []).equals(all)).toBe(true);
    });

    on("of no bytes is there all the same", async (store) => {
      await store.put(name("ab"), new Uint8Array());
      expect(await store.get(name("ab"))).toHaveLength(0);
      expect(await store.has(name("ab"))).toBe(true);
    });

    on("is not changed by what its writer does to the bytes afterwards", async (store) => {
      const given = bytes("one");
      await store.put(name("ab"), given);
      given.fill(0);
      expect(Buffer.from((await store.get(name("ab"))) ?? []).toString()).toBe("one");
    });

    on("put twice is there once", async (store) => {
      await store.put(name("ab"), bytes("one"));
      await store.put(name("ab"), bytes("one"));
      expect(await store.list("ab")).toEqual([name("ab")]);
    });

    on("that was never put is absent, not an error", async (store) => {
      expect(await store.get(name("ab"))).toBeNull();
      expect(await store.has(name("ab"))).toBe(false);
      await store.remove(name("ab"));
    });

    on("that was removed is gone, and others stay", async (store) => {
      await store.put(name("ab1"), bytes("one"));
      await store.put(name("ab2"), bytes("two"));
      await store.remove(name("ab1"));
      expect(await store.get(name("ab1"))).toBeNull();
      expect(await store.list("ab")).toEqual([name("ab2")]);
    });
  });

  on(`${kind}: lists are by the first two digits, and complete`, async (store) => {
    for (const digits of ["ab1", "ab2", "ac1", "0b1"]) await store.put(name(digits), bytes("x"));
    expect((await store.list("ab")).toSorted()).toEqual([name("ab1"), name("ab2")]);
    expect(await store.list("ac")).toEqual([name("ac1")]);
    expect(await store.list("ff")).toEqual([]);
  });
}

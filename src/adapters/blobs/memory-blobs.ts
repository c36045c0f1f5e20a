// Blobs that live as long as the process.
import type { BlobStore } from "../../ports/blob-store.ts";

export function createMemoryBlobs(): BlobStore {
  const kept = new Map<string, Uint8Array>();
  return {
    put(name, bytes) {
      // The caller's bytes may be a window into a larger buffer, which must not live on.
      kept.set(name, bytes.slice());
      return Promise.resolve();
    },
    get: (name) => Promise.resolve(kept.get(name) ?? null),
    has: (name) => Promise.resolve(kept.has(name)),
    remove(name) {
      kept.delete(name);
      return Promise.resolve();
    },
    list: (firstDigits) =>
      Promise.resolve([...kept.keys()].filter((name) => name.startsWith(firstDigits))),
  };
}

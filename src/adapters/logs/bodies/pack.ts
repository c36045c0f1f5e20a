// Compression of bodies: zstd, with an earlier body as the dictionary where one is alike.
import { zstdCompressSync as compress, zstdDecompressSync as decompress } from "node:zlib";
import { zstdCompressSync, zstdDecompressSync } from "bun";
import type { BlobStore } from "../../../ports/blob-store.ts";

/** Shorter ones gain nothing. */
const minBytes = 128;

export interface Packed {
  readonly bytes: Uint8Array;
  /** Whether these are compressed, or as they came. */
  readonly packed: boolean;
}

/** @param base what it is packed against; the same is needed to unpack it */
export function pack(bytes: Uint8Array, base: Uint8Array | null): Packed {
  if (base !== null) return { bytes: compress(bytes, { dictionary: base }), packed: true };
  if (bytes.length < minBytes) return { bytes, packed: false };
  const smaller = zstdCompressSync(bytes);
  // Images and audio do not shrink; they are then read without unpacking.
  return smaller.length < bytes.length * 0.95
    ? { bytes: smaller, packed: true }
    : { bytes, packed: false };
}

/** @throws where the bytes are damaged, or the base is another */
function unpack(bytes: Uint8Array, base: Uint8Array | null): Uint8Array {
  if (base !== null) return decompress(bytes, { dictionary: base });
  return zstdDecompressSync(bytes);
}

/** A payload as stored, on the way from one to the root that it was packed along. */
interface ChainLink {
  /** In the blob store, where it lies there. */
  readonly name: string;
  readonly packed: boolean;
  /** null: in the blob store. */
  readonly data: Uint8Array | null;
}

/**
 * The content of the first link.
 * @param chain up to its root
 * @returns null where it, or what it was packed with, has gone from the blob store
 */
export async function unpackChain(
  chain: readonly ChainLink[],
  blobs: Pick<BlobStore, "get">,
): Promise<Uint8Array | null> {
  let content: Uint8Array | null = null;
  for (const { name, packed, data } of chain.toReversed()) {
    const stored: Uint8Array | null = data ?? (await blobs.get(name));
    if (stored === null) return null;
    content = packed ? unpack(stored, content) : stored;
  }
  return content;
}

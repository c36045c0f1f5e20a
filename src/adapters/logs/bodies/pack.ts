// Compression of bodies: zstd, with an earlier body as the dictionary where one is alike.
import { zstdCompressSync as compress, zstdDecompressSync as decompress } from "node:zlib";
import { zstdCompressSync, zstdDecompressSync } from "bun";

/** Shorter ones gain nothing. */
const leastBytes = 128;

export interface Packed {
  readonly bytes: Uint8Array;
  /** Whether these are compressed, or as they came. */
  readonly packed: boolean;
}

/** @param base what it is packed against; the same is needed to unpack it */
export function pack(bytes: Uint8Array, base: Uint8Array | null): Packed {
  if (base !== null) return { bytes: compress(bytes, { dictionary: base }), packed: true };
  if (bytes.length < leastBytes) return { bytes, packed: false };
  const smaller = zstdCompressSync(bytes);
  // Images and audio do not shrink; they are then read without unpacking.
  return smaller.length < bytes.length * 0.95
    ? { bytes: smaller, packed: true }
    : { bytes, packed: false };
}

/** @throws where the bytes are damaged, or the base is another */
export function unpack(bytes: Uint8Array, base: Uint8Array | null): Uint8Array {
  if (base !== null) return decompress(bytes, { dictionary: base });
  return zstdDecompressSync(bytes);
}

// Content encodings for answers that nobody asked to be encoded.
import { Buffer } from "node:buffer";
import { brotliCompressSync, constants, crc32, deflateRawSync } from "node:zlib";
import type { ReplyPiece } from "./reply.ts";

const GZIP_HEAD = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3); // RFC 1952 §2.3
const ZLIB_HEAD = Uint8Array.of(0x78, 0x9c); // RFC 1950 §2.2
const LAST_BLOCK = Uint8Array.of(3, 0); // an empty final block, RFC 1951 §3.2.6

function trailer(encoding: "gzip" | "deflate", plain: Uint8Array): Buffer {
  if (encoding === "deflate") {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(Bun.hash.adler32(plain));
    return sum;
  }
  const sums = Buffer.alloc(8);
  sums.writeUInt32LE(crc32(plain), 0);
  sums.writeUInt32LE(plain.length % 2 ** 32, 4);
  return sums;
}

/**
 * Encodes a body. With gzip and deflate each piece ends on a byte boundary and is decodable as soon
 * as it arrives; brotli comes as one piece.
 */
export function encodePieces(
  pieces: readonly ReplyPiece[],
  encoding: "gzip" | "deflate" | "br",
): readonly ReplyPiece[] {
  const plain = Buffer.concat(pieces.map(({ bytes }) => Buffer.from(bytes)));
  if (encoding === "br") return [{ part: "content", bytes: brotliCompressSync(plain) }];
  const head = encoding === "gzip" ? GZIP_HEAD : ZLIB_HEAD;
  const tail = Buffer.concat([LAST_BLOCK, trailer(encoding, plain)]);
  if (pieces.length === 0) return [{ part: "end", bytes: Buffer.concat([head, tail]) }];
  return pieces.map(({ part, bytes }, index) => {
    const block = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
    const before = index === 0 ? [head] : [];
    const after = index === pieces.length - 1 ? [tail] : [];
    return { part, bytes: Buffer.concat([...before, block, ...after]) };
  });
}

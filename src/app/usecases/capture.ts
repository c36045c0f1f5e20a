// Keeps an answer's raw bytes for the log, up to a cap: references to the pieces received, never copies.
import type { CapturedBody } from "../../domain/log-entry.ts";

export interface Capture {
  add(bytes: Uint8Array): void;
  /** An event of a stream held content. */
  content(): void;
  /** Events with content so far. */
  contents(): number;
  /** Bytes seen, whether kept or not. */
  size(): number;
  body(): CapturedBody | null;
}

/** @param cap bytes kept at most; 0 keeps nothing */
export function createCapture(cap: number): Capture {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let contents = 0;
  return {
    add(bytes) {
      const room = cap - size;
      size += bytes.length;
      if (room > 0) chunks.push(bytes.length <= room ? bytes : bytes.subarray(0, room));
    },
    content: () => void contents++,
    contents: () => contents,
    size: () => size,
    body: () => (cap === 0 || size === 0 ? null : { chunks, truncated: size > cap }),
  };
}

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

export interface Delivered {
  /** A piece of the answer that the client gets. */
  add(bytes: Uint8Array): void;
  /** What the client got; null where that is what came. */
  body(): CapturedBody | null;
}

/**
 * Keeps what the client gets where that is not what came. As long as nothing is changed it is the
 * beginning of what was received, and is only counted.
 * @param changed whether anything so far is given to the client other than it came
 */
export function createDelivered(cap: number, received: Capture, changed: () => boolean): Delivered {
  let same = 0;
  let own: Capture | null = null;

  function begin(): Capture {
    const capture = createCapture(cap);
    let left = same;
    for (const chunk of received.body()?.chunks ?? []) {
      if (left > 0) capture.add(chunk.subarray(0, left));
      left -= chunk.length;
    }
    return capture;
  }

  return {
    add(bytes) {
      if (own === null && changed()) own = begin();
      if (own === null) same += bytes.length;
      else own.add(bytes);
    },
    body: () => (changed() ? (own ?? begin()).body() : null),
  };
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

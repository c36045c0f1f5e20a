// Keeps an answer's raw bytes for the log, up to a cap and what all calls share: references to the pieces received, never copies.
import type { Budget, Share } from "../../../domain/failover/budget.ts";
import type { CapturedBody } from "../../../domain/log/log-entry.ts";

/** What has been kept of an answer so far; can still be read when it has been given back to the budget. */
export interface Captured {
  /** Events with content so far. */
  contents(): number;
  /** Bytes seen, whether kept or not. */
  size(): number;
  body(): CapturedBody | null;
}

/** Disposing of it gives its bytes back to the budget. */
export interface Capture extends Captured, Disposable {
  add(bytes: Uint8Array): void;
  /** An event of a stream held content. */
  content(): void;
}

/** Disposing of it gives its bytes back to the budget. */
export interface Delivered extends Disposable {
  /** A piece of the answer that the client gets. */
  add(bytes: Uint8Array): void;
  /** What the client got; null where that is what came. */
  body(): CapturedBody | null;
}

/** What is kept of each body, and of all together. */
export interface CaptureLimits {
  /** Bytes of one body kept at most; 0 keeps nothing. */
  readonly captureCap: number;
  readonly captureBudget: Budget;
}

/**
 * Keeps what the client gets where that is not what came. As long as nothing is changed it is the
 * beginning of what was received, and is only counted.
 * @param changed whether anything so far is given to the client other than it came
 */
export function createDelivered(
  limits: CaptureLimits,
  received: Pick<Captured, "body">,
  changed: () => boolean,
): Delivered {
  let same = 0;
  let own: Capture | null = null;
  let over = false;

  /** What is kept apart from what came; null as long as both are the same. */
  function apart(): Capture | null {
    if (own !== null || over || !changed()) return own;
    own = createCapture(limits);
    let left = same;
    for (const chunk of received.body()?.chunks ?? []) {
      if (left > 0) own.add(chunk.subarray(0, left));
      left -= chunk.length;
    }
    return own;
  }

  return {
    add(bytes) {
      const kept = apart();
      if (kept === null) same += bytes.length;
      else kept.add(bytes);
    },
    body: () => apart()?.body() ?? null,
    [Symbol.dispose]() {
      over = true;
      own?.[Symbol.dispose]();
    },
  };
}

export function createCapture({ captureCap, captureBudget }: CaptureLimits): Capture {
  const share: Share = captureBudget.share();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let contents = 0;
  let cut = false;
  return {
    add(bytes) {
      size += bytes.length;
      if (cut || captureCap === 0) return;
      const room = Math.min(bytes.length, captureCap - (size - bytes.length));
      const kept = share.takeUpTo(room);
      // What comes behind a gap would be passed off as what stood there.
      cut = kept < bytes.length;
      if (kept > 0) chunks.push(cut ? bytes.subarray(0, kept) : bytes);
    },
    content: () => void contents++,
    contents: () => contents,
    size: () => size,
    body: () => (captureCap === 0 || size === 0 ? null : { chunks, truncated: cut }),
    [Symbol.dispose]: () => share[Symbol.dispose](),
  };
}

/** A body that is there whole, as far as it may be kept. */
export function captureWhole(bytes: Uint8Array, limits: CaptureLimits): Capture {
  const capture = createCapture(limits);
  if (bytes.length > 0) capture.add(bytes);
  return capture;
}

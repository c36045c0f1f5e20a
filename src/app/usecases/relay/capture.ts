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
  return new DeliveredBody(limits, received, changed);
}

class DeliveredBody implements Delivered {
  readonly #limits: CaptureLimits;
  readonly #received: Pick<Captured, "body">;
  readonly #changed: () => boolean;
  #same = 0;
  #own: Capture | null = null;
  #over = false;

  constructor(limits: CaptureLimits, received: Pick<Captured, "body">, changed: () => boolean) {
    this.#limits = limits;
    this.#received = received;
    this.#changed = changed;
  }

  add(bytes: Uint8Array): void {
    const kept = this.#apart();
    if (kept === null) this.#same += bytes.length;
    else kept.add(bytes);
  }

  body(): CapturedBody | null {
    return this.#apart()?.body() ?? null;
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#own?.[Symbol.dispose]();
  }

  /** What is kept apart from what came; null as long as both are the same. */
  #apart(): Capture | null {
    if (this.#own !== null || this.#over || !this.#changed()) return this.#own;
    const own = createCapture(this.#limits);
    this.#own = own;
    let left = this.#same;
    for (const chunk of this.#received.body()?.chunks ?? []) {
      if (left > 0) own.add(chunk.subarray(0, left));
      left -= chunk.length;
    }
    return own;
  }
}

export function createCapture(limits: CaptureLimits): Capture {
  return new BodyCapture(limits);
}

class BodyCapture implements Capture {
  readonly #cap: number;
  readonly #share: Share;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;
  #contents = 0;
  #cut = false;

  constructor({ captureCap, captureBudget }: CaptureLimits) {
    this.#cap = captureCap;
    this.#share = captureBudget.share();
  }

  add(bytes: Uint8Array): void {
    const before = this.#size;
    this.#size += bytes.length;
    if (this.#cut || this.#cap === 0) return;
    const kept = this.#share.takeUpTo(Math.min(bytes.length, this.#cap - before));
    // What comes behind a gap would be passed off as what stood there.
    this.#cut = kept < bytes.length;
    if (kept > 0) this.#chunks.push(this.#cut ? bytes.subarray(0, kept) : bytes);
  }

  content(): void {
    this.#contents++;
  }

  contents(): number {
    return this.#contents;
  }

  size(): number {
    return this.#size;
  }

  body(): CapturedBody | null {
    return this.#cap === 0 || this.#size === 0
      ? null
      : { chunks: this.#chunks, truncated: this.#cut };
  }

  [Symbol.dispose](): void {
    this.#share[Symbol.dispose]();
  }
}

/** A body that is there whole, as far as it may be kept. */
export function captureWhole(bytes: Uint8Array, limits: CaptureLimits): Capture {
  const capture = createCapture(limits);
  if (bytes.length > 0) capture.add(bytes);
  return capture;
}

// Keeps an answer's raw bytes for the log, up to a cap and what all calls share: references to the
// pieces received, and of a stream's many small ones, copies side by side, packed where they are long.
import type { JsonRecord } from "../../../domain/bytes/json.ts";
import type { Budget, Share } from "../../../domain/failover/budget.ts";
import type { CapturedBody } from "../../../domain/log/log-entry.ts";
import { UsageCapture } from "./usage-capture.ts";

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
  /** @param spare length of the prefix, in bytes, whose events say nothing of usage */
  add(bytes: Uint8Array, spare?: number): void;
  /** Counts that many events of a stream as holding content. */
  content(events: number): void;
  /** All that was added is one JSON object, this one. */
  parsed(answer: JsonRecord): void;
}

/** Disposing of it gives its bytes back to the budget. */
export interface Delivered extends Disposable {
  /** A piece of the answer that the client gets. */
  add(bytes: Uint8Array): void;
  /** What the client got; null where that is what came. */
  body(): CapturedBody | null;
}

/** A body that was there whole. Disposing of it gives its bytes back to the budget. */
export type Kept = Pick<Capture, "body"> & Disposable;

interface Packing {
  pack(block: Uint8Array): Uint8Array;
  unpack(packed: Uint8Array): Uint8Array;
}

/** What is kept of each body, and of all together. */
export interface CaptureLimits {
  /** Bytes of one body kept at most; 0 keeps nothing. */
  readonly captureCap: number;
  readonly captureBudget: Budget;
  /** How what has come of a long stream is kept smaller while it goes on; absent: it is not. */
  readonly packing?: Packing;
  /** Nobody reads bodies: of answers their reports of usage count, of requests and what clients get, nothing. */
  readonly usageOnly?: boolean;
}

/**
 * Keeps what the client gets where that is not what came. As long as nothing is changed it is the
 * beginning of what was received, and is only counted.
 * @param answer says whether anything of it so far is given to the client other than it came
 */
export function createDelivered(
  limits: CaptureLimits,
  received: Pick<Captured, "body">,
  answer: { changed(): boolean },
): Delivered {
  return limits.usageOnly === true ? nothingKept : new DeliveredBody(limits, received, answer);
}

class DeliveredBody implements Delivered {
  readonly #limits: CaptureLimits;
  readonly #received: Pick<Captured, "body">;
  readonly #answer: { changed(): boolean };
  #same = 0;
  #own: Capture | null = null;
  #over = false;

  constructor(
    limits: CaptureLimits,
    received: Pick<Captured, "body">,
    answer: { changed(): boolean },
  ) {
    this.#limits = limits;
    this.#received = received;
    this.#answer = answer;
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
    if (this.#own !== null || this.#over || !this.#answer.changed()) return this.#own;
    const own = new BodyCapture(this.#limits);
    this.#own = own;
    let left = this.#same;
    for (const chunk of this.#received.body()?.chunks ?? []) {
      if (left > 0) own.add(chunk.subarray(0, left));
      left -= chunk.length;
    }
    return own;
  }
}

/** What is kept of a body that nobody reads. */
const nothingKept: Kept & Delivered = {
  add: () => undefined,
  body: () => null,
  [Symbol.dispose]: () => undefined,
};

/** For what comes from an upstream. */
export function createCapture(limits: CaptureLimits): Capture {
  return limits.usageOnly === true ? new UsageCapture() : new BodyCapture(limits);
}

/** Pieces of an answer that are kept as they are: nearly every answer that is not streamed has fewer. */
const ownPieces = 8;
/** Bytes of a piece above which it is kept as it is. */
const smallPiece = 16 * 1024;
/** Of the first block, which a short stream does not fill; each next one is twice as large, to the largest. */
const firstBlock = 4 * 1024;
const largestBlock = 64 * 1024;

/** A full block of a stream, packed: its events have most of their bytes in common. */
class PackedBlock {
  readonly #packed: Uint8Array;
  readonly #packing: Packing;

  constructor(block: Uint8Array, packing: Packing) {
    this.#packed = packing.pack(block);
    this.#packing = packing;
  }

  bytes(): Uint8Array {
    return this.#packing.unpack(this.#packed);
  }
}

/** A body some of which is unpacked when, and as often as, it is read. */
class PackedBody implements CapturedBody {
  readonly truncated: boolean;
  readonly #chunks: readonly (Uint8Array | PackedBlock)[];

  constructor(chunks: readonly (Uint8Array | PackedBlock)[], truncated: boolean) {
    this.#chunks = chunks;
    this.truncated = truncated;
  }

  get chunks(): readonly Uint8Array[] {
    return this.#chunks.map((chunk) => (chunk instanceof PackedBlock ? chunk.bytes() : chunk));
  }
}

class BodyCapture implements Capture {
  readonly #cap: number;
  readonly #share: Share;
  readonly #packing: Packing | undefined;
  readonly #chunks: (Uint8Array | PackedBlock)[] = [];
  #isPacked = false;
  /** Where a stream's further small pieces are gathered: an object each would take three times their bytes. */
  #block: Uint8Array | null = null;
  #filled = 0;
  /** The block is part of a body that somebody may still read. */
  #isShown = false;
  #nextBlock = firstBlock;
  #size = 0;
  #contents = 0;
  #cut = false;

  constructor({ captureCap, captureBudget, packing }: CaptureLimits) {
    this.#cap = captureCap;
    this.#packing = packing;
    this.#share = captureBudget.share();
  }

  add(bytes: Uint8Array): void {
    const before = this.#size;
    this.#size += bytes.length;
    if (this.#cut || this.#cap === 0) return;
    const kept = this.#share.takeUpTo(Math.min(bytes.length, this.#cap - before));
    // What comes behind a gap would be passed off as what stood there.
    this.#cut = kept < bytes.length;
    if (kept > 0) this.#keep(this.#cut ? bytes.subarray(0, kept) : bytes);
  }

  #keep(piece: Uint8Array): void {
    if (this.#chunks.length < ownPieces || piece.length > smallPiece) {
      this.#closeBlock();
      this.#chunks.push(piece);
      return;
    }
    if (this.#block === null || this.#filled + piece.length > this.#block.length) {
      const free = this.#closeBlock();
      if (piece.length > this.#nextBlock) this.#nextBlock = largestBlock;
      this.#block = free ?? new Uint8Array(this.#nextBlock);
      this.#isShown = false;
      this.#nextBlock = Math.min(2 * this.#nextBlock, largestBlock);
    }
    this.#block.set(piece, this.#filled);
    this.#filled += piece.length;
  }

  /** @returns a block that may be filled again; null: there is none */
  #closeBlock(): Uint8Array | null {
    const block = this.#block;
    const filled = this.#filled;
    this.#block = null;
    this.#filled = 0;
    if (block === null) return null;
    const isMostlyFree = filled < block.length / 2;
    const packing = block.length < largestBlock || isMostlyFree ? undefined : this.#packing;
    if (packing === undefined) {
      this.#chunks.push(isMostlyFree ? block.slice(0, filled) : block.subarray(0, filled));
      return null;
    }
    this.#chunks.push(new PackedBlock(block.subarray(0, filled), packing));
    this.#isPacked = true;
    return this.#isShown ? null : block;
  }

  content(events: number): void {
    this.#contents += events;
  }

  parsed(): void {
    // The log's thread reads the bytes.
  }

  contents(): number {
    return this.#contents;
  }

  size(): number {
    return this.#size;
  }

  body(): CapturedBody | null {
    if (this.#cap === 0 || this.#size === 0) return null;
    const open = this.#block?.subarray(0, this.#filled);
    this.#isShown = true;
    // A list of its own: what is packed later must not turn up in it.
    const kept = open === undefined ? this.#chunks.slice() : [...this.#chunks, open];
    return this.#isPacked
      ? new PackedBody(kept, this.#cut)
      : { chunks: kept as readonly Uint8Array[], truncated: this.#cut };
  }

  [Symbol.dispose](): void {
    this.#share[Symbol.dispose]();
  }
}

/** A body that is there whole, as far as it may be kept. */
export function captureWhole(bytes: Uint8Array, limits: CaptureLimits): Kept {
  if (limits.usageOnly === true) return nothingKept;
  const capture = new BodyCapture(limits);
  if (bytes.length > 0) capture.add(bytes);
  return capture;
}

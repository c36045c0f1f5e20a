// Objects in a store that routers may share: written once, read in ranges, removed by the day. One
// contract suite (tests/contracts/object-store.ts) holds every implementation to this.

/** Bytes of an object. */
export interface ByteRange {
  readonly at: number;
  /** At least 1. */
  readonly length: number;
}

/**
 * Keys are of letters, digits, `-`, `_`, `.` and `/`, with no empty part and none of dots alone; what
 * a key holds never changes. Every promise settles within some ten seconds, and nothing is tried
 * twice inside: whoever calls decides when it is worth another try. Rejections are ObjectStoreFailures.
 */
export interface ObjectStore {
  /** Keeps the bytes under the key, whole or not at all. Where it rejects, they may be there all the same: putting them again is safe. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /**
   * @param range what it asks for beyond the object's end is left out
   * @returns null where nothing is kept under the key
   */
  get(key: string, range?: ByteRange): Promise<Uint8Array | null>;
  /** Removes them, at most 1,000; one that is not there is not an error. Where it rejects, some may be gone. */
  remove(keys: readonly string[]): Promise<void>;
  /**
   * For clean-up: some of the keys that begin so.
   * @param from `next` of the list before; absent: the first ones
   */
  list(prefix: string, from?: string): Promise<ObjectList>;
}

export interface ObjectList {
  readonly keys: readonly string[];
  /** Where the list goes on; null: these were the last. */
  readonly next: string | null;
}

/**
 * `passing`: the store is away, silent, slow or overloaded; the same may succeed any moment.
 * `refused`: it answered, and somebody has to change something: the key, the bucket, the region, the clock.
 */
export type ObjectFailureKind = "passing" | "refused";

export class ObjectStoreFailure extends Error {
  readonly kind: ObjectFailureKind;
  /** Variable that is to be looked at; null: none is at fault. */
  readonly variable: string | null;

  /** @param message for people, with what to do where that is known; never a secret */
  constructor(kind: ObjectFailureKind, message: string, variable: string | null = null) {
    super(message);
    this.name = "ObjectStoreFailure";
    this.kind = kind;
    this.variable = variable;
  }
}

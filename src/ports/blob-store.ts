// Where bodies too large for the database are kept. One contract suite (tests/contracts/blob-store.ts) holds every implementation to this.

/** Names of blobs are 32 lower-case hex digits; what a name holds never changes. */
export interface BlobStore {
  /**
   * Keeps the bytes under the name, whole or, when it rejects, not at all.
   * @param failed they are of failed calls, which stay when there is little room
   */
  put(name: string, bytes: Uint8Array, failed?: boolean): Promise<void>;
  /** null where nothing is kept under the name. */
  get(name: string): Promise<Uint8Array | null>;
  has(name: string): Promise<boolean>;
  /** Removes it; one that is not there is not an error. */
  remove(name: string): Promise<void>;
  /**
   * All names that begin with two hex digits: a part of the store small enough to look at in one
   * step. Clears away what writes that were cut off left in that part.
   */
  list(firstDigits: string): Promise<readonly string[]>;
  /** Bytes that it takes, where some of what was removed may take room still; absent: none does. */
  takenBytes?(): number;
}

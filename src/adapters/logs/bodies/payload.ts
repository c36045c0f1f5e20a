// What the content of a body becomes when it is stored, and what packing asks of a store's table.

/** A content on its way in. */
export interface Content {
  readonly bytes: Uint8Array;
  /** The next of its kind may begin like it, as an agent's requests do. */
  readonly evolves: boolean;
}

/** A content that is stored once the transaction is through. */
export interface KeptPayload {
  readonly id: number;
  /** It cannot be read without the blob store. */
  readonly outside: boolean;
}

/** A content that was stored before. */
export interface StoredPayload extends KeptPayload {
  readonly root: number;
  readonly rootName: string;
}

/** A content to be stored. */
export interface AddedPayload extends KeptPayload {
  readonly name: string;
  /** As stored; null: it lies in the blob store under its name. */
  readonly data: Uint8Array | null;
  /** Bytes as stored. */
  readonly stored: number;
  /** Whether these are compressed. */
  readonly packed: boolean;
  /** The payload it was packed against: all but what differs from it is left out; null: none. */
  readonly base: number | null;
  /** The end of that chain; itself where there is no base. */
  readonly root: number;
  /** Bodies and payloads of the batch that need it. */
  readonly refs: number;
}

/** What a batch changes in the table of contents, all in the transaction that writes its rows. */
export interface PayloadChanges {
  readonly added: readonly AddedPayload[];
  /** How many more need a payload that was there before, by id. */
  readonly moreRefs: ReadonlyMap<number, number>;
  /** Payloads whose blob has gone: they give up their names, so that the content can be stored anew. */
  readonly blobless: readonly number[];
}

export interface WantedPayload {
  readonly name: string;
  /** It may lie in the blob store; what is small never does. */
  readonly isLarge: boolean;
  /** The payload that last had this content in its row, where that is known; it may have gone. */
  readonly recentId: number | undefined;
}

/** A table of contents as packing reads it, outside of any transaction. */
export interface PayloadTable {
  /** Those of the wanted that are stored, by name. */
  find(wanted: readonly WantedPayload[]): Promise<ReadonlyMap<string, StoredPayload>>;
  /** 0 where there is none. */
  highestId(): Promise<number>;
  /** Names of the contents that lie in rows, and the ids of these, the newest last. */
  newestInRows(max: number): Promise<readonly (readonly [name: string, id: number])[]>;
  /** Bytes in the blob store. */
  bytesOutside(): Promise<number>;
}

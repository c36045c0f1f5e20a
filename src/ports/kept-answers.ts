// Answers that were kept for later requests to refer to: each is its owner's alone.

/** Who made an answer, where it came in Responses itself. */
export interface AnswerMaker {
  /** The server's name; null: the router, of what a server of another protocol said. */
  readonly upstream: string | null;
  /** The server keeps it, too, and finds it by its id. */
  readonly isStored: boolean;
}

export interface FoundAnswer extends AnswerMaker {
  readonly id: string;
  /** The call's, whose row the log has. */
  readonly callId: string;
  /** The response object, without its output. */
  readonly head: string;
  readonly input: readonly FoundItem[];
  readonly output: readonly FoundItem[];
}

export interface FoundItem {
  readonly id: string;
  /** JSON as its author wrote it. */
  readonly text: string;
}

export interface MadeItem extends FoundItem, AnswerMaker {}

/** A promise rejects where the answers cannot be read. */
export interface KeptAnswers {
  /**
   * An answer that a server made an id for is found by the router's for its call, too: clients may have
   * read that first, in a stream that had begun before the server was asked.
   * @param owner null: whose it is does not matter, as for whoever may see the log
   * @returns null: there is none, or it is another's
   */
  find(owner: string | null, id: string): Promise<FoundAnswer | null>;
  /** Those of the items that are there, in any order. */
  items(owner: string | null, ids: readonly string[]): Promise<readonly MadeItem[]>;
  /** @returns whether it was there */
  remove(owner: string, id: string): Promise<boolean>;
}

// The kept answers of one connection, with count kept of the room that they take.
import type { Database } from "bun:sqlite";
import { answerBytes, oldestAnswer, removeAnswers } from "./answer-rows.ts";
import { inTransaction } from "../sqlite-file/run-sql.ts";

export interface AnswerBook {
  /** Bytes. */
  bytes(): number;
  /** After a transaction that wrote some. */
  grew(bytes: number): void;
  /** Epoch ms; null: there is none. */
  oldest(): number | null;
  /**
   * Removes at most `limit` answers, the oldest first, in a transaction of its own.
   * @param where of their columns
   * @returns how many
   */
  remove(where: string, parameters: readonly unknown[], limit: number): number;
}

export function createAnswerBook(db: Database): AnswerBook {
  let bytes: number | null = null;
  return {
    bytes: () => (bytes ??= answerBytes(db)),
    grew(by) {
      if (bytes !== null) bytes += by;
    },
    oldest: () => oldestAnswer(db),
    remove(where, parameters, limit) {
      const removed = inTransaction(db, "immediate", () =>
        removeAnswers(db, where, parameters, limit),
      );
      if (bytes !== null) bytes -= removed.bytes;
      return removed.count;
    },
  };
}

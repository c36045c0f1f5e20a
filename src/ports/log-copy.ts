// What copying a log from one store to another asks of the two.
import type { LogDetail } from "./browse.ts";
import type { AnswerMaker, MadeItem } from "./kept-answers.ts";
import type { LogReader } from "./log-reader.ts";

export type CopySource = Pick<LogReader, "list" | "get">;

export interface CopyTarget extends Pick<LogReader, "list"> {
  /**
   * Writes calls that have ended, with their bodies and under their ids; those that are there already stay.
   * Rejects where the store fails.
   * @returns how many bodies could not be stored
   */
  write(calls: readonly LogDetail[]): Promise<number>;
}

/** By what a kept answer is known in every store. */
export interface AnswerKey {
  /** 32 hex digits that say whose it is to nobody who does not know. */
  readonly owner: string;
  readonly id: string;
}

/** A kept answer with all that it holds. */
export interface CopiedAnswer extends AnswerKey, AnswerMaker {
  readonly callId: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly head: string;
  /** What was asked, then what was answered. */
  readonly items: readonly MadeItem[];
  /** Of them, those that were asked. */
  readonly inputs: number;
}

/** Rejects where the store fails; so does AnswerTarget. */
export interface AnswerSource {
  /**
   * Some answers, the newest first; none: there are no more.
   * @param before the last one of the page before; null: none was read yet
   * @param since epoch ms; null: all
   */
  page(before: CopiedAnswer | null, since: number | null): Promise<readonly CopiedAnswer[]>;
}

export interface AnswerTarget {
  /** Those of them that are there, in any order. */
  find(keys: readonly AnswerKey[]): Promise<readonly CopiedAnswer[]>;
  /** Writes them; one that is there already becomes this one. */
  keep(answers: readonly CopiedAnswer[]): Promise<void>;
}

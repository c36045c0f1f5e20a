// What copying a log from one store to another asks of the two.
import type { LogDetail } from "./browse.ts";
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

// The different values of a column of names, found in its index: one step for each of them, however
// many rows have it.
import type { Database } from "bun:sqlite";
import { runSql } from "../sqlite-file/run-sql.ts";

/** Columns of names, and which rows the index of each holds, in the index's own words. */
export const nameIndexes = {
  original_model: "true",
  // Those sent on under the name asked for are found by that.
  mapped_model: "mapped_model is not original_model",
  client: "client is not null",
} as const;

export type NameColumn = keyof typeof nameIndexes;

/** Limit on names looked at: a flood of invented ones must not hold up a list. */
const maxNames = 2_000;

/** @returns those that pass, in order of their letters */
export function namesIn(
  db: Database,
  column: NameColumn,
  passes: (name: string) => boolean,
): readonly string[] {
  const next = (after: ">=" | ">") => `select ${column} as name from requests
    where ${nameIndexes[column]} and ${column} ${after} ? order by ${column} limit 1`;
  const names: string[] = [];
  let [found] = runSql<{ name: string }>(db, next(">="), [""]);
  for (let step = 0; step < maxNames && found !== undefined; step++) {
    const { name } = found;
    if (passes(name)) names.push(name);
    [found] = runSql<{ name: string }>(db, next(">"), [name]);
  }
  return names;
}

// The words of a search as a condition on rows, for filters whose rows are few or sought in another order.
import type { Database } from "bun:sqlite";
import { runSql } from "../sqlite-file/run-sql.ts";
import type { RowSource, Statement } from "./list-statement.ts";

/** Rows of a filter that are compared with the words' rows, rather than that each of those is read and checked. */
export const maxCompared = 2_000;
/** Of words that more rows have, some are sure to be met soon. */
const fewRows = 20_000;

/** Rows that are looked up one after the other, each of which begins a search. */
export const maxLookedUp = 150;

/**
 * Those of some rows that have the words, at least the first of them. Rows that share another's entry are found by it.
 * Of words that many rows have, the first rows are looked up by their keys; else the words' rows are gone through once.
 * @param search table of the index
 * @param enough how many of the first are wanted
 */
export function withWords(
  db: Database,
  search: string,
  source: RowSource,
  seqs: readonly number[],
  enough: number,
): ReadonlySet<number> {
  if (seqs.length === 0) return new Set();
  if (source.isSoon && rowsWithWords(db, search, source) === "many") {
    const first = lookedUp(db, search, source, seqs.slice(0, maxLookedUp));
    if (first.size >= enough || seqs.length <= maxLookedUp) return first;
  }
  const { condition } = source;
  const rows = JSON.stringify(seqs);
  const entries =
    "select coalesce(twin_of, seq) from requests where seq in (select value from json_each(?))";
  const found = runSql<{ seq: number }>(
    db,
    `select seq from requests where seq in (select value from json_each(?)) and coalesce(twin_of, seq) in
      (select rowid from ${search} where ${condition?.text ?? "true"} and +rowid in (${entries}))`,
    [rows, ...(condition?.parameters ?? []), rows],
  );
  return new Set(found.map(({ seq }) => seq));
}

function lookedUp(
  db: Database,
  search: string,
  { condition }: RowSource,
  seqs: readonly number[],
): ReadonlySet<number> {
  const found = runSql<{ seq: number }>(
    db,
    `select requests.seq as seq from json_each(?) as given cross join requests on requests.seq = given.value
      cross join ${search} on ${search}.rowid = coalesce(twin_of, requests.seq) where ${condition?.text ?? "true"}`,
    [JSON.stringify(seqs), ...(condition?.parameters ?? [])],
  );
  return new Set(found.map(({ seq }) => seq));
}

const anyTwinSql = "select 1 from requests where twin_of is not null limit 1";

/** Whether rows share the index's entries of others. */
export function hasTwins(db: Database): boolean {
  return runSql(db, anyTwinSql).length > 0;
}

/** As one set of keys, made once. @param isShared whether rows share others' entries */
export function wordsAsSet(search: string, { condition }: RowSource, isShared: boolean): Statement {
  const found = `select rowid from ${search} where ${condition?.text ?? "true"}`;
  const own = condition?.parameters ?? [];
  if (!isShared) return { text: `+seq in (${found})`, parameters: own };
  return {
    text: `+seq in (${found} union all select seq from requests
      where twin_of is not null and twin_of in (${found}))`,
    parameters: [...own, ...own],
  };
}

/** How many rows have the words, `many` for more than are counted. */
export function rowsWithWords(
  db: Database,
  search: string,
  { condition }: RowSource,
): number | "many" {
  const [counted] = runSql<{ rows: number }>(
    db,
    `select count(*) as rows from (select 1 from ${search} where ${condition?.text ?? "true"} limit ?)`,
    [...(condition?.parameters ?? []), fewRows],
  );
  const rows = counted?.rows ?? 0;
  return rows < fewRows ? rows : "many";
}

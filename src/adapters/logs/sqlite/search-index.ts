// SQLite's full-text index over the log: what goes in, what leaves it, and a search in its own
// language. What goes wrong in it is kept apart from what goes wrong in the log: without an index the
// rows are still there.
import type { Kysely } from "kysely";
import { SQLiteError } from "bun:sqlite";
import { soughtParts, spacedWords } from "../../../domain/log/search-words.ts";
import { SearchDamage } from "../pipeline/log-engine.ts";
import { type Insertion, insertRows } from "./insert-rows.ts";
import { isPassing } from "./failures.ts";
import { runSql } from "./run-sql.ts";
import { mergeSearch, withoutMerging } from "./search-upkeep.ts";
import type { LogTables } from "./tables.ts";

/** A row with what it is found by. */
export interface IndexedRow {
  readonly seq: number;
  readonly text: string;
}

/** Each method throws SearchDamage where the index is to blame. */
export interface SearchIndex {
  /** Makes rows found by their texts; those in `replaced` were in it before. */
  put(
    transaction: Kysely<LogTables>,
    rows: readonly IndexedRow[],
    replaced: readonly number[],
  ): Promise<void>;
  remove(transaction: Kysely<LogTables>, seqs: readonly number[]): Promise<void>;
  /**
   * Gives up some of the room that removed rows still take.
   * @returns whether there is more
   */
  merge(db: Kysely<LogTables>, pages: number): Promise<boolean>;
}

/** @param table null: the log works without an index */
export function createSearchIndex(table: string | null): SearchIndex {
  if (table === null) return noIndex;
  const texts: Insertion = { into: table, columns: ["rowid", "text"] };
  const removal = `delete from ${table} where rowid in (select value from json_each(?))`;
  return {
    put: (transaction, rows, replaced) =>
      inIndex(async () => {
        if (replaced.length > 0) await runSql(transaction, removal, [JSON.stringify(replaced)]);
        const values = rows.map(({ seq, text }) => [seq, spacedWords(text)]);
        await insertRows(transaction, texts, values);
        // Else it writes with the commit, whose failure could be anything's.
        await runSql(transaction, `insert into ${table} (${table}) values ('flush')`);
      }),
    remove: (transaction, seqs) =>
      inIndex(() =>
        withoutMerging(transaction, table, () =>
          runSql(transaction, removal, [JSON.stringify(seqs)]),
        ),
      ),
    merge: (db, pages) => inIndex(() => mergeSearch(db, table, pages)),
  };
}

const noIndex: SearchIndex = {
  put: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  merge: () => Promise.resolve(false),
};

/** Does work that concerns nothing but the index. */
export async function inIndex<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SQLiteError && !isPassing(error)) throw new SearchDamage(error);
    throw error;
  }
}

/** The table of an index, as SQL makes it. Only the index: what was said lies in the bodies. */
export function searchTable(name: string): string {
  return `create virtual table ${name} using fts5(
    text, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2")`;
}

/** A search as FTS5 reads it (sqlite.org/fts5.html §3); null where it names no word. */
export function matchExpression(search: string): string | null {
  const parts = soughtParts(search).map(
    ({ phrase, open }) => `"${phrase.replaceAll('"', '""')}"${open ? " *" : ""}`,
  );
  return parts.length === 0 ? null : parts.join(" AND ");
}

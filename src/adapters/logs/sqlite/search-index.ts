// SQLite's full-text index over the log: what goes in, what leaves it, and a search in its own
// language. What goes wrong in it is kept apart from what goes wrong in the log: without an index the
// rows are still there.
import { type Database, SQLiteError } from "bun:sqlite";
import { soughtParts, spacedWords } from "../../../domain/log/search-words.ts";
import type { IndexedText } from "../rows/indexed-text.ts";
import { SearchDamage } from "../pipeline/log-engine.ts";
import { type Insertion, insertRows } from "./insert-rows.ts";
import { isPassing } from "../sqlite-file/failures.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { createSearchTwins } from "./search-twins.ts";
import { mergeSearch, withoutMerging } from "./search-upkeep.ts";

/** A row with what it is found by. */
export interface IndexedRow {
  readonly seq: number;
  readonly text: IndexedText;
}

/** Each method throws SearchDamage where the index is to blame. */
export interface SearchIndex {
  /** Makes rows found by their texts; those in `replaced` were in it before. */
  put(db: Database, rows: readonly IndexedRow[], replaced: readonly number[]): void;
  remove(db: Database, seqs: readonly number[]): void;
  /** As SearchTwins; to be asked of calls that have ended, before they are put in. */
  twinOf(row: IndexedRow): number | null;
  /** What was put in of late may not be there: its transaction failed. */
  forget(): void;
  /**
   * Gives up some of the room that removed rows still take.
   * @returns whether there is more
   */
  merge(db: Database, pages: number): boolean;
}

/** Apart, as to put them together would copy them. */
const textColumns = ["names", "asked", "answered"] as const;

/** @param table null: the log works without an index */
export function createSearchIndex(table: string | null): SearchIndex {
  if (table === null) return noIndex;
  const texts: Insertion = { into: table, columns: ["rowid", ...textColumns] };
  const removal = `delete from ${table} where rowid in (select value from json_each(?))`;
  const twins = createSearchTwins();
  return {
    twinOf: ({ seq, text }) => twins.of(seq, text),
    forget: () => {
      twins.clear();
    },
    put: (db, rows, replaced) =>
      inIndex(() => {
        if (replaced.length > 0) runSql(db, removal, [JSON.stringify(replaced)]);
        const values = rows.map(({ seq, text: { names, asked, answered } }) => [
          seq,
          spacedWords(names),
          spacedWords(asked),
          spacedWords(answered),
        ]);
        insertRows(db, texts, values);
        // Else it writes with the commit, whose failure could be anything's.
        runSql(db, `insert into ${table} (${table}) values ('flush')`);
      }),
    remove(db, seqs) {
      twins.clear();
      inIndex(() => withoutMerging(db, table, () => runSql(db, removal, [JSON.stringify(seqs)])));
    },
    merge: (db, pages) => inIndex(() => mergeSearch(db, table, pages)),
  };
}

const noIndex: SearchIndex = {
  put: () => undefined,
  remove: () => undefined,
  twinOf: () => null,
  forget: () => undefined,
  merge: () => false,
};

/** Does work that concerns nothing but the index. */
export function inIndex<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof SQLiteError && !isPassing(error)) throw new SearchDamage(error);
    throw error;
  }
}

/** The table of an index, as SQL makes it. Only the index: what was said lies in the bodies. */
export function searchTable(name: string): string {
  return `create virtual table ${name} using fts5(
    ${textColumns.join(", ")}, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2")`;
}

/** Behind a word that may go on. What it stands for is put together before the first row is given. */
export const anyEnd = " *";

/** Words of an index that begin in a way; null: they are not known, or too many to be named. */
export type WordsFrom = (beginning: string) => readonly string[] | null;

/** A search as FTS5 reads it (sqlite.org/fts5.html §3), but no further than to a NUL; null where it names no word. */
export function matchExpression(search: string, wordsFrom: WordsFrom = () => null): string | null {
  const parts = soughtParts(search).map(({ phrase, open }) => {
    const text = phrase.replaceAll("\0", " ").replaceAll('"', '""');
    if (!open) return `"${text}"`;
    const beginning = plainEnd.exec(text)?.[1];
    const words = beginning === undefined ? null : wordsFrom(beginning.toLowerCase());
    if (beginning === undefined || words === null || words.length === 0)
      return `"${text}"${anyEnd}`;
    const head = text.slice(0, -beginning.length);
    return `(${words.map((word) => `"${head}${word}"`).join(" OR ")})`;
  });
  return parts.length === 0 ? null : parts.join(" AND ");
}

/** A last word whose letters the index only makes small; beside others it may be part of a longer one. */
const plainEnd = /(?:^|[^A-Za-z0-9\u0080-\uffff])([A-Za-z0-9]+)$/;

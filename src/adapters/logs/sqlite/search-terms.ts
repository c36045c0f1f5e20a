// What a search asks of the index, word by word. Of the words that begin as a sought one does, FTS5 puts the
// rows together before it gives the first of them, which takes tens of milliseconds where half of the log has
// one; where these words are few and named one by one, it gives the newest rows as it meets them.
import type { Database } from "bun:sqlite";
import { runSql } from "../sqlite-file/run-sql.ts";
import { type RowSource, soughtRows } from "./list-statement.ts";
import { inIndex } from "./search-index.ts";

/** Words with the same beginning that are named. To find one takes up to a millisecond. */
const maxNamed = 12;
/** Words that the index takes for what they are, whatever it makes of others. */
const plain = /^[a-z0-9]+$/;

/**
 * Where the rows of a search come from; null where nothing can be found.
 * @param search table of the index
 * @throws SearchDamage
 */
export function soughtIn(db: Database, q: string, search: string | null): RowSource | null {
  if (search === null) return soughtRows(q, search);
  return inIndex(() => soughtRows(q, search, (beginning) => wordsFrom(db, search, beginning)));
}

/** The words of the index that begin so; null: they are not known, or too many to be named. */
function wordsFrom(db: Database, search: string, beginning: string): readonly string[] | null {
  const table = wordTable(db, search);
  if (table === null) return null;
  const words: string[] = [];
  let from = beginning;
  for (;;) {
    const [found] = runSql<{ term: string }>(
      db,
      `select term from ${table} where term >= ? limit 1`,
      [from],
    );
    if (found === undefined || !found.term.startsWith(beginning)) return words;
    if (words.length === maxNamed || !plain.test(found.term)) return null;
    words.push(found.term);
    // What follows it is at least as long.
    from = `${found.term}\u0001`;
  }
}

/** FTS5's own view of an index's words, of this connection alone; null: there cannot be one. */
function wordTable(db: Database, search: string): string | null {
  const name = `${search}_words`;
  const there = runSql(db, "select 1 from temp.sqlite_master where name = ?", [name]);
  if (there.length > 0) return `temp.${name}`;
  const [mode] = runSql<{ query_only: number }>(db, "pragma query_only");
  try {
    // It lies in memory, but a connection that only reads would not make that either.
    runSql(db, "pragma query_only = off");
    runSql(db, `create virtual table temp.${name} using fts5vocab(main, ${search}, instance)`);
    return `temp.${name}`;
  } catch {
    return null;
  } finally {
    runSql(db, `pragma query_only = ${mode?.query_only ?? 0}`);
  }
}

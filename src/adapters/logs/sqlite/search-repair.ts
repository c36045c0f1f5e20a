// A search index that is damaged is begun anew and filled again from the rows and their bodies, newest
// first; the log is written and read meanwhile.
import type { Database } from "bun:sqlite";
import type { BlobStore } from "../../../ports/blob-store.ts";
import { readState, searchHolds, searchIsIn } from "./log-state.ts";
import { spokenText } from "../pipeline/spoken-text.ts";
import { inTransaction, runSql } from "../sqlite-file/run-sql.ts";
import { indexedText } from "../rows/indexed-text.ts";
import { inIndex, type IndexedRow, type SearchIndex, searchTable } from "./search-index.ts";
import { bodiesOfRow } from "./sqlite-reader.ts";
import { apiRow, rowColumns, type StoredRow } from "../rows/stored-row.ts";
import { bodyBytes } from "../rows/log-row.ts";

/**
 * Takes a damaged index out of use and begins an empty one. One too damaged to be dropped stays where
 * it is, and the new one gets another name; where even that fails, the log goes on without.
 * @param table of the damaged one
 * @returns the new one; null: the log goes on without
 */
export function beginSearchAnew(db: Database, table: string | null): string | null {
  const usual = table ?? "search";
  const next = `search_${Number(/\d+$/.exec(usual)?.[0] ?? 1) + 1}`;
  const ways: readonly (readonly [name: string | null, statements: readonly string[]])[] = [
    [usual, [`drop table if exists ${usual}`, searchTable(usual)]],
    [next, [searchTable(next)]],
    [null, []],
  ];
  let failure: unknown = null;
  for (const [name, statements] of ways)
    try {
      inTransaction(db, "immediate", () => {
        for (const statement of statements) runSql(db, statement);
        searchIsIn(db, name);
        const [top] = runSql<{ seq: number | null }>(db, "select max(seq) as seq from requests");
        searchHolds(db, (top?.seq ?? 0) + 1);
      });
      return name;
    } catch (error) {
      failure = error;
    }
  throw failure;
}

/** Looks the whole index through. @throws SearchDamage */
export function checkSearch(db: Database, table: string): void {
  inIndex(() => runSql(db, `insert into ${table} (${table}) values ('integrity-check')`));
}

const unindexedSql = `select seq, ${rowColumns.join(", ")}, bodies
  from requests where seq < ? order by seq desc limit ?`;

/**
 * Puts the newest of the rows that are not in the index into it, at most `limit`.
 * @returns whether there are more
 */
export async function indexOlder(
  db: Database,
  blobs: BlobStore,
  index: SearchIndex,
  limit: number,
): Promise<boolean> {
  const { searchBelow } = readState(db);
  if (searchBelow === null) return false;
  const rows = runSql<StoredRow & { readonly seq: number; readonly bodies: string | null }>(
    db,
    unindexedSql,
    [searchBelow, limit],
  );
  const texts: IndexedRow[] = [];
  for (const row of rows.toReversed()) {
    const { bodies } = await bodiesOfRow(db, blobs, row);
    const bytes = (kind: "request" | "response") => {
      const body = bodies[kind];
      return body === null ? null : bodyBytes(body);
    };
    const said = spokenText(bytes("request"), bytes("response"));
    texts.push({ seq: row.seq, text: indexedText(apiRow(row), said) });
  }
  inTransaction(db, "immediate", () => {
    // One that was written since is in it already.
    index.put(
      db,
      texts,
      texts.map(({ seq }) => seq),
    );
    searchHolds(db, rows.length < limit ? null : (rows.at(-1)?.seq ?? null));
  });
  return rows.length === limit;
}

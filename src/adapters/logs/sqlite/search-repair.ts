// A search index that is damaged is begun anew and filled again from the rows and their bodies, newest
// first; the log is written and read meanwhile.
import type { Kysely } from "kysely";
import type { BlobStore } from "../../../ports/blob-store.ts";
import { readState, searchHolds, searchIsIn } from "./log-state.ts";
import { spokenText } from "../pipeline/read-entry.ts";
import { inTransaction, runSql } from "./run-sql.ts";
import { indexedText, type NamedRow } from "../rows/indexed-text.ts";
import { inIndex, type SearchIndex, searchTable } from "./search-index.ts";
import { bodiesOfRow } from "./sqlite-reader.ts";
import { bodyBytes } from "../rows/log-row.ts";
import type { LogTables } from "./tables.ts";

/**
 * Takes a damaged index out of use and begins an empty one. One too damaged to be dropped stays where
 * it is, and the new one gets another name; where even that fails, the log goes on without.
 * @param table of the damaged one
 * @returns the new one; null: the log goes on without
 */
export async function beginSearchAnew(
  db: Kysely<LogTables>,
  table: string | null,
): Promise<string | null> {
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
      await inTransaction(db, "immediate", async (transaction) => {
        for (const statement of statements) await runSql(transaction, statement);
        await searchIsIn(transaction, name);
        const [top] = await runSql<{ seq: number | null }>(
          transaction,
          "select max(seq) as seq from requests",
        );
        await searchHolds(transaction, (top?.seq ?? 0) + 1);
      });
      return name;
    } catch (error) {
      failure = error;
    }
  throw failure;
}

/** Looks the whole index through. @throws SearchDamage */
export async function checkSearch(db: Kysely<LogTables>, table: string): Promise<void> {
  await inIndex(() => runSql(db, `insert into ${table} (${table}) values ('integrity-check')`));
}

type UnindexedRow = NamedRow & { readonly seq: number; readonly id: string };

const unindexedSql = `select seq, id, original_model, mapped_model, upstream, path, source_ip,
    auth_user, error_message
  from requests where seq < ? order by seq desc limit ?`;

/**
 * Puts the newest of the rows that are not in the index into it, at most `limit`.
 * @returns whether there are more
 */
export async function indexOlder(
  db: Kysely<LogTables>,
  blobs: BlobStore,
  index: SearchIndex,
  limit: number,
): Promise<boolean> {
  const { searchBelow } = await readState(db);
  if (searchBelow === null) return false;
  const rows = await runSql<UnindexedRow>(db, unindexedSql, [searchBelow, limit]);
  const texts: { seq: number; text: string }[] = [];
  for (const row of rows.toReversed()) {
    const { bodies } = await bodiesOfRow(db, blobs, row.id);
    const bytes = (kind: "request" | "response") => {
      const body = bodies[kind];
      return body === null ? null : bodyBytes(body);
    };
    const said = spokenText(bytes("request"), bytes("response"));
    texts.push({ seq: row.seq, text: indexedText(row, said) });
  }
  await inTransaction(db, "immediate", async (transaction) => {
    // One that was written since is in it already.
    await index.put(
      transaction,
      texts,
      texts.map(({ seq }) => seq),
    );
    await searchHolds(transaction, rows.length < limit ? null : (rows.at(-1)?.seq ?? null));
  });
  return rows.length === limit;
}

// SQLite's full-text index over the log: what goes in, and a search in its own language.
import type { Kysely } from "kysely";
import { soughtParts, spacedWords } from "../../domain/search-words.ts";
import type { LogWrite } from "../../ports/log-store.ts";
import { type Insertion, insertRows } from "./insert-rows.ts";
import { runSql } from "./run-sql.ts";
import type { LogTables } from "./tables.ts";

const texts: Insertion = { into: "search", columns: ["rowid", "text"] };

/** Makes rows found by their texts, in place of what they were found by before. */
export async function indexTexts(
  transaction: Kysely<LogTables>,
  rows: readonly { readonly seq: number; readonly isNew: boolean; readonly write: LogWrite }[],
): Promise<void> {
  const replaced = rows.filter(({ isNew }) => !isNew).map(({ seq }) => seq);
  if (replaced.length > 0)
    await runSql(
      transaction,
      "delete from search where rowid in (select value from json_each(?))",
      [JSON.stringify(replaced)],
    );
  await insertRows(
    transaction,
    texts,
    rows.map(({ seq, write }) => [seq, spacedWords(indexedText(write))]),
  );
}

/** Every text by which a row is found. */
export function indexedText({ entry, searchText }: LogWrite): string {
  const { originalModel, mapped, upstream, path, sourceIp, authUser, errorMessage } = {
    ...entry,
    mapped: entry.mappedModel === entry.originalModel ? null : entry.mappedModel,
  };
  const models = [originalModel, mapped].filter((name) => name !== null);
  return [
    ...models,
    // So that `3.2` finds `llama3.2`.
    ...models.map((name) => name.replaceAll(/(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/gu, " ")),
    upstream,
    path,
    sourceIp,
    authUser,
    errorMessage,
    searchText,
  ]
    .filter((text) => text !== null && text !== "")
    .join("\n");
}

/** A search as FTS5 reads it (sqlite.org/fts5.html §3); null where it names no word. */
export function matchExpression(search: string): string | null {
  const parts = soughtParts(search).map(
    ({ phrase, open }) => `"${phrase.replaceAll('"', '""')}"${open ? " *" : ""}`,
  );
  return parts.length === 0 ? null : parts.join(" AND ");
}

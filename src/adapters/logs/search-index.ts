// SQLite's full-text index over the log: what goes in, and a search in its own language.
import type { Kysely } from "kysely";
import { soughtParts, spacedWords } from "../../domain/search-words.ts";
import type { LogWrite } from "../../ports/log-store.ts";
import { runSql } from "./run-sql.ts";
import type { LogTables } from "./tables.ts";

/** Writes what a row is found by, in place of what it was found by before. */
export async function indexText(
  transaction: Kysely<LogTables>,
  seq: number,
  write: LogWrite,
): Promise<void> {
  await runSql(transaction, "insert or replace into search (rowid, text) values (?, ?)", [
    seq,
    spacedWords(indexedText(write)),
  ]);
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

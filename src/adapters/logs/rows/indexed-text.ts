// The text by which the search finds a row, the same in every store.
import type { LogWrite } from "../pipeline/log-engine.ts";

/** What of a row is found beside what was said. */
export interface NamedRow {
  readonly original_model: string | null;
  readonly mapped_model: string | null;
  readonly upstream: string | null;
  readonly path: string;
  readonly source_ip: string;
  readonly auth_user: string | null;
  readonly error_message: string | null;
}

/** Every text by which a row is found. */
export function indexedText(row: NamedRow, said: string): string {
  const { original_model: original, mapped_model: mapped } = row;
  const models = [original, mapped === original ? null : mapped].filter((name) => name !== null);
  return [
    ...models,
    // So that `3.2` finds `llama3.2`.
    ...models.map((name) => name.replaceAll(/(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/gu, " ")),
    row.upstream,
    row.path,
    row.source_ip,
    row.auth_user,
    row.error_message,
    said,
  ]
    .filter((text) => text !== null && text !== "")
    .join("\n");
}

/** As `indexedText`, of a call that is being written. */
export function writtenText({ entry, searchText }: LogWrite): string {
  const row: NamedRow = {
    original_model: entry.originalModel,
    mapped_model: entry.mappedModel,
    upstream: entry.upstream,
    path: entry.path,
    source_ip: entry.sourceIp,
    auth_user: entry.authUser,
    error_message: entry.errorMessage,
  };
  return indexedText(row, searchText);
}

// The texts by which the search finds a row, the same in every store.
import type { SpokenText } from "../../../domain/conversation/search-text.ts";
import { withNumbersApart } from "../../../domain/log/numbers-apart.ts";
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

/** Every text by which a row is found. Words sought together may stand in different ones. */
export interface IndexedText extends SpokenText {
  readonly names: string;
}

export function indexedText(row: NamedRow, said: SpokenText): IndexedText {
  const { original_model: original, mapped_model: mapped } = row;
  const names = [
    original === null ? null : modelWords(original),
    mapped === null || mapped === original ? null : modelWords(mapped),
    row.upstream,
    row.path,
    row.source_ip,
    row.auth_user,
    row.error_message,
  ];
  return { names: names.filter((text) => text !== null && text !== "").join("\n"), ...said };
}

/** As `indexedText`, of a call that is being written. */
export function writtenText({ entry, said }: LogWrite): IndexedText {
  const row: NamedRow = {
    original_model: entry.originalModel,
    mapped_model: entry.mappedModel,
    upstream: entry.upstream,
    path: entry.path,
    source_ip: entry.sourceIp,
    auth_user: entry.authUser,
    error_message: entry.errorMessage,
  };
  return indexedText(row, said);
}

const maxModels = 500;
const words = new Map<string, string>();

/** A model's name, and once more with its numbers apart, so that `3.2` finds `llama3.2`. */
function modelWords(name: string): string {
  const known = words.get(name);
  if (known !== undefined) return known;
  const apart = withNumbersApart(name);
  if (words.size >= maxModels) words.clear();
  const text = apart === null ? name : `${name}\n${apart.text}`;
  words.set(name, text);
  return text;
}

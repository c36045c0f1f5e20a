// A call's columns in PostgreSQL, in `requests` and `inflight` alike, and a row on its way into them.
import type { StoredRow } from "../rows/stored-row.ts";
import { originalOrNull, originalText, safeText } from "./safe-text.ts";

const types = {
  id: "uuid",
  timestamp: "bigint",
  state: "text",
  service_type: "text",
  original_model: "text",
  other_model: "text",
  mapped: "boolean",
  upstream: "text",
  status_code: "integer",
  duration_ms: "double precision",
  ttft_ms: "double precision",
  prompt_tokens: "bigint",
  completion_tokens: "bigint",
  total_tokens: "bigint",
  resent_from: "text",
  detail: "text",
  who: "text",
  client_name: "text",
  client: "text",
  thread_id: "text",
  turns_key: "text",
  cost: "bigint",
} as const;

export interface ReadColumns extends Omit<StoredRow, "mapped_model"> {
  readonly other_model: string | null;
  readonly mapped: boolean;
}

type CallColumns = Record<keyof typeof types, string | number | boolean | null>;

/** Their names, as they stand in a statement. */
export const callColumns = Object.keys(types).join(", ");

/** Names and types, as `json_to_recordset` wants them. */
export const callColumnTypes = columnTypes(Object.keys(types) as (keyof typeof types)[]);

/** Likewise, of some of them. */
export function columnTypes(names: readonly (keyof typeof types)[]): string {
  return names.map((name) => `${name} ${types[name]}`).join(", ");
}

/** The columns in a shape that needs no further conversion: bigint would come as text. */
export const readColumns = columnsRead("");

/** Likewise, of a table named `r`. */
export const readColumnsOfR = columnsRead("r.");

function columnsRead(table: string): string {
  return Object.entries(types)
    .map(([name, type]) => {
      const column = table + name;
      if (type === "bigint") return `${column}::double precision`;
      return type === "uuid" ? `${column}::text` : column;
    })
    .join(", ");
}

/** A row that these were asked of. */
export function storedRow(columns: ReadColumns): StoredRow {
  const { other_model: other, mapped, ...own } = columns;
  const original = originalOrNull(own.original_model);
  return {
    ...own,
    original_model: original,
    mapped_model: mapped ? (originalOrNull(other) ?? original) : null,
    upstream: originalOrNull(own.upstream),
    resent_from: originalOrNull(own.resent_from),
    detail: originalText(own.detail),
    who: originalOrNull(own.who),
    client_name: originalOrNull(own.client_name),
    client: originalOrNull(own.client),
  };
}

const textOrNull = (text: string | null) => (text === null ? null : safeText(text));

export function columnsOf(row: StoredRow): CallColumns {
  const { original_model: original, mapped_model: mapped } = row;
  return {
    id: row.id,
    timestamp: row.timestamp,
    state: row.state,
    service_type: row.service_type,
    original_model: textOrNull(original),
    other_model: mapped === original ? null : textOrNull(mapped),
    mapped: mapped !== null,
    upstream: textOrNull(row.upstream),
    status_code: row.status_code,
    duration_ms: row.duration_ms,
    ttft_ms: row.ttft_ms,
    prompt_tokens: row.prompt_tokens,
    completion_tokens: row.completion_tokens,
    total_tokens: row.total_tokens,
    resent_from: textOrNull(row.resent_from),
    detail: safeText(row.detail),
    who: textOrNull(row.who),
    client_name: textOrNull(row.client_name),
    client: textOrNull(row.client),
    thread_id: row.thread_id,
    turns_key: row.turns_key,
    cost: row.cost,
  };
}

// The API's rows as the table holds them.
import type { LoggedAttempt } from "../../../domain/log/log-entry.ts";
import type { HeaderList } from "../../../domain/http/headers.ts";
import type { LogRow } from "../../../ports/browse.ts";
import { isoTime } from "../rows/log-row.ts";
import type { RequestsTable, StoredRow } from "./tables.ts";

/** A row as stored. */
export function tableRow(row: LogRow, seq: number): RequestsTable {
  return {
    seq,
    ...row,
    timestamp: Date.parse(row.timestamp),
    completed_at: row.completed_at === null ? null : Date.parse(row.completed_at),
    attempts: JSON.stringify(row.attempts),
    dropped: JSON.stringify(row.dropped),
    warnings: JSON.stringify(row.warnings),
    stream: row.stream ? 1 : 0,
    tokens_estimated: row.tokens_estimated ? 1 : 0,
    request_headers: JSON.stringify(row.request_headers),
    response_headers: JSON.stringify(row.response_headers),
  };
}

/** A stored row as the API gives it. */
export function apiRow(stored: StoredRow): LogRow {
  return {
    ...stored,
    timestamp: isoTime(stored.timestamp),
    completed_at: stored.completed_at === null ? null : isoTime(stored.completed_at),
    attempts: JSON.parse(stored.attempts) as LoggedAttempt[],
    dropped: JSON.parse(stored.dropped) as string[],
    warnings: JSON.parse(stored.warnings) as string[],
    stream: stored.stream !== 0,
    tokens_estimated: stored.tokens_estimated !== 0,
    request_headers: JSON.parse(stored.request_headers) as HeaderList,
    response_headers: JSON.parse(stored.response_headers) as HeaderList,
  };
}

/** All but the key, which is the table's own affair. */
export const rowColumns = [
  "id",
  "timestamp",
  "completed_at",
  "state",
  "source_ip",
  "method",
  "path",
  "service_type",
  "user_agent",
  "auth_user",
  "original_model",
  "mapped_model",
  "upstream",
  "upstream_url",
  "upstream_request_id",
  "held",
  "route",
  "attempts",
  "dropped",
  "warnings",
  "resent_from",
  "stream",
  "status_code",
  "error_message",
  "duration_ms",
  "ttft_ms",
  "prompt_tokens",
  "completion_tokens",
  "total_tokens",
  "tokens_estimated",
  "cached_tokens",
  "reasoning_tokens",
  "finish_reason",
  "request_size",
  "response_size",
  "request_headers",
  "response_headers",
] as const satisfies readonly (keyof StoredRow)[];

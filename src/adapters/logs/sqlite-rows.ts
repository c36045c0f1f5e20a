// The API's rows and filters as the tables hold and answer them.
import { sql } from "kysely";
import type { Kysely, SelectQueryBuilder } from "kysely";
import type { CapturedBodies, LoggedAttempt } from "../../domain/log-entry.ts";
import type { HeaderList } from "../../domain/headers.ts";
import type { LogFilter, LogRow } from "../../ports/browse.ts";
import { isoTime } from "./log-row.ts";
import type { BodiesTable, LogTables, RequestsTable } from "./tables.ts";

/** A row as stored. */
export function tableRow(row: LogRow): RequestsTable {
  return {
    ...row,
    timestamp: Date.parse(row.timestamp),
    completed_at: row.completed_at === null ? null : Date.parse(row.completed_at),
    attempts: JSON.stringify(row.attempts),
    dropped: JSON.stringify(row.dropped),
    stream: row.stream ? 1 : 0,
    tokens_estimated: row.tokens_estimated ? 1 : 0,
    request_headers: JSON.stringify(row.request_headers),
    response_headers: JSON.stringify(row.response_headers),
  };
}

/** A stored row as the API gives it. */
export function apiRow(stored: RequestsTable): LogRow {
  return {
    ...stored,
    timestamp: isoTime(stored.timestamp),
    completed_at: stored.completed_at === null ? null : isoTime(stored.completed_at),
    attempts: JSON.parse(stored.attempts) as LoggedAttempt[],
    dropped: JSON.parse(stored.dropped) as string[],
    stream: stored.stream !== 0,
    tokens_estimated: stored.tokens_estimated !== 0,
    request_headers: JSON.parse(stored.request_headers) as HeaderList,
    response_headers: JSON.parse(stored.response_headers) as HeaderList,
  };
}

/** Stored bodies; a row without any has none. */
export function storedBodies(stored: BodiesTable | undefined): CapturedBodies {
  const body = (bytes: Uint8Array | null | undefined, truncated: number | undefined) =>
    bytes ? { chunks: [bytes], truncated: truncated === 1 } : null;
  return {
    request: body(stored?.request, stored?.request_truncated),
    response: body(stored?.response, stored?.response_truncated),
  };
}

type RequestsQuery = SelectQueryBuilder<LogTables, "requests", RequestsTable>;

/** A column that names a model; a filter by model looks at both. */
type ModelColumn = "original_model" | "mapped_model";

const searched = [
  "id",
  "original_model",
  "mapped_model",
  "upstream",
  "path",
  "source_ip",
  "auth_user",
  "error_message",
] as const;

/**
 * The newest rows that a filter lets through, at most `limit`.
 * @param modelColumn which of the two the filter's model is compared with: one at a time, so that
 *   its index gives the rows in order
 */
export function filteredRows(
  db: Kysely<LogTables>,
  filter: LogFilter,
  limit: number,
  modelColumn: ModelColumn,
): RequestsQuery {
  const { before, since, model, service_type, status, upstream, state, q } = filter;
  let query: RequestsQuery = db.selectFrom("requests").selectAll();
  if (before !== undefined) query = query.where("id", "<", before);
  if (since !== undefined)
    query = query.where("timestamp", ">=", since).where("id", ">=", lowestId(since));
  if (model !== undefined) query = query.where(modelColumn, "=", model);
  if (service_type !== undefined) query = query.where("service_type", "=", service_type);
  if (status !== undefined) query = withStatus(query, status);
  if (upstream !== undefined) query = query.where("upstream", "=", upstream);
  if (state !== undefined) query = query.where("state", "=", state);
  if (q !== undefined) {
    const pattern = `%${q.toLowerCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
    query = query.where((expression) =>
      expression.or(
        searched.map(
          (column) => sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`,
        ),
      ),
    );
  }
  return query.orderBy("id", "desc").limit(limit);
}

function withStatus(
  query: RequestsQuery,
  { from, to }: { readonly from: number; readonly to: number },
): RequestsQuery {
  if (from === to) return query.where("status_code", "=", from);
  // Written as the index on the class is.
  if (from % 100 === 0 && to === from + 99)
    return query.where(sql`(status_code / 100)`, "=", sql.lit(from / 100));
  return query.where("status_code", ">=", from).where("status_code", "<=", to);
}

/** At most, between a request's id and its timestamp: the body is read in between. */
const idLeadMs = 3_600_000;

/**
 * No row of that time or later has a smaller id, as an id begins with its time (RFC 9562 §5.7). It
 * ends a search for rows that are not there at `since`, not at the oldest row.
 */
function lowestId(since: number): string {
  const time = Math.max(0, since - idLeadMs);
  const hex = time.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

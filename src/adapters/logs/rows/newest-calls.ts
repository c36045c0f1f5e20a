// Calls by words, row by row: what charts and figures show of them.
import type { LogFilter, PerformancePoint, PointsFilter } from "../../../ports/browse.ts";
import type { CallFilter } from "../../../ports/periods.ts";
import { mostCalls, type PeriodCall } from "./period-of-calls.ts";
import { apiRow, type StoredRow } from "./stored-row.ts";

/** Rows of a filter as a list has them, newest first. */
export type ReadRows = (filter: LogFilter) => readonly StoredRow[] | Promise<readonly StoredRow[]>;

/** Rows may be large: no more of them are held than a page of the list has. */
const rowsAtOnce = 500;

/** The newest calls of a filter, in flight or ended: `mostCalls`, and one more where there are more. */
export async function newestCalls(
  filter: CallFilter,
  read: ReadRows,
): Promise<readonly PeriodCall[]> {
  const calls: PeriodCall[] = [];
  let before: string | undefined;
  for (;;) {
    const limit = Math.min(rowsAtOnce, mostCalls + 1 - calls.length);
    const rows = await read({ ...filter, limit, ...(before === undefined ? {} : { before }) });
    for (const row of rows) calls.push(periodCall(row));
    before = rows.at(-1)?.id;
    if (rows.length < limit || calls.length > mostCalls) return calls;
  }
}

/** Of the newest of them those that have ended. */
export async function newestPoints(
  { limit, ...filter }: PointsFilter,
  read: ReadRows,
): Promise<readonly PerformancePoint[]> {
  const calls = await newestCalls(filter, read);
  return calls
    .slice(0, mostCalls)
    .filter(({ state }) => state !== "inflight")
    .slice(0, limit);
}

function periodCall(stored: StoredRow): PeriodCall {
  const row = apiRow(stored);
  return {
    id: row.id,
    timestamp: row.timestamp,
    state: row.state,
    model: row.mapped_model ?? row.original_model,
    upstream: row.upstream,
    user: row.auth_user ?? row.source_ip,
    client: row.client,
    status_code: row.status_code,
    duration_ms: row.duration_ms,
    ttft_ms: row.ttft_ms,
    prompt_tokens: row.prompt_tokens,
    completion_tokens: row.completion_tokens,
    total_tokens: row.total_tokens,
    cached_tokens: row.cached_tokens,
    cost: row.cost,
  };
}

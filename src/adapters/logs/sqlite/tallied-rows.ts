// Rows as tallies and threads count them.
import type { Database } from "bun:sqlite";
import { cachedTokensPlace, type StoredRow } from "../rows/stored-row.ts";
import type { TalliedCall } from "../rows/tally.ts";
import type { ThreadedRow } from "../rows/thread-sums.ts";
import { runSql } from "../sqlite-file/run-sql.ts";

/** What `TalliedCall` holds, of a row that has ended. */
const talliedColumns = `timestamp, state, service_type, original_model, mapped_model, upstream,
  status_code, duration_ms, ttft_ms, prompt_tokens, completion_tokens, total_tokens, who, client, cost,
  case when state <> 'inflight' then json_extract(detail, '$[${cachedTokensPlace}]') end as cached_tokens`;

/** A row as both count it. */
export type CountedCall = TalliedCall & ThreadedRow & Pick<StoredRow, "detail">;

/** Likewise, and what `ThreadedRow` holds. */
export const countedColumns = `id, thread_id, client_name, ${talliedColumns}`;

/** @param where with its parameters */
export function talliedRows(
  db: Database,
  where: string,
  parameters: readonly unknown[],
): readonly TalliedCall[] {
  return runSql<TalliedCall>(
    db,
    `select ${talliedColumns} from requests where ${where}`,
    parameters,
  );
}

/** Likewise, as both count them. */
export function countedRows(
  db: Database,
  where: string,
  parameters: readonly unknown[],
): readonly CountedCall[] {
  return runSql<CountedCall>(
    db,
    `select ${countedColumns}, detail from requests where ${where}`,
    parameters,
  );
}

// Rows as tallies count them.
import type { Database } from "bun:sqlite";
import { cachedTokensPlace } from "../rows/stored-row.ts";
import type { TalliedCall } from "../rows/tally.ts";
import { runSql } from "../sqlite-file/run-sql.ts";

/** What `TalliedCall` holds, of a row that has ended. */
export const talliedColumns = `timestamp, state, service_type, original_model, mapped_model, upstream,
  status_code, duration_ms, ttft_ms, prompt_tokens, completion_tokens, total_tokens, who, client, cost,
  case when state <> 'inflight' then json_extract(detail, '$[${cachedTokensPlace}]') end as cached_tokens`;

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

// The log's tables as kysely knows them. Times are epoch ms, flags 0 or 1, lists JSON text: what
// both SQLite and PostgreSQL keep without loss.
import type { LogState } from "../../domain/log-entry.ts";
import type { ServiceType } from "../../domain/call.ts";

export interface RequestsTable {
  /** UUIDv7 in its usual lower case text form, so that text order is time order. */
  readonly id: string;
  readonly timestamp: number;
  readonly completed_at: number | null;
  readonly state: LogState;
  readonly source_ip: string;
  readonly method: string;
  readonly path: string;
  readonly service_type: ServiceType;
  readonly user_agent: string | null;
  readonly auth_user: string | null;
  readonly original_model: string | null;
  readonly mapped_model: string | null;
  readonly upstream: string | null;
  readonly upstream_url: string | null;
  readonly upstream_request_id: string | null;
  readonly held: "partial" | null;
  readonly route: string | null;
  readonly attempts: string;
  readonly dropped: string;
  readonly stream: number;
  readonly status_code: number | null;
  readonly error_message: string | null;
  readonly duration_ms: number | null;
  readonly ttft_ms: number | null;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  readonly total_tokens: number | null;
  readonly tokens_estimated: number;
  readonly finish_reason: string | null;
  readonly request_size: number;
  readonly response_size: number;
  readonly request_headers: string;
  readonly response_headers: string;
}

/** Beside the rows, so that lists and figures never read bodies. */
export interface BodiesTable {
  readonly request_id: string;
  /** Of the row, so that bodies can go before it. */
  readonly timestamp: number;
  readonly request: Uint8Array | null;
  readonly request_truncated: number;
  readonly response: Uint8Array | null;
  readonly response_truncated: number;
}

export interface LogTables {
  readonly requests: RequestsTable;
  readonly bodies: BodiesTable;
}

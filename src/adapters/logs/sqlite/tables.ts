// The log's tables as kysely knows them. Times are epoch ms, flags 0 or 1, lists JSON text: what
// both SQLite and PostgreSQL keep without loss.
import type { LoggedService, LogState } from "../../../domain/log/log-entry.ts";

/** A row as the API tells it. */
export interface StoredRow {
  /** UUIDv7 in its usual lower case text form, so that text order is time order. */
  readonly id: string;
  readonly timestamp: number;
  readonly completed_at: number | null;
  readonly state: LogState;
  readonly source_ip: string;
  readonly method: string;
  readonly path: string;
  readonly service_type: LoggedService;
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
  readonly warnings: string;
  readonly resent_from: string | null;
  readonly stream: number;
  readonly status_code: number | null;
  readonly error_message: string | null;
  readonly duration_ms: number | null;
  readonly ttft_ms: number | null;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  readonly total_tokens: number | null;
  readonly tokens_estimated: number;
  readonly cached_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly finish_reason: string | null;
  readonly request_size: number;
  readonly response_size: number;
  readonly request_headers: string;
  readonly response_headers: string;
}

export interface RequestsTable extends StoredRow {
  /** See seq.ts. */
  readonly seq: number;
}

/** Which body of a request; `CapturedBodies` has a field for each. */
export type CapturedKind = "request" | "response" | "delivered";

/** Beside the rows, so that lists and figures never read bodies. */
export interface BodiesTable {
  readonly seq: number;
  readonly kind: CapturedKind;
  /** Of the row, so that bodies can go before it. */
  readonly timestamp: number;
  /** The request failed: its bodies outlive those of successes. */
  readonly failed: number;
  /** null: it could not be stored. */
  readonly payload: number | null;
  /** It cannot be read without the blob store. */
  readonly outside: number;
  readonly truncated: number;
}

/** Contents of bodies, each once however many requests have it. */
export interface PayloadsTable {
  readonly id: number;
  /** Unique; see `payloadKey`. In hex, the name of what lies in the blob store. */
  readonly hash: Uint8Array;
  /** Bytes as stored. */
  readonly stored: number;
  /** zstd. */
  readonly packed: number;
  /** The payload it was packed with as dictionary: all but what differs from it is left out. */
  readonly base: number | null;
  /** The end of that chain; itself where there is no base. */
  readonly root: number;
  /** null: in the blob store. */
  readonly data: Uint8Array | null;
  /** Bodies and payloads that need it. */
  readonly refs: number;
}

/** Sums and histograms by minute and by hour, so that figures never count rows. */
export interface FiguresTable {
  /** ms. */
  readonly span: number;
  /** Epoch ms of the span's beginning. */
  readonly start: number;
  /** See rows/figures.ts. */
  readonly kind: number;
  /** Of a histogram; else 0. */
  readonly bucket: number;
  readonly amount: number;
}

/** See log-state.ts. */
export interface StateTable {
  readonly name: string;
  readonly value: string | number;
}

export interface LogTables {
  readonly requests: RequestsTable;
  readonly bodies: BodiesTable;
  readonly payloads: PayloadsTable;
  readonly figures: FiguresTable;
  readonly state: StateTable;
}

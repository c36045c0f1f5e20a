// The driving port of the read side: what API and pages may ask of the log. Field names are the API's own.
import type { LoggedAttempt, LoggedService, LogState } from "../domain/log/log-entry.ts";
import type { MatchedPlace } from "../domain/log/matched-place.ts";
import type { MemoryWish } from "../domain/routing/model-memory.ts";
import type { LoadState } from "../domain/routing/loaded-models.ts";
import type { ListStanding } from "../domain/routing/model-list.ts";
import type { Contact } from "../domain/routing/contact.ts";
import type { StandingCode } from "../domain/failover/health.ts";
import type { WayReason } from "../domain/call/way.ts";
import type { ServerType } from "../domain/routing/types.ts";
import type { HeaderList } from "../domain/http/headers.ts";

export interface LogRow {
  readonly id: string;
  /** ISO 8601 UTC with ms. */
  readonly timestamp: string;
  readonly completed_at: string | null;
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
  /** More of the answer was to be held back than may be: it was committed unchecked. */
  readonly held: "partial" | null;
  readonly route: string | null;
  /** `native`, or from what into what it was translated (`messages>chat`); null: nobody was asked, or the row is older. */
  readonly protocol: string | null;
  readonly attempts: readonly LoggedAttempt[];
  readonly dropped: readonly string[];
  /** What was odd about the call although it went on, such as `malformed_event`. */
  readonly warnings: readonly string[];
  /** The id of the row that this call repeats ("Send again"). */
  readonly resent_from: string | null;
  readonly stream: boolean;
  readonly status_code: number | null;
  readonly error_message: string | null;
  readonly duration_ms: number | null;
  readonly ttft_ms: number | null;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  readonly total_tokens: number | null;
  readonly tokens_estimated: boolean;
  /** Of the prompt, what was read from a cache; null where the upstream does not say. */
  readonly cached_tokens: number | null;
  /** Of the completion, what was thinking; null where the upstream does not say. */
  readonly reasoning_tokens: number | null;
  readonly finish_reason: string | null;
  /** USD; null: it cannot be priced, or the row is of an older version. */
  readonly cost: number | null;
  /** Of the conversation or session it belongs to, a UUID; null: of none, or it is not known yet. */
  readonly thread_id: string | null;
  /** 16 hex digits that stand for all turns of the request; null likewise. */
  readonly turns_key: string | null;
  /** The client's program, `name/version` or `name`; null: its User-Agent does not say. */
  readonly client: string | null;
  /** The last words asked, in one line; null: none. */
  readonly asked: string | null;
  /** Bytes. */
  readonly request_size: number;
  readonly response_size: number;
  readonly request_headers: HeaderList;
  readonly response_headers: HeaderList;
  /** The router that answered it. Present where several share the log. */
  readonly instance?: RouterName;
}

/** A router among those that share a log. */
export interface RouterName {
  /** A UUID. */
  readonly id: string;
  /** For people; two may have the same. */
  readonly name: string;
}

/** A row with its bodies; bytes that are not UTF-8 come as base64 and say so. */
export interface LogDetail extends LogRow {
  readonly request_body: string | null;
  readonly request_body_encoding?: "base64";
  readonly request_body_truncated: boolean;
  /** As received from the upstream. */
  readonly response_body: string | null;
  readonly response_body_encoding?: "base64";
  readonly response_body_truncated: boolean;
  /** As the client got it, where that is not what came: changed by a cleaner or a translation, or the router's own words. */
  readonly response_body_clean?: string;
  /** Present where it was kept cut. */
  readonly response_body_clean_truncated?: true;
}

export interface LogFilter {
  /** 1 to 500. */
  readonly limit: number;
  /** Only rows that come after the one with this id in the list's order: with `time`, older ones. */
  readonly before?: string;
  /** Epoch ms. */
  readonly since?: number;
  /** Epoch ms, exclusive. */
  readonly until?: number;
  /** Part of its name, as asked for or as sent upstream; case does not matter. */
  readonly model?: string;
  /** `sub` of a token, or an address. */
  readonly user?: string;
  /** The client's program, `name` or `name/version`. */
  readonly client?: string;
  /** A UUID. */
  readonly thread?: string;
  /** Newest first, or the largest first; equal ones the newest first. Absent: `time`. */
  readonly sort?: LogSort;
  readonly service_type?: LoggedService;
  /** One status, or a class such as 400 to 499. */
  readonly status?: { readonly from: number; readonly to: number };
  readonly upstream?: string;
  readonly state?: LogState;
  /** The repeats of the row with this id. */
  readonly resent_from?: string;
  /** Words of models, upstream, path, address, user, error, prompt or answer, or the beginning of an id (docs/api.md). */
  readonly q?: string;
}

export type LogSort = "time" | "duration" | "tokens" | "cost";

/** A row as a list gives it. */
export interface ListedRow extends LogRow {
  /**
   * Where it has what was searched for. Absent: nothing was, its last words asked have all of it, or the
   * place could not be found in time.
   */
  readonly match?: MatchedPlace;
}

export interface LogPage {
  /** In the order asked for. */
  readonly logs: readonly ListedRow[];
  /** What to give as `before` for the next page; null on the last one. */
  readonly next: string | null;
}

export interface PeriodStats {
  /** All calls, those in flight included. */
  readonly requests: number;
  /** Calls in state `failed`. */
  readonly errors: number;
  /** 0 to 1; 0 where there were no requests. */
  readonly error_rate: number;
  /** Times are those of completed calls: a refused connection says nothing of how long answers take. */
  readonly duration_ms_median: number | null;
  readonly duration_ms_p95: number | null;
  readonly ttft_ms_median: number | null;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

export interface Today {
  readonly last_24h: PeriodStats;
  readonly inflight: number;
  /** Rows the log had to drop since start, by reason. */
  readonly dropped_rows: Readonly<Record<string, number>>;
  /** Bodies since start that could not be stored, though their rows were. */
  readonly dropped_bodies: number;
}

export interface Stats extends Today {
  readonly total: PeriodStats;
}

/** As of a list; calls in flight are never among the points. */
export interface PointsFilter extends Omit<
  LogFilter,
  "since" | "limit" | "before" | "sort" | "resent_from"
> {
  /** Epoch ms. */
  readonly since: number;
  /** 1 to 10,000. */
  readonly limit: number;
}

/** A call that has ended, as a point in a chart. */
export type PerformancePoint = Pick<
  LogRow,
  | "id"
  | "timestamp"
  | "upstream"
  | "duration_ms"
  | "ttft_ms"
  | "prompt_tokens"
  | "completion_tokens"
  | "total_tokens"
  | "cost"
  | "status_code"
  | "state"
> & {
  /** As sent upstream, else as asked for. */
  readonly model: string | null;
  /** `sub` of a token, or an address; null: the row is of an older version. */
  readonly user: string | null;
  /** The client's program, `name/version` or `name`; null: its User-Agent does not say. */
  readonly client: string | null;
};

export interface Performance {
  /** Newest first. */
  readonly points: readonly PerformancePoint[];
}

/** A call being answered right now. */
export interface InFlightCall {
  readonly id: string;
  readonly timestamp: string;
  readonly elapsed_ms: number;
  readonly service_type: LoggedService;
  readonly path: string;
  readonly source_ip: string;
  readonly original_model: string | null;
  readonly mapped_model: string | null;
  /** Who is being asked, or waited for; null before the first attempt. */
  readonly upstream: string | null;
  readonly route: string | null;
  readonly stream: boolean;
  /** Events with content received: about as many as tokens; null where the call is not streamed. */
  readonly tokens_so_far: number | null;
  /** The server in whose line it waits; null where it waits for none. */
  readonly waiting_for: string | null;
  /** Its place in that queue, from 1. */
  readonly position: number | null;
  /** The router that answers it. Present where there are several. */
  readonly instance?: RouterName;
}

export interface InFlight {
  /** Oldest first. */
  readonly inflight: readonly InFlightCall[];
}

export interface AskedProtocol {
  /** `chat`, `responses`, `messages` or `ollama`. */
  readonly protocol: string;
  /** `native`, or from what into what its calls are translated (`messages>chat`), into nothing where they cannot be. */
  readonly way: string;
  readonly reason: WayReason;
}

export interface UpstreamState {
  /** As configured, or `default`. */
  readonly name: string;
  readonly url: string;
  readonly type: ServerType;
  /** How it is asked in each protocol. */
  readonly protocols: readonly AskedProtocol[];
  /** `well`; `resting` while it cools down after failures; `probe-due` (half-open) and `probing` afterwards. */
  readonly state: StandingCode;
  /** Whether it is known to be there, by the last call that it answered or the last try to list its models. */
  readonly contact: Contact;
  /** In a row. */
  readonly failures: number;
  readonly last_error: string | null;
  /** ISO 8601 UTC with ms; null where it does not cool down. */
  readonly rests_until: string | null;
  /** Calls being answered. */
  readonly active: number;
  readonly waiting: number;
  /** The number of its last call among all that this router has sent: where servers are equally busy, the one with the lowest is next. */
  readonly turn: number;
  readonly max_concurrency: number | null;
  /** Of that, what this router may use now. Present where several share it. */
  readonly share?: number;
  readonly max_queue: number;
  /** Of the last good list. */
  readonly models: readonly string[];
  /** Other names of these, each with the model that it stands for. Present where the list has any. */
  readonly model_aliases?: Readonly<Record<string, string>>;
  /** ISO 8601 UTC with ms; null before the first list. */
  readonly models_fetched_at: string | null;
  readonly models_state: ListStanding;
  /** Why the last try to list them brought no list. */
  readonly models_error: string | null;
  /** What it has in memory; null: it cannot say, so that each of its models counts as loaded. */
  readonly loaded: readonly LoadedState[] | null;
  /** ISO 8601 UTC with ms; null likewise. */
  readonly loaded_fetched_at: string | null;
  /** Of its models, those that it can be asked to load and unload. Present where it can be asked at all. */
  readonly loadable?: readonly string[];
  /** What of that was asked for on the pages and is under way, or failed lately. Present where there is any. */
  readonly wishes?: readonly WishState[];
}

/** A model that is to be loaded or unloaded. */
export interface WishState {
  readonly model: string;
  readonly wish: MemoryWish;
  /** ISO 8601 UTC with ms. */
  readonly since: string;
  /** Why it failed; null: it is under way. */
  readonly error: string | null;
}

/** A model in a server's memory. */
export interface LoadedState {
  readonly name: string;
  readonly state: LoadState;
  /** Bytes; null: the server does not say. */
  readonly size: number | null;
  /** ISO 8601 UTC with ms, when it is unloaded unless it is called before; null likewise. */
  readonly until: string | null;
}

/** A router of the group, as it was seen last. */
export interface RouterState extends RouterName {
  readonly version: string;
  /** Whether it is the one that was asked. */
  readonly self: boolean;
  /** ISO 8601 UTC with ms, on the database's clock. */
  readonly started_at: string;
  readonly seen_at: string;
  /** The beginning of the SHA-256 of the routes file in force; null: there is none. */
  readonly routes_hash: string | null;
  /** In what it is not set up as the one that was asked. */
  readonly differs_in: readonly RouterDifference[];
  /** What waits there for the log's database: rows, bytes, and how long the oldest has waited. */
  readonly spool_rows: number;
  readonly spool_bytes: number;
  readonly lag_ms: number;
}

export type RouterDifference = "routes file" | "version" | "JWT_SECRET";

export interface Upstreams {
  /** In the order configured, the default upstream last. */
  readonly upstreams: readonly UpstreamState[];
  /** Those that share the log, by name. Present where there are several. */
  readonly routers?: readonly RouterState[];
}

/** What the log holds. Each promise rejects where it cannot be read. */
export interface BrowseLog {
  list(filter: LogFilter): Promise<LogPage>;
  get(id: string): Promise<LogDetail | null>;
  stats(): Promise<Stats>;
  /** The part of `stats` that is read in no time, however large the log is. */
  today(): Promise<Today>;
  performance(filter: PointsFilter): Promise<Performance>;
}

/** What only the running process knows. */
export interface BrowseLive {
  /** A promise where other routers are to be asked; it never rejects: calls of those that cannot be asked are missing. */
  inFlight(): InFlight | Promise<InFlight>;
  upstreams(): Upstreams;
}

export interface Browse extends BrowseLog, BrowseLive {}

/** A call that began, or one that ended and is in the log. */
export interface CallEvent {
  readonly kind: "started" | "completed";
  readonly row: LogRow;
}

export interface CallEvents {
  /**
   * Tells the listener, which must not block or throw, of every call from now on.
   * @returns ends it
   */
  subscribe(listener: (event: CallEvent) => void): () => void;
}

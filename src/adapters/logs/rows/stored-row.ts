// Calls as the table of requests holds them: a column for what lists and figures look at, all else in
// one JSON text. Times are epoch ms.
import { programOf } from "../../../domain/log/client-program.ts";
import { type CallSense, nanosPerDollar } from "../../../domain/log/call-sense.ts";
import type {
  LogEntry,
  LoggedAttempt,
  LoggedService,
  LogState,
} from "../../../domain/log/log-entry.ts";
import type { HeaderList } from "../../../domain/http/headers.ts";
import type { LogRow } from "../../../ports/browse.ts";
import type { LogWrite } from "../pipeline/log-engine.ts";
import { isoTime } from "../../../domain/log/log-entry.ts";

/** A row as stored. */
export interface StoredRow {
  /** UUIDv7 in its usual lower case text form, so that text order is time order. */
  readonly id: string;
  readonly timestamp: number;
  readonly state: LogState;
  readonly service_type: LoggedService;
  readonly original_model: string | null;
  readonly mapped_model: string | null;
  readonly upstream: string | null;
  readonly status_code: number | null;
  readonly duration_ms: number | null;
  readonly ttft_ms: number | null;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  readonly total_tokens: number | null;
  readonly resent_from: string | null;
  /** JSON of a Detail. */
  readonly detail: string;
  /** `sub` of its token, else the address it came from; null: the row is of an older version, and nothing below is known. */
  readonly who: string | null;
  /** The client's program without its version, and with it. */
  readonly client_name: string | null;
  readonly client: string | null;
  /** A UUID. */
  readonly thread_id: string | null;
  readonly turns_key: string | null;
  /** Billionths of a US dollar; null: it cannot be priced. */
  readonly cost: number | null;
}

/** What `sensedRow` changes. */
export const sensedColumns = [
  "detail",
  "who",
  "client_name",
  "client",
  "thread_id",
  "turns_key",
  "cost",
] as const satisfies readonly (keyof StoredRow)[];

/**
 * All but what is a store's own affair, as SQLite's key; see seq.ts. Batches wait in outboxes in this
 * order: new ones come at the end.
 */
export const rowColumns = [
  "id",
  "timestamp",
  "state",
  "service_type",
  "original_model",
  "mapped_model",
  "upstream",
  "status_code",
  "duration_ms",
  "ttft_ms",
  "prompt_tokens",
  "completion_tokens",
  "total_tokens",
  "resent_from",
  ...sensedColumns,
] as const satisfies readonly (keyof StoredRow)[];

/** Of a call that its router did not live to end. */
export const interruptedWhy = "the router stopped before this call had ended";

/** By place, as names would take as much room as what they name. The first two change in the stores' own statements. */
type Detail = readonly [
  completedAt: number | null,
  errorMessage: string | null,
  sourceIp: string,
  method: string,
  path: string,
  userAgent: string | null,
  authUser: string | null,
  upstreamUrl: string | null,
  upstreamRequestId: string | null,
  held: "partial" | null,
  route: string | null,
  attempts: readonly StoredAttempt[],
  dropped: readonly string[],
  warnings: readonly string[],
  stream: boolean,
  tokensEstimated: boolean,
  cachedTokens: number | null,
  reasoningTokens: number | null,
  finishReason: string | null,
  requestSize: number,
  responseSize: number,
  requestHeaders: HeaderList,
  responseHeaders: HeaderList,
  /** Absent in rows of older versions, as what follows. */
  protocol?: string | null,
  asked?: string | null,
];

/** Likewise. An upstream and an address that are the row's, as nearly always, are null. */
type StoredAttempt = readonly [
  upstream: string | null,
  upstreamUrl: string | null,
  model: string | null,
  status: number | null,
  error: string | null,
  reason: string,
  startedAt: string,
  connectMs: number | null,
  ttftMs: number | null,
  durationMs: number,
  /** Null where it is the row's; absent in rows of older versions, as what follows. */
  protocol?: string | null,
  protocolReason?: string | null,
  /** Absent where there are none. */
  changed?: readonly string[],
];

/** As an address can name it, and every database keep it. */
export const wellFormed = (text: string | null) => text?.toWellFormed() ?? null;

/** A call's values, in the order of `rowColumns`. */
export function rowValues({
  entry,
  reading,
  sense,
}: LogWrite): readonly (string | number | null)[] {
  const detail: Detail = [
    entry.completedAt,
    entry.errorMessage,
    entry.sourceIp,
    entry.method,
    entry.path,
    entry.userAgent,
    entry.authUser,
    entry.upstreamUrl,
    entry.upstreamRequestId,
    entry.held,
    entry.route,
    entry.attempts.map((attempt) => storedAttempt(attempt, entry)),
    entry.dropped,
    [...entry.warnings, ...sense.warnings],
    entry.stream,
    reading.tokensEstimated,
    reading.cachedTokens,
    reading.reasoningTokens,
    reading.finishReason,
    entry.requestSize,
    entry.responseSize,
    entry.requestHeaders,
    entry.responseHeaders,
    entry.protocol,
    sense.asked,
  ];
  return [
    entry.id,
    entry.timestamp,
    entry.state,
    entry.service,
    wellFormed(entry.originalModel),
    wellFormed(entry.mappedModel),
    wellFormed(entry.upstream),
    entry.statusCode,
    entry.durationMs,
    entry.ttftMs,
    reading.promptTokens,
    reading.completionTokens,
    reading.totalTokens,
    entry.resentFrom,
    JSON.stringify(detail),
    ...senseValues(entry, sense),
  ];
}

type SenseValues = readonly [
  who: string | null,
  clientName: string | null,
  client: string | null,
  threadId: string | null,
  turnsKey: string | null,
  cost: number | null,
];

/** What is known of a call beside its usage, in the order of the last of `rowColumns`. */
export function senseValues(
  { authUser, sourceIp }: Pick<LogEntry, "authUser" | "sourceIp">,
  { client, threadId, turnsKey, costNanos }: CallSense,
): SenseValues {
  const program = wellFormed(client);
  const who = wellFormed(authUser ?? sourceIp);
  return [who, programOf(program), program, threadId, turnsKey, costNanos];
}

/** A call as it is stored. */
export function storedRow(write: LogWrite): StoredRow {
  return rowOfValues(rowValues(write));
}

/** @param values in the order of `rowColumns`; the last ones may be missing, as in batches of older versions */
export function rowOfValues(values: readonly StoredRow[keyof StoredRow][]): StoredRow {
  const row: Partial<Record<keyof StoredRow, unknown>> = {};
  for (const [at, column] of rowColumns.entries()) row[column] = values[at] ?? null;
  return row as StoredRow;
}

/** A stored row as the API gives it. */
export function apiRow(stored: StoredRow): LogRow {
  const [
    completedAt,
    errorMessage,
    sourceIp,
    method,
    path,
    userAgent,
    authUser,
    upstreamUrl,
    upstreamRequestId,
    held,
    route,
    attempts,
    dropped,
    warnings,
    stream,
    tokensEstimated,
    cachedTokens,
    reasoningTokens,
    finishReason,
    requestSize,
    responseSize,
    requestHeaders,
    responseHeaders,
    protocol = null,
    asked = null,
  ] = JSON.parse(stored.detail) as Detail;
  return {
    id: stored.id,
    timestamp: isoTime(stored.timestamp),
    completed_at: completedAt === null ? null : isoTime(completedAt),
    state: stored.state,
    source_ip: sourceIp,
    method,
    path,
    service_type: stored.service_type,
    user_agent: userAgent,
    auth_user: authUser,
    original_model: stored.original_model,
    mapped_model: stored.mapped_model,
    upstream: stored.upstream,
    upstream_url: upstreamUrl,
    upstream_request_id: upstreamRequestId,
    held,
    route,
    protocol,
    attempts: attempts.map((attempt) =>
      apiAttempt(attempt, stored.upstream, upstreamUrl, protocol),
    ),
    dropped,
    warnings,
    resent_from: stored.resent_from,
    stream,
    status_code: stored.status_code,
    error_message: errorMessage,
    duration_ms: stored.duration_ms,
    ttft_ms: stored.ttft_ms,
    prompt_tokens: stored.prompt_tokens,
    completion_tokens: stored.completion_tokens,
    total_tokens: stored.total_tokens,
    tokens_estimated: tokensEstimated,
    cached_tokens: cachedTokens,
    reasoning_tokens: reasoningTokens,
    finish_reason: finishReason,
    cost: stored.cost === null ? null : stored.cost / nanosPerDollar,
    thread_id: stored.thread_id,
    turns_key: stored.turns_key,
    client: stored.client,
    asked,
    request_size: requestSize,
    response_size: responseSize,
    request_headers: requestHeaders,
    response_headers: responseHeaders,
  };
}

/** The row of a call that was in flight when its router went away, as it ends by that. @param at epoch ms */
export function interruptedRow(row: StoredRow, at: number): StoredRow {
  const [, , ...rest] = JSON.parse(row.detail) as Detail;
  const detail: Detail = [at, interruptedWhy, ...rest];
  return { ...row, state: "interrupted", detail: JSON.stringify(detail) };
}

/** Warnings' place in a Detail, and those of what older versions do not have. */
const places = { warnings: 13, protocol: 23, asked: 24 } as const;

/** Place of `cached_tokens` in the JSON of a Detail. */
export const cachedTokensPlace = 16;

export function cachedTokensIn(detail: string): number | null {
  return (JSON.parse(detail) as Detail)[cachedTokensPlace];
}

/** The last words that a stored row's call asked; null: none, or nothing was made of it yet. */
export function askedIn(detail: string): string | null {
  return (JSON.parse(detail) as Detail)[places.asked] ?? null;
}

/** The row of an older version with what has been made of its call since; all else of it stays as it was. */
export function sensedRow(row: StoredRow, sense: CallSense): StoredRow {
  const before = JSON.parse(row.detail) as Detail;
  const [, , sourceIp, , , , authUser] = before;
  const detail: unknown[] = [...before];
  detail[places.warnings] = [...new Set([...before[places.warnings], ...sense.warnings])];
  detail[places.protocol] ??= null;
  detail[places.asked] = sense.asked;
  const [who, name, client, thread, turns, cost] = senseValues({ sourceIp, authUser }, sense);
  return {
    ...row,
    detail: JSON.stringify(detail),
    who,
    client_name: name,
    client,
    thread_id: thread,
    turns_key: turns,
    cost,
  };
}

function storedAttempt(
  attempt: LoggedAttempt,
  { upstream, upstreamUrl, protocol }: LogWrite["entry"],
): StoredAttempt {
  const stored = [
    attempt.upstream === upstream ? null : attempt.upstream,
    attempt.upstream_url === upstreamUrl ? null : attempt.upstream_url,
    attempt.model,
    attempt.status,
    attempt.error,
    attempt.reason,
    attempt.started_at,
    attempt.connect_ms,
    attempt.ttft_ms,
    attempt.duration_ms,
    attempt.protocol === protocol ? null : attempt.protocol,
    attempt.protocol_reason,
  ] as const;
  return attempt.changed === undefined ? stored : [...stored, attempt.changed];
}

function apiAttempt(
  attempt: StoredAttempt,
  rowUpstream: string | null,
  rowUrl: string | null,
  rowProtocol: string | null,
): LoggedAttempt {
  const [upstream, url, model, status, error, reason, startedAt, connectMs, ttftMs, durationMs] =
    attempt;
  const [, , , , , , , , , , protocol, protocolReason, changed] = attempt;
  return {
    upstream: upstream ?? rowUpstream ?? "",
    upstream_url: url ?? rowUrl ?? "",
    model,
    // A turn that never came has no reason either.
    protocol: protocol ?? (protocolReason === null ? null : rowProtocol),
    protocol_reason: protocolReason ?? null,
    status,
    error,
    reason,
    started_at: startedAt,
    connect_ms: connectMs,
    ttft_ms: ttftMs,
    duration_ms: durationMs,
    ...(changed === undefined ? {} : { changed }),
  };
}

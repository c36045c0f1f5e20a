// The row every routed call leaves behind, and the bodies that go with it.
import type { JsonRecord } from "../bytes/json.ts";
import type { ProtocolName } from "../call/endpoint.ts";
import type { IncomingCall } from "../call/incoming-call.ts";
import { type HeaderList, headerValue, redactHeaders, redactQuery } from "../http/headers.ts";
import type { Target } from "../routing/plan.ts";

export type LogState = "inflight" | "completed" | "failed" | "cancelled" | "interrupted";

/** Whose API a call spoke. */
export type LoggedService = "openai" | "anthropic" | "ollama";

const serviceOf: Record<ProtocolName, LoggedService> = {
  "openai-chat": "openai",
  "openai-responses": "openai",
  "anthropic-messages": "anthropic",
  ollama: "ollama",
};

export interface LoggedAttempt {
  readonly upstream: string;
  readonly upstream_url: string;
  readonly model: string | null;
  /** `native`, or from what into what it was translated (`messages>chat`); null: nobody came to ask. */
  readonly protocol: string | null;
  /** Why so: `type`, `speaks` or `learned`; null likewise. */
  readonly protocol_reason: string | null;
  readonly status: number | null;
  readonly error: string | null;
  readonly reason: string;
  /** ISO 8601 UTC with ms. */
  readonly started_at: string;
  readonly connect_ms: number | null;
  readonly ttft_ms: number | null;
  readonly duration_ms: number;
  /** Fields of the request that `params` changed (`replaced: temperature`); absent: none. */
  readonly changed?: readonly string[];
}

/** What the relay knows when a call starts and when it ends; tokens and text are read from the bodies later. */
export interface LogEntry {
  readonly id: string;
  /** Epoch ms. */
  readonly timestamp: number;
  /** Epoch ms; null while in flight. */
  readonly completedAt: number | null;
  readonly state: LogState;
  readonly sourceIp: string;
  readonly method: string;
  /** With its query, secrets redacted. */
  readonly path: string;
  readonly service: LoggedService;
  readonly userAgent: string | null;
  readonly authUser: string | null;
  readonly originalModel: string | null;
  /** The name sent upstream. */
  readonly mappedModel: string | null;
  readonly upstream: string | null;
  readonly upstreamUrl: string | null;
  readonly upstreamRequestId: string | null;
  readonly held: "partial" | null;
  readonly route: string | null;
  /** Of the attempt that answered, or was made last: as in `attempts`. */
  readonly protocol: string | null;
  readonly attempts: readonly LoggedAttempt[];
  /** Fields that a translation could not carry. */
  readonly dropped: readonly string[];
  /**
   * What is worth knowing of the call although it went on, each once: `malformed_event`, or a field
   * that a server wanted and the client did not send (`added: max_tokens`), or why an answer could
   * not be judged by its request's schema (`not_judged: …`).
   */
  readonly warnings: readonly string[];
  /** The id of the request that this one repeats. */
  readonly resentFrom: string | null;
  readonly stream: boolean;
  readonly statusCode: number | null;
  readonly errorMessage: string | null;
  readonly durationMs: number | null;
  readonly ttftMs: number | null;
  /** Bytes, as received from the client. */
  readonly requestSize: number;
  /** Bytes, as received from the upstream. */
  readonly responseSize: number;
  /** Redacted. */
  readonly requestHeaders: HeaderList;
  readonly responseHeaders: HeaderList;
}

/** A body as captured: its first bytes up to the cap, in pieces so that nothing is copied on the request's path. */
export interface CapturedBody {
  readonly chunks: readonly Uint8Array[];
  readonly truncated: boolean;
  /** An answer that was parsed on its way, whole: then it need not be parsed again. */
  readonly parsed?: JsonRecord;
}

export interface CapturedBodies {
  readonly request: CapturedBody | null;
  /** As received from the upstream. */
  readonly response: CapturedBody | null;
  /** As the client got it, where a cleaner or a translation changed it. */
  readonly delivered?: CapturedBody | null;
  /** How the answer is kept for requests that refer to it; absent: none can. */
  readonly kept?: AnswerToKeep;
}

/** An answer of Responses that its client may refer to later. */
export interface AnswerToKeep {
  /** Whose it is; see `callOwner`. */
  readonly owner: string;
  /** The server that gave it in its own words; null: it was translated. */
  readonly upstream: string | null;
  /** The request with all that it referred to; null: the captured one is that. */
  readonly request: Uint8Array | null;
}

/** Epoch ms as ISO 8601 UTC with ms. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** How far a call has come: what its row says beside what its request says. */
export interface CallCourse extends Pick<
  LogEntry,
  | "completedAt"
  | "state"
  | "upstreamRequestId"
  | "held"
  | "route"
  | "protocol"
  | "attempts"
  | "dropped"
  | "warnings"
  | "statusCode"
  | "errorMessage"
  | "durationMs"
  | "ttftMs"
  | "responseSize"
> {
  /** Where it went; null: nowhere yet. */
  readonly target: Target | null;
  /** As they were sent; the row shows no secret among them. */
  readonly sentHeaders: HeaderList;
}

/** The course of a call that has just been read. */
export const notBegun: CallCourse = {
  completedAt: null,
  state: "inflight",
  upstreamRequestId: null,
  held: null,
  route: null,
  protocol: null,
  attempts: [],
  dropped: [],
  warnings: [],
  statusCode: null,
  errorMessage: null,
  durationMs: null,
  ttftMs: null,
  responseSize: 0,
  target: null,
  sentHeaders: [],
};

/** The row of a call on its course. */
export function entryOf(call: IncomingCall, course: CallCourse): LogEntry {
  const { target } = course;
  return {
    id: call.id,
    timestamp: call.receivedAt,
    completedAt: course.completedAt,
    state: course.state,
    sourceIp: call.sourceIp,
    method: call.method,
    path: call.path + redactQuery(call.query),
    service: serviceOf[call.endpoint.protocol],
    userAgent: headerValue(call.headers, "user-agent"),
    authUser: call.user,
    originalModel: call.model,
    mappedModel: target === null ? null : target.model,
    upstream: target === null ? null : target.server.name,
    upstreamUrl: target === null ? null : target.server.baseUrl,
    upstreamRequestId: course.upstreamRequestId,
    held: course.held,
    route: course.route,
    protocol: course.protocol,
    attempts: course.attempts,
    dropped: course.dropped,
    warnings: course.warnings,
    resentFrom: call.resentFrom ?? null,
    stream: call.wantsStream,
    statusCode: course.statusCode,
    errorMessage: course.errorMessage,
    durationMs: course.durationMs,
    ttftMs: course.ttftMs,
    requestSize: call.body.length,
    responseSize: course.responseSize,
    requestHeaders: redactHeaders(call.headers),
    responseHeaders: redactHeaders(course.sentHeaders),
  };
}

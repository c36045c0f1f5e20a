// A call as the API gives it, back in the form in which stores take calls: for copies from one to another.
import { type AnswerReading, nothingRead } from "../../../domain/log/answer-reading.ts";
import { nanosPerDollar } from "../../../domain/log/call-sense.ts";
import type { CapturedBodies, CapturedBody, LogEntry } from "../../../domain/log/log-entry.ts";
import type { LogDetail, LogRow } from "../../../ports/browse.ts";
import type { LogWrite } from "../pipeline/log-engine.ts";
import { spokenText } from "../pipeline/spoken-text.ts";
import type { RecordedEntry } from "../pipeline/wire-batch.ts";
import { bodyBytes } from "./log-row.ts";

/** What `logRow` and `logDetail` have made of a call, undone. */
export function copiedCall(detail: LogDetail): LogWrite {
  const request = bodyOf(
    detail.request_body,
    detail.request_body_encoding,
    detail.request_body_truncated,
  );
  const response = bodyOf(
    detail.response_body,
    detail.response_body_encoding,
    detail.response_body_truncated,
  );
  const { response_body_clean: clean = null, response_body_clean_truncated: cut = false } = detail;
  const delivered = bodyOf(clean, undefined, cut);
  return {
    entry: entryOf(detail),
    bodies: { request, response, delivered },
    // Whoever counts what answers report has counted this one.
    reading: readingOf(detail),
    sense: {
      threadId: detail.thread_id,
      turnsKey: detail.turns_key,
      asked: detail.asked,
      client: detail.client,
      costNanos: detail.cost === null ? null : Math.round(detail.cost * nanosPerDollar),
      // They are among the entry's.
      warnings: [],
    },
    said: spokenText(
      request === null ? null : bodyBytes(request),
      response === null ? null : bodyBytes(response),
    ),
  };
}

/** A call as the recorder had it, from its row, with what was read of its usage then. */
export function recordedCall(row: LogRow, bodies: CapturedBodies): Required<RecordedEntry> {
  return { entry: entryOf(row), bodies, reading: readingOf(row) };
}

function readingOf(row: LogRow): AnswerReading {
  return {
    ...nothingRead,
    promptTokens: row.prompt_tokens,
    completionTokens: row.completion_tokens,
    totalTokens: row.total_tokens,
    tokensEstimated: row.tokens_estimated,
    cachedTokens: row.cached_tokens,
    reasoningTokens: row.reasoning_tokens,
    finishReason: row.finish_reason,
  };
}

function bodyOf(
  text: string | null,
  encoding: "base64" | undefined,
  truncated: boolean,
): CapturedBody | null {
  if (text === null) return truncated ? { chunks: [], truncated } : null;
  const bytes =
    encoding === "base64" ? Uint8Array.fromBase64(text) : new TextEncoder().encode(text);
  return { chunks: [bytes], truncated };
}

function entryOf(row: LogRow): LogEntry {
  return {
    id: row.id,
    timestamp: Date.parse(row.timestamp),
    completedAt: row.completed_at === null ? null : Date.parse(row.completed_at),
    state: row.state,
    sourceIp: row.source_ip,
    method: row.method,
    path: row.path,
    service: row.service_type,
    userAgent: row.user_agent,
    authUser: row.auth_user,
    originalModel: row.original_model,
    mappedModel: row.mapped_model,
    upstream: row.upstream,
    upstreamUrl: row.upstream_url,
    upstreamRequestId: row.upstream_request_id,
    held: row.held,
    route: row.route,
    protocol: row.protocol,
    attempts: row.attempts,
    dropped: row.dropped,
    warnings: row.warnings,
    resentFrom: row.resent_from,
    stream: row.stream,
    statusCode: row.status_code,
    errorMessage: row.error_message,
    durationMs: row.duration_ms,
    ttftMs: row.ttft_ms,
    requestSize: row.request_size,
    responseSize: row.response_size,
    requestHeaders: row.request_headers,
    responseHeaders: row.response_headers,
  };
}

// An entry with its reading as the API's row, and captured bodies as the API's text.
import { nanosPerDollar, nothingSensed } from "../../../domain/log/call-sense.ts";
import { type CapturedBodies, type CapturedBody, isoTime } from "../../../domain/log/log-entry.ts";
import type { LogDetail, LogRow } from "../../../ports/browse.ts";
import type { LogWrite } from "../pipeline/log-engine.ts";

/** What of a call is in its row. */
type WrittenRow = Pick<LogWrite, "entry" | "reading"> & Partial<Pick<LogWrite, "sense">>;

/** The row of an entry. */
export function logRow({ entry, reading, sense = nothingSensed }: WrittenRow): LogRow {
  return {
    id: entry.id,
    timestamp: isoTime(entry.timestamp),
    completed_at: entry.completedAt === null ? null : isoTime(entry.completedAt),
    state: entry.state,
    source_ip: entry.sourceIp,
    method: entry.method,
    path: entry.path,
    service_type: entry.service,
    user_agent: entry.userAgent,
    auth_user: entry.authUser,
    original_model: entry.originalModel,
    mapped_model: entry.mappedModel,
    upstream: entry.upstream,
    upstream_url: entry.upstreamUrl,
    upstream_request_id: entry.upstreamRequestId,
    held: entry.held,
    route: entry.route,
    protocol: entry.protocol,
    attempts: entry.attempts,
    dropped: entry.dropped,
    warnings: [...entry.warnings, ...sense.warnings],
    resent_from: entry.resentFrom,
    stream: entry.stream,
    status_code: entry.statusCode,
    error_message: entry.errorMessage,
    duration_ms: entry.durationMs,
    ttft_ms: entry.ttftMs,
    prompt_tokens: reading.promptTokens,
    completion_tokens: reading.completionTokens,
    total_tokens: reading.totalTokens,
    tokens_estimated: reading.tokensEstimated,
    cached_tokens: reading.cachedTokens,
    reasoning_tokens: reading.reasoningTokens,
    finish_reason: reading.finishReason,
    cost: sense.costNanos === null ? null : sense.costNanos / nanosPerDollar,
    thread_id: sense.threadId,
    turns_key: sense.turnsKey,
    client: sense.client,
    asked: sense.asked,
    request_size: entry.requestSize,
    response_size: entry.responseSize,
    request_headers: entry.requestHeaders,
    response_headers: entry.responseHeaders,
  };
}

/** A row with its bodies in the form the API gives them. */
export function logDetail(row: LogRow, bodies: CapturedBodies): LogDetail {
  const request = bodyText(bodies.request);
  const response = bodyText(bodies.response);
  return {
    ...row,
    request_body: request.text,
    ...(request.base64 ? { request_body_encoding: "base64" as const } : {}),
    request_body_truncated: bodies.request?.truncated ?? false,
    response_body: response.text,
    ...(response.base64 ? { response_body_encoding: "base64" as const } : {}),
    response_body_truncated: bodies.response?.truncated ?? false,
    ...(bodies.delivered === null || bodies.delivered === undefined
      ? {}
      : {
          response_body_clean: deliveredText(bodies.delivered),
          ...(bodies.delivered.truncated ? { response_body_clean_truncated: true as const } : {}),
        }),
  };
}

/** A captured body in one piece. */
export function bodyBytes(body: CapturedBody): Uint8Array {
  const [first] = body.chunks;
  return body.chunks.length === 1 && first !== undefined ? first : Buffer.concat(body.chunks);
}

/** What a cleaner or a translation made is text. */
function deliveredText(body: CapturedBody): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bodyBytes(body));
}

function bodyText(body: CapturedBody | null): { text: string | null; base64: boolean } {
  if (body === null) return { text: null, base64: false };
  const bytes = bodyBytes(body);
  // Cut to nothing: there was more than an empty text.
  if (body.truncated && bytes.length === 0) return { text: null, base64: false };
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    // A cut may lie within a character; `stream` leaves that one out instead of failing on it.
    return { text: decoder.decode(bytes, { stream: body.truncated }), base64: false };
  } catch {
    return { text: Buffer.from(bytes).toString("base64"), base64: true };
  }
}

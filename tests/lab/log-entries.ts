// Log entries as the relay makes them, for tests that need some.
import { nothingSensed } from "../../src/domain/log/call-sense.ts";
import type { AnswerReading } from "../../src/domain/log/answer-reading.ts";
import { nothingRead } from "../../src/domain/log/answer-reading.ts";
import type { CapturedBodies, CapturedBody, LogEntry } from "../../src/domain/log/log-entry.ts";
import type { LogWrite } from "../../src/adapters/logs/pipeline/log-engine.ts";

/** 2026-03-01T12:00:00.000Z */
export const noon = Date.UTC(2026, 2, 1, 12);

/** A UUIDv7 of that time; ids of one time sort by `counter`. */
export function idAt(time: number, counter = 0): string {
  const hex = time.toString(16).padStart(12, "0");
  const tail = counter.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${tail}`;
}

/** A completed call at `noon`, but for what is said otherwise. */
export function logEntry(own: Partial<LogEntry> = {}): LogEntry {
  const timestamp = own.timestamp ?? noon;
  return {
    id: idAt(timestamp),
    timestamp,
    completedAt: timestamp + 1_500,
    state: "completed",
    sourceIp: "10.0.0.5",
    method: "POST",
    path: "/v1/chat/completions?key=[redacted]",
    service: "openai",
    userAgent: "curl/8.0",
    authUser: null,
    originalModel: "gpt-4",
    mappedModel: "llama3",
    upstream: "fast-box",
    upstreamUrl: "http://10.0.0.9:8000",
    upstreamRequestId: "req-1",
    held: null,
    route: "alias:gpt-4",
    protocol: "messages>chat",
    attempts: [
      {
        upstream: "fast-box",
        upstream_url: "http://10.0.0.9:8000",
        model: "llama3",
        protocol: "messages>chat",
        protocol_reason: "learned",
        status: 200,
        error: null,
        reason: "served",
        started_at: "2026-03-01T12:00:00.001Z",
        connect_ms: null,
        ttft_ms: 12.5,
        duration_ms: 1_499,
        changed: ["added: temperature", "dropped: user"],
      },
    ],
    dropped: ["options.num_ctx"],
    warnings: ["malformed_event"],
    resentFrom: null,
    stream: true,
    statusCode: 200,
    errorMessage: null,
    durationMs: 1_500,
    ttftMs: 12.5,
    requestSize: 10,
    responseSize: 20,
    requestHeaders: [
      ["authorization", "[redacted]"],
      ["x-tag", "a"],
      ["x-tag", "b"],
    ],
    responseHeaders: [["content-type", "text/event-stream"]],
    ...own,
  };
}

/** As the relay tells of a call that has begun. */
export function startedEntry(own: Partial<LogEntry> = {}): LogEntry {
  return logEntry({
    state: "inflight",
    completedAt: null,
    statusCode: null,
    durationMs: null,
    ttftMs: null,
    attempts: [],
    ...own,
  });
}

/** A call under way with such a row. */
export function startedCall(own: Partial<LogEntry> = {}) {
  const entry = startedEntry(own);
  return { id: entry.id, entry: () => entry };
}

export const noBodies: CapturedBodies = { request: null, response: null };

/** A captured body of such pieces. */
export function captured(...pieces: readonly (string | Uint8Array)[]): CapturedBody {
  const chunks = pieces.map((piece) =>
    typeof piece === "string" ? new TextEncoder().encode(piece) : piece,
  );
  return { chunks, truncated: false };
}

/** An entry with what goes along to a store. */
export function logWrite(
  own: Partial<LogEntry> = {},
  bodies: Partial<CapturedBodies> = {},
  reading: Partial<AnswerReading> = {},
  asked = "",
): LogWrite {
  return {
    entry: logEntry(own),
    bodies: { ...noBodies, ...bodies },
    reading: { ...nothingRead, ...reading },
    said: { asked, answered: "" },
    sense: nothingSensed,
  };
}

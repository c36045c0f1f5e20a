// A call that has ended as OpenTelemetry spans: one for the call, one per attempt, in the words of the
// HTTP and GenAI semantic conventions.
import type { EndpointKind } from "../call/endpoint.ts";
import { endpointOf } from "../protocols/endpoint-of.ts";
import type { ReportedUsage } from "./answer-usage.ts";
import type { LogEntry, LoggedAttempt, LoggedService } from "./log-entry.ts";
import { attemptSpanId, contextOf } from "./trace-context.ts";

export type AttributeValue = string | number | boolean;

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: "server" | "client";
  /** Epoch ms. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Readonly<Record<string, AttributeValue | null>>;
  /** null: it went well. */
  readonly error: string | null;
}

/** As OpenTelemetry's conventions for generative AI name them (gen_ai.operation.name). */
const operations: Partial<Record<EndpointKind, string>> = {
  chat: "chat",
  responses: "chat",
  messages: "chat",
  completion: "text_completion",
  generate: "text_completion",
  embeddings: "embeddings",
  embed: "embeddings",
};

/** The spans of a call; none where its trace is not recorded. */
export function callSpans(entry: LogEntry, usage: ReportedUsage): readonly Span[] {
  const context = contextOf(entry.id, entry.requestHeaders);
  if (context === null) return [];
  const path = entry.path.split("?", 1)[0] ?? "";
  const status = entry.statusCode ?? 0;
  const { traceId, spanId, parentSpanId } = context;
  const call: Span = {
    traceId,
    spanId,
    parentSpanId,
    name: `${entry.method} ${path.slice(0, 100)}`,
    kind: "server",
    startedAt: entry.timestamp,
    endedAt: entry.completedAt ?? entry.timestamp,
    attributes: {
      "http.request.method": entry.method,
      "url.path": path,
      "http.response.status_code": status,
      "client.address": entry.sourceIp,
      "user_agent.original": entry.userAgent,
      "enduser.id": entry.authUser,
      "error.type": entry.state === "completed" ? null : entry.state,
      "smolrouter.request_id": entry.id,
      "smolrouter.route": entry.route,
      "smolrouter.upstream": entry.upstream,
      "smolrouter.attempts": entry.attempts.length,
    },
    error: status >= 500 ? (entry.errorMessage ?? `status ${status}`) : null,
  };
  const operation = operations[endpointOf(entry.method, path).kind] ?? null;
  let asked = 0;
  const attempts = entry.attempts
    // Nobody was asked.
    .filter(({ reason }) => reason !== "queue_full" && reason !== "cannot")
    .map((attempt) => {
      const served = attempt.reason === "served";
      const span = attemptSpanId(spanId, ++asked);
      return attemptSpan(entry, operation, attempt, span, traceId, spanId, served ? usage : null);
    });
  return [call, ...attempts];
}

function attemptSpan(
  entry: LogEntry,
  operation: string | null,
  attempt: LoggedAttempt,
  spanId: string,
  traceId: string,
  parentSpanId: string,
  usage: ReportedUsage | null,
): Span {
  const url = new URL(attempt.upstream_url);
  const startedAt = Date.parse(attempt.started_at);
  const failed = attempt.reason !== "served" && attempt.reason !== "outrun";
  const name = operation === null ? entry.method : `${operation} ${attempt.model ?? ""}`.trim();
  return {
    traceId,
    spanId,
    parentSpanId,
    name,
    kind: "client",
    startedAt,
    endedAt: startedAt + attempt.duration_ms,
    attributes: {
      "gen_ai.operation.name": operation,
      "gen_ai.provider.name": operation === null ? null : providerOf(entry, attempt),
      "gen_ai.request.model": attempt.model,
      "gen_ai.usage.input_tokens": usage?.prompt ?? null,
      "gen_ai.usage.cache_read.input_tokens": usage?.cached ?? null,
      "gen_ai.usage.output_tokens": usage?.completion ?? null,
      "server.address": url.hostname,
      "server.port": url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
      "http.request.method": entry.method,
      "http.response.status_code": attempt.status,
      "error.type": failed ? attempt.reason : null,
      "smolrouter.outrun": attempt.reason === "outrun" ? true : null,
      "smolrouter.upstream": attempt.upstream,
      "smolrouter.protocol": attempt.protocol,
      "smolrouter.time_to_first_token_ms": attempt.ttft_ms,
    },
    error: failed ? (attempt.error ?? attempt.reason) : null,
  };
}

/** By whose API the server was asked; of a translated call it is not the client's. */
function providerOf({ service }: LogEntry, { protocol }: LoggedAttempt): string {
  const asked = protocol?.split(">")[1];
  return (asked === undefined ? undefined : providers.get(asked)) ?? service;
}

const providers: ReadonlyMap<string, LoggedService> = new Map([
  ["chat", "openai"],
  ["responses", "openai"],
  ["messages", "anthropic"],
  ["ollama", "ollama"],
]);

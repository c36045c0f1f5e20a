// Spans to an OpenTelemetry collector: OTLP over HTTP in its JSON form, in batches off the calls' path.
// By hand, for it is one POST of one small document: the SDK would bring dozens of packages, patch
// modules as they load (which a compiled binary does not do) and keep a context on every await.
import type { AttributeValue, Span } from "../../domain/log/call-spans.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";

export interface SpanExporter {
  /** Takes spans in; never waits, drops what does not fit. */
  add(spans: readonly Span[]): void;
  /** Sends what waits, once. */
  close(): Promise<void>;
}

export interface ExporterOptions {
  /** Without `/v1/traces`. */
  readonly endpoint: string;
  readonly version: string;
  readonly clock: Pick<Clock, "after">;
  readonly logger: Pick<Logger, "warn" | "info">;
  /** ms that spans wait for others. */
  readonly gatherMs?: number;
}

const defaultGatherMs = 2_000;
const maxWaiting = 4_096;
const perBatch = 512;
const timeoutMs = 10_000;

const kinds = { server: 2, client: 3 } as const;
const errorStatus = 2;

export function createSpanExporter(options: ExporterOptions): SpanExporter {
  const { clock, logger, version, gatherMs = defaultGatherMs } = options;
  const { url, headers } = target(options.endpoint);
  const waiting: Span[] = [];
  let cancel: (() => void) | null = null;
  let sending: Promise<void> | null = null;
  let dropped = 0;
  let failing = false;

  async function post(spans: readonly Span[]): Promise<void> {
    const failure = await tryPost(url, headers, JSON.stringify(payload(spans, version)));
    if (failure !== null) {
      dropped += spans.length;
      if (!failing) logger.warn("traces cannot be delivered", { reason: failure, dropped });
    } else if (failing) logger.info("traces are delivered again", { dropped });
    failing = failure !== null;
  }

  async function send(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, perBatch);
      await post(batch);
      // A collector that is down is asked once in a while, not once per batch.
      if (failing) return;
    }
  }

  function start(): Promise<void> {
    cancel?.();
    cancel = null;
    sending ??= send().finally(() => {
      sending = null;
      if (waiting.length > 0) schedule();
    });
    return sending;
  }

  function schedule(): void {
    cancel ??= clock.after(gatherMs, () => {
      start().catch(() => undefined);
    });
  }

  return {
    add(spans) {
      if (spans.length === 0) return;
      if (waiting.length + spans.length > maxWaiting) {
        dropped += spans.length;
        return;
      }
      waiting.push(...spans);
      schedule();
    },
    async close() {
      await start();
      cancel?.();
    },
  };
}

/** A name and password in the URL go as Basic credentials: fetch refuses them where they stand. */
function target(endpoint: string): { readonly url: string; readonly headers: [string, string][] } {
  const url = new URL(`${endpoint}/v1/traces`);
  const { username, password } = url;
  const headers: [string, string][] = [["content-type", "application/json"]];
  if (username !== "") {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    headers.push(["authorization", `Basic ${Buffer.from(pair).toString("base64")}`]);
  }
  url.username = "";
  url.password = "";
  return { url: url.href, headers };
}

/** @returns why it failed; null where it did not */
async function tryPost(
  url: string,
  headers: [string, string][],
  body: string,
): Promise<string | null> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.arrayBuffer();
    return response.ok ? null : `status ${response.status}`;
  } catch {
    return "the collector cannot be reached";
  }
}

function payload(spans: readonly Span[], version: string): object {
  return {
    resourceSpans: [
      {
        resource: {
          attributes: attributes({ "service.name": "smolrouter", "service.version": version }),
        },
        scopeSpans: [{ scope: { name: "smolrouter", version }, spans: spans.map(spanJson) }],
      },
    ],
  };
}

/**
 * OTLP's JSON: ids in hex, 64-bit numbers as text, text that UTF-8 can hold (a client's JSON may hold
 * half a character; a collector would refuse the whole batch for it).
 */
function spanJson(span: Span): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === null ? {} : { parentSpanId: span.parentSpanId }),
    name: span.name.toWellFormed(),
    kind: kinds[span.kind],
    startTimeUnixNano: nanoseconds(span.startedAt),
    endTimeUnixNano: nanoseconds(span.endedAt),
    attributes: attributes(span.attributes),
    status: span.error === null ? {} : { code: errorStatus, message: span.error.toWellFormed() },
  };
}

function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms * 1_000)) * 1_000n);
}

function attributes(values: Readonly<Record<string, AttributeValue | null>>): object[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === null ? [] : [{ key, value: attributeValue(value) }],
  );
}

function attributeValue(value: AttributeValue): object {
  switch (typeof value) {
    case "boolean":
      return { boolValue: value };
    case "number":
      return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    default:
      return { stringValue: value.toWellFormed() };
  }
}

// Calls as traces: gives each call and each attempt its span, and hands them over when the call has ended.
import type { HeaderList } from "../../domain/http/headers.ts";
import { callSpans } from "../../domain/log/call-spans.ts";
import {
  attemptSpanId,
  callSpanId,
  parseTraceparent,
  withTraceparent,
} from "../../domain/log/trace-context.ts";
import type { CallObserver, UsageObserver } from "../../ports/observer.ts";
import type { SpanExporter } from "./otlp-exporter.ts";

export interface Tracer extends CallObserver, UsageObserver {
  /** A call's headers with its own trace context. */
  traced(callId: string, headers: HeaderList): HeaderList;
  /** The `traceparent` of the next attempt of the call that this one belongs to. */
  nextAttempt(traceparent: string): string;
}

export function createTracer(exporter: Pick<SpanExporter, "add">): Tracer {
  /** Attempts made, by the span of a call under way. */
  const attempts = new Map<string, number>();
  return {
    traced: withTraceparent,
    nextAttempt(traceparent) {
      const context = parseTraceparent(traceparent);
      const made = context === null ? undefined : attempts.get(context.spanId);
      // Not a call of this router's that is recorded: passed on as it is.
      if (context === null || made === undefined) return traceparent;
      attempts.set(context.spanId, made + 1);
      return `00-${context.traceId}-${attemptSpanId(context.spanId, made + 1)}-01`;
    },
    started: (entry) => void attempts.set(callSpanId(entry.id), 0),
    ended: (entry) => void attempts.delete(callSpanId(entry.id)),
    used(entry, usage) {
      exporter.add(callSpans(entry, usage));
    },
  };
}

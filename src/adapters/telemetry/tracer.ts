// Calls as traces: gives each call its span, and hands all spans over when the call has ended.
import type { HeaderList } from "../../domain/http/headers.ts";
import { callSpans } from "../../domain/log/call-spans.ts";
import { withTraceparent } from "../../domain/log/trace-context.ts";
import type { UsageObserver } from "../../ports/observer.ts";
import type { SpanExporter } from "./otlp-exporter.ts";

export interface Tracer extends UsageObserver {
  /** A call's headers with its own trace context. */
  traced(callId: string, headers: HeaderList): HeaderList;
}

export function createTracer(exporter: Pick<SpanExporter, "add">): Tracer {
  return {
    traced: withTraceparent,
    used(entry, usage) {
      exporter.add(callSpans(entry, usage));
    },
  };
}

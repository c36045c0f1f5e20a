// An OpenTelemetry collector that only remembers.

export interface SpanJson {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string; readonly intValue?: string };
  }[];
  readonly status: { readonly code?: number };
}

interface Payload {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly SpanJson[] }[];
  }[];
}

export interface Collector {
  readonly url: string;
  /** All that came, in order. */
  spans(): readonly SpanJson[];
  stop(): Promise<void>;
}

export function startCollector(): Collector {
  const spans: SpanJson[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (new URL(request.url).pathname !== "/v1/traces")
        return new Response(null, { status: 404 });
      const { resourceSpans } = (await request.json()) as Payload;
      for (const { scopeSpans } of resourceSpans)
        for (const scope of scopeSpans) spans.push(...scope.spans);
      return Response.json({});
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    spans: () => spans,
    stop: () => server.stop(true),
  };
}

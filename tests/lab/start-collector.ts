// An OpenTelemetry collector that only remembers, and takes nothing that is not OTLP.
import { readTraces, type SpanJson } from "./otlp.ts";

export interface Collector {
  readonly url: string;
  /** All that came, in order. */
  spans(): readonly SpanJson[];
  /** What was wrong with what it refused. */
  faults(): readonly string[];
  stop(): Promise<void>;
}

export function startCollector(): Collector {
  const spans: SpanJson[] = [];
  const faults: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const to = `${request.method} ${new URL(request.url).pathname}`;
      if (to !== "POST /v1/traces") return new Response(null, { status: 404 });
      if (request.headers.get("content-type") !== "application/json")
        return new Response(null, { status: 415 });
      try {
        spans.push(...readTraces(await request.text()));
        return Response.json({});
      } catch (error) {
        faults.push(String(error));
        return Response.json({ code: 3, message: String(error) }, { status: 400 });
      }
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    spans: () => spans,
    faults: () => faults,
    stop: () => server.stop(true),
  };
}

// For machines: whether the process is alive and ready, always open, and the figures for Prometheus.
import { Elysia } from "elysia";

export interface HealthDeps {
  /** Why the router is not ready; null where it is. */
  readonly trouble: () => string | null;
  /** What a person should act on, a sentence each. */
  readonly warnings: () => readonly string[];
}

const noStore = { "cache-control": "no-store" };

export function healthRoutes({ trouble, warnings }: HealthDeps) {
  return new Elysia({ name: "health" })
    .get("/healthz", () => Response.json({ status: "ok" }, { headers: noStore }))
    .get("/readyz", () => {
      const problem = trouble();
      if (problem !== null)
        return Response.json(
          { error: problem, warnings: warnings() },
          { status: 503, headers: { ...noStore, "retry-after": "5" } },
        );
      return Response.json({ status: "ready", warnings: warnings() }, { headers: noStore });
    });
}

/** Prometheus's text format (prometheus.io/docs/instrumenting/exposition_formats). */
const textFormat = "text/plain; version=0.0.4; charset=utf-8";

/**
 * `GET /metrics`; the gatekeeper decides who may read it, as it does for pages.
 * @param figures the text of now
 */
export function metricsRoute(figures: () => string) {
  return new Elysia({ name: "metrics" }).get(
    "/metrics",
    () =>
      new Response(figures(), {
        headers: { "content-type": textFormat, "cache-control": "no-store" },
      }),
  );
}

// `GET /metrics`: figures for Prometheus. Who may read them the gatekeeper decides, as of pages.
import { Elysia } from "elysia";

/** Prometheus's text format (prometheus.io/docs/instrumenting/exposition_formats). */
const textFormat = "text/plain; version=0.0.4; charset=utf-8";

/** @param figures the text of now */
export function metricsRoute(figures: () => string) {
  return new Elysia({ name: "metrics" }).get(
    "/metrics",
    () =>
      new Response(figures(), {
        headers: { "content-type": textFormat, "cache-control": "no-store" },
      }),
  );
}

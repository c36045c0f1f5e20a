// `GET /metrics`: figures for Prometheus. Who may read them the gatekeeper decides, as of pages.
import { Elysia } from "elysia";

export interface Exposition {
  text(): Promise<string>;
  readonly contentType: string;
}

export function metricsRoute(figures: Exposition) {
  return new Elysia({ name: "metrics" }).get(
    "/metrics",
    async () =>
      new Response(await figures.text(), {
        headers: { "content-type": figures.contentType, "cache-control": "no-store" },
      }),
  );
}

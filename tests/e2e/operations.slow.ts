// What whoever runs the router looks at: health, figures, traces and the program's own log.
import { describe, expect, test } from "bun:test";
import { freePort } from "../lab/free-port.ts";
import type { SpanJson } from "../lab/otlp.ts";
import { startCollector } from "../lab/start-collector.ts";
import { withRouter } from "../lab/start-router.ts";
import { withFakes } from "../lab/with-fakes.ts";
import { until } from "../lab/live-view.ts";

const path = "/v1/chat/completions";
const chat = (more: object = {}) => ({
  model: "m",
  messages: [{ role: "user", content: "hi" }],
  ...more,
});

/** The samples of an exposition: name and labels to value. */
function samples(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}
const figures = async (url: string) => samples(await (await fetch(`${url}/metrics`)).text());

describe("/metrics", () => {
  test("counts calls, times, tokens, attempts, failovers and refusals", () =>
    withFakes({ good: {} }, async ({ good }) => {
      const gone = await freePort();
      const routes = `
servers: { good: "${good.url}", gone: "http://127.0.0.1:${gone}" }
aliases: { pair: { instances: [gone/m, good/m] } }`;
      await withRouter({ env: { DEFAULT_UPSTREAM: good.url }, routes }, async (router) => {
        await (await router.post(path, chat({ model: "pair" }))).text();
        const streamed = chat({
          model: "pair",
          stream: true,
          stream_options: { include_usage: true },
        });
        await (await router.post(path, streamed)).text();
        await router.post(path, "{");
        await fetch(`${router.url}/nowhere`);
        await fetch(`${router.url}/routes`, { headers: { origin: "https://evil.example" } });
        // What answers report counts once the log has read them.
        const rows = await router.rows();
        const seen = await figures(router.url);
        const served = 'route="alias:pair",model="m",upstream="good",status="200"';
        expect(seen.get(`smolrouter_requests_total{${served}}`)).toBe(2);
        expect(
          seen.get('smolrouter_requests_total{route="",model="",upstream="",status="400"}'),
        ).toBe(1);
        expect(seen.get('smolrouter_attempts_total{upstream="gone",reason="refused"}')).toBe(2);
        expect(seen.get('smolrouter_attempts_total{upstream="good",reason="served"}')).toBe(2);
        expect(seen.get('smolrouter_failovers_total{from="gone",to="good"}')).toBe(2);
        expect(seen.get('smolrouter_http_refused_total{status="404",surface="page"}')).toBe(1);
        expect(seen.get('smolrouter_http_refused_total{status="403",surface="page"}')).toBe(1);
        const by = 'upstream="good",service="openai"';
        expect(seen.get(`smolrouter_request_duration_seconds_count{${by}}`)).toBe(2);
        expect(
          seen.get('smolrouter_time_to_first_token_seconds_count{upstream="good",model="m"}'),
        ).toBe(1);
        const prompt = rows.reduce(
          (sum, row) => sum + (row.tokens_estimated ? 0 : (row.prompt_tokens ?? 0)),
          0,
        );
        expect(prompt).toBeGreaterThan(0);
        expect(seen.get('smolrouter_tokens_total{upstream="good",model="m",kind="prompt"}')).toBe(
          prompt,
        );
        expect(seen.get("smolrouter_requests_in_flight")).toBe(0);
        expect(seen.get("smolrouter_log_queue_rows")).toBeGreaterThanOrEqual(0);
        expect(seen.get('smolrouter_log_dropped_rows_total{reason="queue_full"}')).toBe(0);
        expect(seen.get("process_resident_memory_bytes")).toBeGreaterThan(1e6);
      });
    }));

  test("does not grow with the names that clients make up", () =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
        a.script(({ body }) => ({
          kind: "status",
          status: new TextDecoder().decode(body).includes("bogus") ? 404 : 200,
          body: '{"choices":[]}',
        }));
        for (let at = 0; at < 50; at++) await router.post(path, chat({ model: `bogus-${at}` }));
        for (let at = 0; at < 230; at++) await router.post(path, chat({ model: `real-${at}` }));
        const models = new Set(
          [...(await figures(router.url)).keys()]
            .filter((name) => name.startsWith("smolrouter_requests_total"))
            .map((name) => /model="([^"]*)"/.exec(name)?.[1]),
        );
        expect(models.size).toBe(201);
        expect(models).toContain("other");
        expect([...models].some((name) => name?.startsWith("bogus"))).toBe(false);
      }),
    ));

  test("is there without a log, and counts tokens there, too", () =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url, ENABLE_LOGGING: "false" } }, async (router) => {
        await (await router.post(path, chat())).text();
        // Counted once the answer is out.
        await until(async () => {
          const seen = await figures(router.url);
          const counted = seen.get(
            'smolrouter_tokens_total{upstream="default",model="m",kind="prompt"}',
          );
          return (counted ?? 0) > 0;
        });
        for (const asked of ["/", "/api/logs", "/api/stats"])
          expect(
            (await fetch(router.url + asked, { headers: { accept: "text/html" } })).status,
          ).toBe(404);
        for (const asked of ["/healthz", "/readyz"])
          expect((await fetch(router.url + asked)).status).toBe(200);
      }),
    ));
});

describe("traces", () => {
  const attribute = (span: SpanJson, key: string) => {
    const value = span.attributes.find((one) => one.key === key)?.value;
    if (value === undefined) return null;
    return "stringValue" in value ? value.stringValue : "intValue" in value ? value.intValue : null;
  };

  test("show a call and its attempts, linked to the client's trace and to what the upstream saw", () =>
    withFakes({ good: {} }, async ({ good }) => {
      const collector = startCollector();
      const gone = await freePort();
      const routes = `
servers: { good: "${good.url}", gone: "http://127.0.0.1:${gone}" }
aliases: { pair: { instances: [gone/m, good/m] } }`;
      const client = { trace: "0af7651916cd43dd8448eb211c80319c", span: "b7ad6b7169203331" };
      let id: string | null = null;
      try {
        await withRouter(
          { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, routes },
          async (router) => {
            const response = await router.post(path, chat({ model: "pair" }), {
              traceparent: `00-${client.trace}-${client.span}-01`,
              tracestate: "vendor=1",
            });
            id = response.headers.get("x-request-id");
            await response.text();
          },
        );
      } finally {
        await collector.stop();
      }
      const spans = collector.spans();
      expect(spans.map(({ kind, name }) => [kind, name])).toEqual([
        [2, `POST ${path}`],
        [3, "chat m"],
        [3, "chat m"],
      ]);
      const [call, failed, served] = spans as [SpanJson, SpanJson, SpanJson];
      for (const span of spans) expect(span.traceId).toBe(client.trace);
      expect(call.parentSpanId).toBe(client.span);
      for (const span of [failed, served]) expect(span.parentSpanId).toBe(call.spanId);
      expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(3);
      expect(attribute(call, "smolrouter.request_id")).toBe(id);
      expect(attribute(call, "http.response.status_code")).toBe("200");
      expect(attribute(failed, "error.type")).toBe("refused");
      expect(failed.status.code).toBe(2);
      expect(attribute(served, "gen_ai.operation.name")).toBe("chat");
      expect(attribute(served, "gen_ai.request.model")).toBe("m");
      expect(Number(attribute(served, "gen_ai.usage.input_tokens"))).toBeGreaterThan(0);
      expect(attribute(served, "server.port")).toBe(String(good.port));
      const seen = new Headers(good.calls()[0]!.headers as [string, string][]);
      expect(seen.get("traceparent")).toBe(`00-${client.trace}-${served.spanId}-01`);
      expect(seen.get("tracestate")).toBe("vendor=1");
    }));

  test("begin with the router where the client has none, and leave out what the client does", () =>
    withFakes({ a: {} }, async ({ a }) => {
      const collector = startCollector();
      const env = { DEFAULT_UPSTREAM: a.url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
      const quiet = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
      try {
        await withRouter({ env }, async (router) => {
          await (await router.post(path, chat())).text();
          await (await router.post(path, chat(), { traceparent: quiet })).text();
          await (await router.post(path, chat(), { traceparent: "nonsense" })).text();
        });
      } finally {
        await collector.stop();
      }
      const calls = collector.spans().filter(({ kind }) => kind === 2);
      expect(calls.map(({ parentSpanId }) => parentSpanId)).toEqual([undefined, undefined]);
      const sent = a
        .calls()
        .map(({ headers }) => new Headers(headers as [string, string][]).get("traceparent"));
      expect(sent[0]).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
      expect(sent[1]).toBe(quiet);
      expect(sent[2]).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
    }));

  test("are OTLP to the letter, whatever the calls were", () =>
    withFakes({ a: {} }, async ({ a }) => {
      const collector = startCollector();
      const env = {
        DEFAULT_UPSTREAM: a.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        REQUEST_TIMEOUT: "0.2",
      };
      const odd = "m\ud800\u0000\u{1f642}";
      try {
        await withRouter({ env }, async (router) => {
          const send = async (to: string, body: unknown, headers: Record<string, string> = {}) =>
            (await router.post(to, body, headers)).text().catch(() => "");
          await send(path, chat({ stream: true }));
          await send(path, chat({ model: odd }), { "user-agent": "\u00fcber/1" });
          await send("/v1/odd/%ff%c3%bc?key=x", "{not json");
          await send("/v1/embeddings", { model: "m", input: "x" });
          await send("/api/chat", chat({ stream: false }));
          for (const kind of ["reset", "stall"] as const) {
            a.script([{ kind, when: "mid-content" }]);
            await send(path, chat({ stream: true }));
          }
          a.script([{ kind: "status", status: 429, body: "\ufffe\u0007" }]);
          await send(path, chat());
        });
      } finally {
        await collector.stop();
      }
      expect(collector.faults()).toEqual([]);
      expect(collector.spans().filter(({ kind }) => kind === 2)).toHaveLength(8);
      const models = collector.spans().map((span) => attribute(span, "gen_ai.request.model"));
      expect(models).toContain(odd.toWellFormed());
    }));

  test("that are off cost nothing: what a client sends passes as it is", () =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
        const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await (await router.post(path, chat(), { traceparent: parent })).text();
        await (await router.post(path, chat())).text();
        const headers = a.calls().map((call) => new Headers(call.headers as [string, string][]));
        expect(headers.map((one) => one.get("traceparent"))).toEqual([parent, null]);
      }),
    ));

  test("that nobody takes cost calls nothing, and are reported once", () =>
    withFakes({ a: {} }, async ({ a }) => {
      const endpoint = `http://127.0.0.1:${await freePort()}`;
      const env = { DEFAULT_UPSTREAM: a.url, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
      let log: readonly string[] = [];
      await withRouter({ env }, async (router) => {
        log = router.log;
        expect((await router.post(path, chat())).status).toBe(200);
      });
      expect(log.filter((line) => line.includes("traces cannot be delivered"))).toHaveLength(1);
    }));
});

test("an answer's X-Request-Id is in the program's log", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
      const response = await router.post(path, chat());
      await response.text();
      const id = response.headers.get("x-request-id")!;
      const line = router.logged.find(({ fields }) => fields["request_id"] === id);
      expect(line).toMatchObject({ message: "call ended", fields: { status: 200, model: "m" } });
    }),
  ));

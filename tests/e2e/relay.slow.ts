// One call through the whole router: bytes, headers, failover, endings and rows, on real sockets.
import { describe, expect, test } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import { freePort } from "../lab/free-port.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { sseComments, sseEvents } from "../lab/split-events.ts";
import { startRouter, withRouter } from "../lab/start-router.ts";
import { withFakes } from "../lab/with-fakes.ts";

const path = "/v1/chat/completions";
const chat = (more: object = {}) => ({
  model: "m",
  messages: [{ role: "user", content: "hi" }],
  ...more,
});
const pair = (a: string, b: string) => `
aliases:
  both: { instances: [{ url: "${a}", model: m }, { url: "${b}", model: m }] }
`;

describe("bytes", () => {
  test("a request whose model stays the same reaches the upstream byte for byte", () =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
        const body =
          '{ "seed":12345678901234567890, "temperature": 1.0,\n"model":"m","messages":[] }';
        await router.post(path, body);
        expect(new TextDecoder().decode(a.calls()[0]?.body)).toBe(body);
      }),
    ));

  test("where the model changes, only its own bytes do", () =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url, MODEL_MAP: '{"x": "m"}' } }, async (router) => {
        await router.post(path, '{ "seed":1.0, "model" : "x","messages":[{"model":"x"}] }');
        expect(new TextDecoder().decode(a.calls()[0]?.body)).toBe(
          '{ "seed":1.0, "model" : "m","messages":[{"model":"x"}] }',
        );
      }),
    ));

  test("an answer, plain or streamed, reaches the client byte for byte", () =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
        for (const stream of [false, true]) {
          const direct = await (
            await fetch(a.url + path, { method: "POST", body: JSON.stringify(chat({ stream })) })
          ).text();
          expect(await (await router.post(path, chat({ stream }))).text()).toBe(direct);
        }
      }),
    ));

  test("the row keeps request and answer raw", () =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
        const answer = await (await router.post(path, chat({ stream: true }))).text();
        const row = await router.row();
        expect(row.request_body).toBe(JSON.stringify(chat({ stream: true })));
        expect(row.response_body).toBe(answer);
        expect(row).toMatchObject({
          state: "completed",
          status_code: 200,
          stream: true,
          service_type: "openai",
          finish_reason: "stop",
          route: "default",
          upstream: "default",
        });
        expect(row.ttft_ms).toBeNumber();
      }),
    ));
});

describe("streams", () => {
  test("events arrive one by one, each as soon as the upstream sends it", () =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
        const gate = createGate();
        a.script([{ kind: "stall", when: "mid-content", until: gate, perEvent: true }]);
        const exchange = await rawRequest(router.url, { path, body: chat({ stream: true }) });
        await gate.reached;
        await exchange.waitFor('"content"');
        expect(exchange.text()).not.toContain("[DONE]");
        gate.open();
        const { end } = await exchange.whole();
        expect(end).toBe("whole");
        expect(sseEvents(exchange.text()).at(-1)?.data).toBe("[DONE]");
      }),
    ));

  test("an upstream that is silent for long is waited for, and the client is kept company", () =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url, SSE_KEEPALIVE: "0.02" } }, async (router) => {
        const gate = createGate();
        a.script([{ kind: "answer", gate }]);
        const exchange = await rawRequest(router.url, { path, body: chat({ stream: true }) });
        await exchange.waitFor(": ping\n");
        gate.open();
        await exchange.whole();
        expect(exchange.response().status).toBe(200);
        expect(sseComments(exchange.text())).toContain("ping");
        expect(sseEvents(exchange.text()).at(-1)?.data).toBe("[DONE]");
      }),
    ));

  test("after the commit a cut is reported in the stream's own form, never as a proper end", () =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
        a.script([{ kind: "cut", when: "before-end", betweenMs: 5 }]);
        const text = await (await router.post(path, chat({ stream: true }))).text();
        expect(text).not.toContain("[DONE]");
        expect(JSON.parse(sseEvents(text).at(-1)!.data)).toMatchObject({
          error: { type: "server_error", code: "upstream_broken" },
        });
        const row = await router.row();
        expect(row).toMatchObject({ state: "failed", status_code: 200 });
        expect(row.attempts).toMatchObject([{ reason: "broken", status: 200 }]);
      }),
    ));
});

describe("failover, before anything has reached the client", () => {
  const faults: [string, Behaviour, string][] = [
    ["a 500", { kind: "status", status: 500 }, "status"],
    ["a 404", { kind: "status", status: 404 }, "status"],
    ["a reset", { kind: "reset", when: "before-head" }, "reset"],
    ["a reset within the head's stream", { kind: "reset", when: "before-content" }, "broken"],
    ["a cut before content", { kind: "cut", when: "before-content" }, "broken"],
    [
      "a stream that ends without content or end",
      { kind: "truncate", when: "before-content" },
      "no_end",
    ],
    [
      "an error event before content",
      { kind: "error-event", when: "before-content" },
      "error_event",
    ],
    [
      "garbage before content",
      { kind: "garbage", when: "before-content", bytes: "data: {oops\n\n" },
      "malformed_event",
    ],
  ];
  test.each(faults)("%s: the next candidate answers the stream", (_name, fault, reason) =>
    withFakes({ a: {}, b: {} }, ({ a, b }) =>
      withRouter({ routes: pair(a.url, b.url) }, async (router) => {
        a.always(fault);
        const response = await router.post(path, chat({ model: "both", stream: true }));
        const text = await response.text();
        expect(response.status).toBe(200);
        expect(sseEvents(text).at(-1)?.data).toBe("[DONE]");
        expect(response.headers.get("x-smolrouter-upstream")).toBe(b.url);
        const row = await router.row();
        expect(row.state).toBe("completed");
        expect(row.attempts.map((attempt) => attempt.reason)).toContain(reason as never);
        expect(row.attempts.at(-1)).toMatchObject({ upstream: b.url, reason: "served" });
      }),
    ),
  );

  test.each<[string, Behaviour, string]>([
    ["HTML with status 200", { kind: "not-json" }, "not_json"],
    ["an error object with status 200", { kind: "error-body" }, "error_body"],
    ["a body cut short", { kind: "cut", when: "before-last" }, "broken"],
  ])("%s: the next candidate answers the plain call", (_name, fault, reason) =>
    withFakes({ a: {}, b: {} }, ({ a, b }) =>
      withRouter({ routes: pair(a.url, b.url) }, async (router) => {
        a.always(fault);
        const response = await router.post(path, chat({ model: "both" }));
        expect(await response.text()).toContain("on b");
        expect((await router.row()).attempts[0]).toMatchObject({ reason });
      }),
    ),
  );

  test("an upstream that dies between two requests is passed over, and the row names both attempts", () =>
    withFakes({ a: {}, b: {} }, ({ a, b }) =>
      withRouter({ routes: pair(a.url, b.url) }, async (router) => {
        expect(await (await router.post(path, chat({ model: "both" }))).text()).toContain("on a");
        await a.stop();
        expect(await (await router.post(path, chat({ model: "both" }))).text()).toContain("on b");
        const [latest] = await router.rows();
        expect(latest?.attempts.map(({ upstream, reason }) => [upstream, reason])).toEqual([
          [a.url, "refused"],
          [b.url, "served"],
        ]);
      }),
    ));
});

describe("when everything failed", () => {
  test("one candidate: its answer as it is", () =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
        a.script([
          { kind: "status", status: 429, body: "slow down", headers: { "retry-after": "7" } },
        ]);
        const response = await router.post(path, chat());
        expect(response.status).toBe(429);
        expect(response.headers.get("retry-after")).toBe("7");
        expect(await response.text()).toBe("slow down");
      }),
    ));

  test("one that cannot be reached: 502", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await withRouter({ env: { DEFAULT_UPSTREAM: url } }, async (router) => {
      const response = await router.post(path, chat());
      expect(response.status).toBe(502);
      expect(await response.json()).toMatchObject({ error: { code: "upstream_unreachable" } });
    });
  });

  test("one that stays silent: 504", () =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url, REQUEST_TIMEOUT: "0.05" } }, async (router) => {
        a.script([{ kind: "stall", when: "before-head" }]);
        const response = await router.post(path, chat());
        expect(response.status).toBe(504);
        expect((await router.row()).attempts).toMatchObject([{ reason: "silence_timeout" }]);
      }),
    ));

  test("several: the last one's status and all attempts", () =>
    withFakes({ a: {}, b: {} }, ({ a, b }) =>
      withRouter({ routes: pair(a.url, b.url) }, async (router) => {
        a.always({ kind: "status", status: 500 });
        b.always({ kind: "status", status: 503, headers: { "retry-after": "9" } });
        const response = await router.post(path, chat({ model: "both" }));
        expect(response.status).toBe(503);
        expect(response.headers.get("retry-after")).toBe("9");
        const { error } = (await response.json()) as { error: { attempts: unknown[] } };
        expect(error).toMatchObject({ code: "all_upstreams_failed", type: "upstream_error" });
        expect(error.attempts).toEqual((await router.row()).attempts as never);
      }),
    ));
});

describe("refusals leave a row and name what would be right", () => {
  test.each<[string, string, Record<string, string>, number, string]>([
    ["not JSON", "{oops", {}, 400, "invalid_json"],
    ["an empty body", "", {}, 400, "invalid_json"],
    ["a model that is not a string", '{"model": 7}', {}, 400, "invalid_model"],
    [
      "a thinking mode nobody knows",
      '{"model": "m"}',
      { "x-smolrouter-thinking": "loud" },
      400,
      "invalid_header",
    ],
    [
      "more than MAX_REQUEST_SIZE",
      JSON.stringify({ model: "m", pad: "x".repeat(2_000) }),
      {},
      413,
      "request_too_large",
    ],
  ])("%s", (_name, body, headers, status, code) =>
    withRouter({ env: { MAX_REQUEST_SIZE: "1000" } }, async (router) => {
      const response = await router.post(path, body, headers);
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ error: { code } });
      expect(await router.row()).toMatchObject({
        id: response.headers.get("x-request-id")!,
        state: "failed",
        status_code: status,
      });
    }),
  );

  test("a call that comes back to its own router is stopped, not failed over", () =>
    withFakes({ b: {} }, async ({ b }) => {
      const port = await freePort();
      await withRouter(
        {
          env: { LISTEN_PORT: String(port) },
          routes: `
servers: { self: "http://127.0.0.1:${port}", b: "${b.url}" }
routes: [{ match: { model: m }, route: { upstream: self } }]
aliases: { both: { instances: ["self/m", "b/m"] } }
`,
        },
        async (router) => {
          const response = await router.post(path, chat({ model: "both" }));
          expect(response.status).toBe(508);
          const { error } = (await response.json()) as { error: { message: string; code: string } };
          expect(error.code).toBe("routing_loop");
          expect(error.message).toContain("self");
          expect(b.calls()).toEqual([]);
        },
      );
    }));
});

describe("a client that leaves", () => {
  test.each([
    ["before the head", { kind: "stall", when: "before-head" }],
    ["mid-stream", { kind: "stall", when: "mid-content", perEvent: true }],
  ] as [string, Behaviour][])("%s cancels the upstream, and its row says so", (_name, fault) =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
        a.script([fault]);
        const exchange = await rawRequest(router.url, { path, body: chat({ stream: true }) });
        await a.waitForRequest(1);
        if (fault.kind === "stall" && fault.when === "mid-content")
          await exchange.waitFor('"content"');
        exchange.leave();
        await a.waitForAbort(1);
        const row = await router.row();
        expect(row).toMatchObject({ state: "cancelled", status_code: 499 });
        expect(row.attempts).toMatchObject([{ reason: "client_gone" }]);
      }),
    ),
  );
});

test("without logging there is a pure proxy: no database, no read API", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url, ENABLE_LOGGING: "false" } }, async (router) => {
      expect((await router.post(path, chat())).status).toBe(200);
      expect((await fetch(`${router.url}/api/logs`)).status).toBe(404);
      expect((await fetch(`${router.url}/healthz`)).status).toBe(200);
      expect(await Bun.file(`${router.folder}/requests.db`).exists()).toBe(false);
    }),
  ));

test("the log's own failure is reported, and costs the client nothing", async () => {
  const router = await startRouter({ env: { DB_PATH: "/proc/nowhere/requests.db" } });
  try {
    expect((await fetch(`${router.url}/healthz`)).status).toBe(200);
    expect(router.log.join("\n")).toContain("/proc/nowhere");
  } finally {
    await router.stop();
  }
});

test("an answer that is complete does not wait for an upstream that forgets to hang up", () =>
  withFakes({ a: {}, b: {} }, ({ a, b }) =>
    withRouter(
      { routes: pair(a.url, b.url).replace("both: {", "both: { commit: full,") },
      async (router) => {
        a.script([{ kind: "stall", when: { afterEvents: 1_000 } }]);
        const response = await router.post(path, chat({ model: "both", stream: true }));
        expect(response.headers.get("x-smolrouter-upstream")).toBe(a.url);
        expect(sseEvents(await response.text()).at(-1)?.data).toBe("[DONE]");
        expect((await router.row()).state).toBe("completed");
      },
    ),
  ));

test("an event too large to hold passes in parts, and a break within it is still reported", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url, MAX_BLOB_SIZE: "1000" } }, async (router) => {
      const large = `data: {"choices":[{"index":0,"delta":{"content":"${"x".repeat(33 << 20)}"}}]}\n\n`;
      const pieces = [
        `data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n`,
        large,
        "data: [DONE]\n\n",
      ];
      const whole = { kind: "answer", contentType: "text/event-stream", pieces } as const;
      a.script([whole, { ...whole, kind: "cut", when: { afterBytes: 33 << 20 }, betweenMs: 5 }]);
      const passed = await (await router.post(path, chat({ stream: true }))).text();
      expect(passed.length).toBe(pieces.join("").length);
      const cut = await (await router.post(path, chat({ stream: true }))).text();
      expect(JSON.parse(sseEvents(cut).at(-1)!.data)).toMatchObject({
        error: { type: "server_error" },
      });
    }),
  ));

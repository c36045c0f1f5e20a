// However a call ends, it leaves exactly one row, and every field of it is right.
import { describe, expect, test } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import type { LogDetail, LogRow } from "../../src/ports/browse.ts";
import { freePort } from "../lab/free-port.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { type TestRouter, withRouter } from "../lab/start-router.ts";
import { withFakes } from "../lab/with-fakes.ts";

const path = "/v1/chat/completions";
const chat = (stream: boolean, model = "m") => ({
  model,
  stream,
  messages: [{ role: "user", content: "hi" }],
});

/** What every row says of its call, whatever became of it. */
function expectWhole(row: LogDetail, sent: string): void {
  expect(row.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  expect(Date.parse(row.completed_at ?? "")).toBeGreaterThanOrEqual(Date.parse(row.timestamp));
  expect(row).toMatchObject({
    source_ip: "127.0.0.1",
    method: "POST",
    path,
    service_type: "openai",
    user_agent: "endings",
    auth_user: null,
    held: null,
    dropped: [],
    request_size: Buffer.byteLength(sent),
    request_body: sent,
    request_body_truncated: false,
    response_body_truncated: false,
  });
  expect(row.request_headers).toContainEqual(["user-agent", "endings"]);
  expect(row.duration_ms).toBeGreaterThanOrEqual(0);
  expect(row.response_size).toBe(Buffer.byteLength(row.response_body ?? ""));
  for (const attempt of row.attempts) {
    expect(Date.parse(attempt.started_at)).toBeGreaterThanOrEqual(Date.parse(row.timestamp) - 1);
    expect(attempt.duration_ms).toBeGreaterThanOrEqual(0);
  }
}

const send = (router: TestRouter, body: string) =>
  router.post(path, body, { "user-agent": "endings" });

/** The only row once it has ended: a client may see its end before the router does. */
async function ended(router: TestRouter): Promise<LogDetail> {
  for (;;) {
    const row = await router.row();
    if (row.state !== "inflight") return row;
  }
}

interface EndingCase {
  readonly stream: boolean;
  readonly fault?: Behaviour;
  readonly row: Partial<LogRow>;
  readonly attempts: readonly object[];
  /** In the error message. */
  readonly says?: string;
  /** An answer that has begun has a first content. */
  readonly content: boolean;
}

const served = { reason: "served", status: 200, error: null, upstream: "default", model: "m" };
const ok = { status_code: 200, route: "default", upstream: "default", mapped_model: "m" } as const;
const routed = { route: "default", upstream: "default", mapped_model: "m" } as const;

const endings: readonly (readonly [string, EndingCase])[] = [
  [
    "completed, plain",
    {
      stream: false,
      row: { ...ok, state: "completed", error_message: null, finish_reason: "stop", ttft_ms: null },
      attempts: [served],
      content: false,
    },
  ],
  [
    "completed, streamed",
    {
      stream: true,
      row: { ...ok, state: "completed", error_message: null, finish_reason: "stop" },
      attempts: [served],
      content: true,
    },
  ],
  [
    "failed with the upstream's own error",
    {
      stream: false,
      fault: { kind: "status", status: 429, body: "slow down" },
      row: { ...routed, state: "failed", status_code: 429, response_body: "slow down" } as object,
      attempts: [{ reason: "status", status: 429 }],
      says: "429",
      content: false,
    },
  ],
  [
    "failed before the commit, connection lost",
    {
      stream: true,
      fault: { kind: "cut", when: "before-head" },
      row: { ...routed, state: "failed", status_code: 502 },
      attempts: [{ reason: "reset", status: null }, { reason: "reset" }],
      says: "default",
      content: false,
    },
  ],
  [
    "failed before the commit, by a timer",
    {
      stream: false,
      fault: { kind: "stall", when: "before-head" },
      row: { ...routed, state: "failed", status_code: 504 },
      attempts: [{ reason: "silence_timeout", status: null }],
      says: "default",
      content: false,
    },
  ],
  [
    "failed after the commit, cut",
    {
      stream: true,
      fault: { kind: "cut", when: "before-end", betweenMs: 2 },
      row: { ...ok, state: "failed", finish_reason: null },
      attempts: [{ reason: "broken", status: 200 }],
      content: true,
    },
  ],
  [
    "failed after the commit, by the upstream's error event",
    {
      stream: true,
      fault: { kind: "error-event", when: "before-end", betweenMs: 2 },
      row: { ...ok, state: "failed" },
      attempts: [{ reason: "error_event", status: 200 }],
      content: true,
    },
  ],
  [
    "failed after the commit, ended without its end",
    {
      stream: true,
      fault: { kind: "truncate", when: "before-end", betweenMs: 2 },
      row: { ...ok, state: "failed" },
      attempts: [{ reason: "no_end", status: 200 }],
      content: true,
    },
  ],
  [
    "failed after the commit, stalled",
    {
      stream: true,
      fault: { kind: "stall", when: "before-end", betweenMs: 2 },
      row: { ...ok, state: "failed" },
      attempts: [{ reason: "silence_timeout", status: 200 }],
      content: true,
    },
  ],
];

describe("a call that", () => {
  test.each(endings)("%s leaves one row, every field right", (_name, ending) =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: a.url, REQUEST_TIMEOUT: "0.2" } }, async (router) => {
        if (ending.fault !== undefined) a.always(ending.fault);
        const sent = JSON.stringify(chat(ending.stream));
        const response = await send(router, sent);
        await response.text();
        const row = await ended(router);
        expectWhole(row, sent);
        expect(row).toMatchObject({
          ...ending.row,
          id: response.headers.get("x-request-id"),
          status_code: response.status,
          stream: ending.stream,
          original_model: "m",
          upstream_url: a.url,
        });
        expect(row.attempts).toMatchObject(ending.attempts);
        expect(row.attempts).toHaveLength(ending.attempts.length);
        expect(row.ttft_ms === null).toBe(!ending.content);
        expect(row.error_message === null).toBe(ending.row.state === "completed");
        expect(row.error_message ?? "").toContain(ending.says ?? "");
        expect(row.response_headers).toContainEqual(["x-request-id", row.id]);
      }),
    ),
  );
});

describe("a call whose client leaves", () => {
  const table = [
    ["before the answer's head, plain", false, "before-head", false],
    ["before the answer's head, streamed", true, "before-head", false],
    ["after the head, before any content", true, "before-content", false],
    ["in the middle of the answer", true, "mid-content", true],
  ] as const;
  test.each(table)(
    "%s is cancelled, with what had come until then",
    (_name, stream, when, content) =>
      withFakes({ a: {} }, ({ a }) =>
        withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
          const gate = createGate();
          a.always({ kind: "stall", when, until: gate, perEvent: true });
          const sent = JSON.stringify(chat(stream));
          const client = await rawRequest(router.url, {
            path,
            headers: { "user-agent": "endings", "content-type": "application/json" },
            body: sent,
          });
          await gate.reached;
          if (content) await client.waitFor('"content"');
          client.leave();
          const row = await ended(router);
          gate.open();
          expectWhole(row, sent);
          expect(row).toMatchObject({ ...routed, state: "cancelled", status_code: 499, stream });
          expect(row.error_message).toContain("client");
          expect(row.attempts).toMatchObject([{ reason: "client_gone", upstream: "default" }]);
          expect(row.ttft_ms === null).toBe(!content);
          // The opening event has an empty one.
          expect(/"content":"[^"]/.test(row.response_body ?? "")).toBe(content);
          expect(row.finish_reason).toBeNull();
        }),
      ),
  );
});

describe("a call that is refused", () => {
  const cases: readonly (readonly [
    string,
    number,
    string,
    (router: TestRouter) => Promise<Response>,
  ])[] = [
    ["for not being JSON", 400, "JSON", (router) => send(router, "{oops")],
    ["for a model that is not a name", 400, "model", (router) => send(router, '{"model": 7}')],
    ["for its size", 413, "MAX_REQUEST_SIZE", (router) => send(router, "x".repeat(3_000))],
    [
      "for coming round again",
      508,
      "leads back",
      async (router) => {
        // The upstream is the router itself.
        const response = await send(router, JSON.stringify(chat(false, "loop")));
        return response;
      },
    ],
  ];
  test.each(cases)("%s leaves one row that says why", (_name, status, says, call) => {
    const run = async (router: TestRouter) => {
      const response = await call(router);
      await response.text();
      const rows = await router.rows();
      const refused = rows.filter((row) => row.status_code === status && row.attempts.length === 0);
      expect(refused).toMatchObject([
        { state: "failed", attempts: [], ttft_ms: null, response_size: 0, user_agent: "endings" },
      ]);
      expect(refused[0]?.error_message).toContain(says);
      expect(refused[0]?.completed_at).not.toBeNull();
    };
    return selfUpstream(run);
  });

  test("because its server's line is full leaves one row, status 503", () =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ routes: narrow(a) }, async (router) => {
        const gate = createGate();
        a.always({ kind: "answer", gate });
        const first = send(router, JSON.stringify(chat(false)));
        await gate.reached;
        const second = await send(router, JSON.stringify(chat(false)));
        expect(second.status).toBe(503);
        gate.open();
        await (await first).text();
        const rows = await router.rows();
        expect(rows.map((row) => [row.state, row.status_code])).toEqual([
          ["failed", 503],
          ["completed", 200],
        ]);
        expect(rows[0]?.attempts).toMatchObject([{ reason: "queue_full" }]);
      }),
    ));
});

const narrow = (a: FakeModel) => `
servers: { only: { url: "${a.url}", max_concurrency: 1, max_queue: 0 } }
routes: [{ match: { model: m }, route: { upstream: only } }]
`;

/** A router whose model `loop` leads back to itself. */
async function selfUpstream(run: (router: TestRouter) => Promise<void>): Promise<void> {
  const port = String(await freePort());
  await withRouter(
    {
      env: {
        LISTEN_PORT: port,
        DEFAULT_UPSTREAM: `http://127.0.0.1:${port}`,
        MAX_REQUEST_SIZE: "2000",
      },
    },
    run,
  );
}

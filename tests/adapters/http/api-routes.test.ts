// The read API as its clients see it.
import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { apiRoutes } from "../../../src/adapters/http/api-routes.ts";
import { createCallEvents } from "../../../src/adapters/logs/pipeline/call-events.ts";
import { createEventFeed } from "../../../src/adapters/http/events.ts";
import { errorSchema, readSchemas } from "../../../src/adapters/http/schemas.ts";
import { periodOfCalls } from "../../../src/adapters/logs/rows/period-of-calls.ts";
import { createBrowse } from "../../../src/app/usecases/log/browse.ts";
import type { PeriodQuestion, PeriodReader } from "../../../src/ports/periods.ts";
import type { Browse, LogFilter, PointsFilter } from "../../../src/ports/browse.ts";
import type { BrowseThreads, ThreadFilter } from "../../../src/ports/threads.ts";
import type { LogWrite } from "../../../src/adapters/logs/pipeline/log-engine.ts";
import { createHandClock } from "../../lab/hand-clock.ts";
import { captured, idAt, logWrite, noon, startedEntry } from "../../lab/log-entries.ts";
import { createMemoryLogStore } from "../../lab/memory-log-store.ts";

const feed = createEventFeed({ events: createCallEvents(), clock: createHandClock() });

type Read = Browse & PeriodReader & BrowseThreads;

async function ask(browse: Read, path: string, method = "GET") {
  const request = new Request(`http://router.test${path}`, { method });
  const response = await apiRoutes({
    browse,
    events: feed,
    clock: { now: () => noon },
    version: "1.2.3",
    cancel: () => false,
  }).handle(request);
  const text = await response.text();
  return { response, body: text === "" ? null : (JSON.parse(text) as Record<string, unknown>) };
}

async function filled(more: readonly LogWrite[] = []): Promise<Read> {
  const store = createMemoryLogStore();
  await store.write([
    logWrite(
      {},
      { request: captured("{}"), response: captured(new Uint8Array([255])) },
      { promptTokens: 1, completionTokens: 2, totalTokens: 3, finishReason: "stop" },
    ),
    inThread(logWrite({ timestamp: noon + 1, state: "failed", statusCode: 502, attempts: [] })),
    { ...logWrite(), entry: startedEntry({ timestamp: noon + 2, upstream: null }) },
    ...more,
  ]);
  return createBrowse({
    reader: store,
    clock: { now: () => noon },
    live: { count: () => 1, bodies: () => null, ...liveLists },
    group: null,
    droppedRows: () => ({ queue_full: 0 }),
    droppedBodies: () => 0,
  });
}

const threadId = "0d1f2a3b-0000-8000-8000-000000000001";

function inThread(write: LogWrite, id = threadId): LogWrite {
  const asked = write.entry.state === "inflight" ? null : "Why?";
  return { ...write, sense: { ...write.sense, threadId: id, asked } };
}

const liveLists: Pick<Browse, "inFlight" | "upstreams"> = {
  inFlight: () => ({
    inflight: [
      {
        id: idAt(noon),
        timestamp: "2026-11-22T12:00:00.000Z",
        elapsed_ms: 12,
        service_type: "openai",
        path: "/v1/chat/completions",
        source_ip: "127.0.0.1",
        original_model: "m",
        mapped_model: "m",
        upstream: "desk",
        route: "default",
        stream: true,
        tokens_so_far: 0,
        waiting_for: "desk",
        position: 1,
      },
    ],
  }),
  upstreams: () => ({
    upstreams: [
      {
        name: "desk",
        url: "http://desk:8000",
        type: "openai",
        protocols: [{ protocol: "messages", way: "messages>chat", reason: "learned" }],
        state: "resting",
        contact: "reached",
        failures: 3,
        last_error: "connection refused",
        rests_until: "2026-11-22T12:00:10.000Z",
        active: 0,
        waiting: 1,
        turn: 7,
        max_concurrency: 1,
        max_queue: 100,
        models: ["m"],
        models_fetched_at: null,
        models_state: "unasked",
        models_error: null,
        loaded: [{ name: "m", state: "loaded", size: null, until: null }],
        loaded_fetched_at: "2026-01-02T03:04:05.678Z",
      },
    ],
  }),
};

/** A read side that only remembers how it was asked. */
function listening() {
  const filters: LogFilter[] = [];
  const points: PointsFilter[] = [];
  const questions: PeriodQuestion[] = [];
  const threads: ThreadFilter[] = [];
  const browse: Read = {
    count: async () => ({ calls: 3, isExact: false }),
    period: async (question) => {
      questions.push(question);
      return periodOfCalls([], question);
    },
    threads: async (filter) => {
      threads.push(filter);
      return { threads: [], next: null };
    },
    threadRow: async () => null,
    thread: async () => null,
    list: async (filter) => {
      filters.push(filter);
      return { logs: [], next: null };
    },
    get: async () => null,
    stats: () => Promise.reject(new Error("the log cannot be read: locked")),
    today: () => Promise.reject(new Error("the log cannot be read: locked")),
    performance: async (filter) => {
      points.push(filter);
      return { points: [] };
    },
    ...liveLists,
  };
  return { browse, filters, points, questions, threads };
}

describe("answers of the read API", () => {
  test.each([
    ["/api/logs", "/api/logs"],
    ["/api/logs/{id}", `/api/logs/${idAt(noon)}`],
    ["/api/threads", "/api/threads"],
    ["/api/threads/{id}", `/api/threads/${threadId}`],
    ["/api/stats", "/api/stats"],
    ["/api/periods", "/api/periods?since=2026-03-01&until=2026-03-02&step=3600&by=model"],
    ["/api/performance", "/api/performance"],
    ["/api/inflight", "/api/inflight"],
    ["/api/upstreams", "/api/upstreams"],
  ] as const)("of %s hold to their published schema, field by field", async (name, path) => {
    const { response, body } = await ask(await filled(), path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toStartWith("application/json");
    expect([...Value.Errors(readSchemas[name], body)]).toEqual([]);
    // Nothing goes out that the schema does not name.
    const strict: unknown = Value.Clean(readSchemas[name], structuredClone(body));
    expect(strict).toEqual(body);
  });

  test("lead from page to page", async () => {
    const browse = await filled();
    const first = await ask(browse, "/api/logs?limit=2");
    expect(first.body?.["next"]).toBe(idAt(noon + 1));
    const second = await ask(browse, `/api/logs?limit=2&before=${String(first.body?.["next"])}`);
    expect(second.body).toMatchObject({ logs: [{ id: idAt(noon) }], next: null });
    for (const { body } of [first, second])
      expect(body).toMatchObject({ count: 3, count_exact: true });
  });

  test("are never kept by a cache", async () => {
    const { response } = await ask(await filled(), "/api/logs");
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  test("find a row by its id in capitals too", async () => {
    const { body } = await ask(await filled(), `/api/logs/${idAt(noon).toUpperCase()}`);
    expect(body).toMatchObject({ id: idAt(noon), response_body_encoding: "base64" });
  });
});

describe("the query of /api/logs", () => {
  test.each<[string, Partial<LogFilter>]>([
    ["", {}],
    ["?limit=1", { limit: 1 }],
    ["?limit=500", { limit: 500 }],
    ["?status=404", { status: { from: 404, to: 404 } }],
    ["?status=4xx", { status: { from: 400, to: 499 } }],
    ["?status=5XX", { status: { from: 500, to: 599 } }],
    ["?since=2026-03-01T12:00:00Z", { since: noon }],
    ["?since=2026-03-01T12:00:00.001Z", { since: noon + 1 }],
    ["?since=2026-03-01T14:00:00%2B02:00", { since: noon }],
    ["?since=2026-03-01T14:00:00+02:00", { since: noon }],
    ["?since=2026-03-01", { since: noon - 43_200_000 }],
    ["?model=a%2Fb%20c", { model: "a/b c" }],
    ["?service_type=ollama&state=failed", { service_type: "ollama", state: "failed" }],
    ["?upstream=box&q=50%25", { upstream: "box", q: "50%" }],
    [`?before=${idAt(noon)}`, { before: idAt(noon) }],
    ["?limit=&before=&since=&model=&service_type=&status=&upstream=&state=&q=", {}],
  ])("%s is understood", async (query, expected) => {
    const { browse, filters } = listening();
    const { response } = await ask(browse, `/api/logs${query}`);
    expect(response.status).toBe(200);
    expect(filters).toEqual([{ limit: 50, ...expected }]);
  });

  test.each([
    ["limit=0", "limit must be"],
    ["limit=501", "limit must be"],
    ["limit=-1", "limit must be"],
    ["limit=1.5", "limit must be"],
    ["limit=ten", "limit must be"],
    ["limit=1e2", "limit must be"],
    ["before=7", "before must be"],
    ["since=yesterday", "since must be"],
    ["since=2026-03-01T12:00:00", "since must be"],
    ["since=2026-13-01T12:00:00Z", "since must be"],
    ["since=1740830400", "since must be"],
    ["status=9xx", "status must be"],
    ["status=40", "status must be"],
    ["status=4x4", "status must be"],
    ["service_type=OpenAI", "service_type must be one of openai, anthropic, ollama"],
    ["state=done", "state must be one of inflight, completed"],
  ])("with %s is refused, and hears what would be right", async (query, error) => {
    const { browse, filters } = listening();
    const { response, body } = await ask(browse, `/api/logs?${query}`);
    expect(response.status).toBe(400);
    expect(Value.Check(errorSchema, body)).toBe(true);
    expect(body?.["error"]).toStartWith(error);
    expect(filters).toEqual([]);
  });

  test("hears all that is wrong with it at once", async () => {
    const { body } = await ask(listening().browse, "/api/logs?limit=0&status=9&state=x");
    expect(String(body?.["error"]).split("; ")).toHaveLength(3);
  });
});

describe("the query of /api/periods", () => {
  const day = 86_400_000;
  test.each<[string, PeriodQuestion]>([
    ["", { filter: { since: noon - day } }],
    ["?since=2026-03-01&by=user", { filter: { since: noon - day / 2 }, by: "user" }],
    [
      "?since=2026-03-01T11:00:00Z&step=1800&model=m&status=5xx",
      {
        filter: { since: noon - 3_600_000, model: "m", status: { from: 500, to: 599 } },
        bars: [noon - 3_600_000, noon - 1_800_000],
      },
    ],
    [
      "?since=2026-03-01T11:10:00Z&until=2026-03-01T12:10:00Z&step=3600",
      {
        filter: { since: noon - 3_000_000, until: noon + 600_000 },
        bars: [noon - 3_600_000, noon],
      },
    ],
    ["?since=2026-03-02&step=3600", { filter: { since: noon + day / 2 }, bars: [] }],
  ])("%s is understood", async (query, expected) => {
    const { browse, questions } = listening();
    const { response } = await ask(browse, `/api/periods${query}`);
    expect(response.status).toBe(200);
    expect(questions).toEqual([expected]);
  });

  test.each([
    ["by=day", "by must be one of model, upstream, user, client"],
    ["step=30", "step must be whole minutes in seconds"],
    ["step=90", "step must be whole minutes in seconds"],
    ["step=1h", "step must be whole minutes in seconds"],
    ["step=60", "step is too short: the period would have more than 1000 bars"],
    ["since=2026-02-20&step=1800", "step must be whole hours (3600) where"],
    ["limit=3", '"limit" is not a parameter of this list'],
  ])("with %s is refused, and hears what would be right", async (query, error) => {
    const { browse, questions } = listening();
    const { response, body } = await ask(browse, `/api/periods?${query}`);
    expect(response.status).toBe(400);
    expect(body?.["error"]).toStartWith(error);
    expect(questions).toEqual([]);
  });
});

describe("the query of /api/threads", () => {
  const place = `${noon}.${threadId}`;

  test.each<[string, Partial<ThreadFilter>]>([
    ["", {}],
    ["?limit=500&before=&q=", { limit: 500 }],
    [`?before=${place}`, { before: { lastAt: noon, id: threadId } }],
    ["?since=2026-03-01T12:00:00Z&until=2026-03-01", { since: noon, until: noon - 43_200_000 }],
    [
      "?user=ann&client=codex/1&model=a%2Fb&q=50%25",
      { user: "ann", client: "codex/1", model: "a/b", q: "50%" },
    ],
  ])("%s is understood", async (query, expected) => {
    const { browse, threads } = listening();
    const { response } = await ask(browse, `/api/threads${query}`);
    expect(response.status).toBe(200);
    expect(threads).toEqual([{ limit: 50, ...expected }]);
  });

  test.each([
    ["limit=501", "limit must be"],
    [`before=${threadId}`, "before must be as in next"],
    ["until=tomorrow", "until must be"],
    ["state=failed", '"state" is not a parameter of this list, which has limit, before, since'],
  ])("with %s is refused", async (query, error) => {
    const { browse, threads } = listening();
    const { response, body } = await ask(browse, `/api/threads?${query}`);
    expect(response.status).toBe(400);
    expect(body?.["error"]).toStartWith(error);
    expect(threads).toEqual([]);
  });
});

test("a thread comes with its calls, those under way among them, and is there before one has ended", async () => {
  const other = threadId.replace("0d1f", "ffff");
  const browse = await filled([
    inThread({ ...logWrite(), entry: startedEntry({ timestamp: noon + 3 }) }),
    inThread({ ...logWrite(), entry: startedEntry({ timestamp: noon + 4 }) }, other),
  ]);
  const whole = await ask(browse, `/api/threads/${threadId.toUpperCase()}`);
  const logs = [{ id: idAt(noon + 3) }, { id: idAt(noon + 1) }];
  expect(whole.body).toMatchObject({ title: "Why?", calls: 1, errors: 1, logs, next: null });
  const begun = await ask(browse, `/api/threads/${other}`);
  expect(begun.body).toMatchObject({ calls: 0, user: "10.0.0.5", cost: null, title: null });
});

describe("the query of /api/performance", () => {
  const day = 86_400_000;
  test.each<[string, Partial<PointsFilter>]>([
    ["", { since: noon - day, limit: 1_000 }],
    ["?hours=1&limit=5", { since: noon - 3_600_000, limit: 5 }],
    ["?hours=0.5", { since: noon - 1_800_000, limit: 1_000 }],
    [
      "?model=m&service_type=openai",
      { since: noon - day, limit: 1_000, model: "m", service_type: "openai" },
    ],
    ["?hours=&limit=&model=&service_type=", { since: noon - day, limit: 1_000 }],
  ])("%s is understood", async (query, expected) => {
    const { browse, points } = listening();
    const { response } = await ask(browse, `/api/performance${query}`);
    expect(response.status).toBe(200);
    expect(points as unknown[]).toEqual([expected]);
  });

  test.each([
    ["hours=0", "hours must be"],
    ["hours=-1", "hours must be"],
    ["hours=day", "hours must be"],
    ["limit=10001", "limit must be a whole number from 1 to 10000"],
    ["service_type=x", "service_type must be"],
  ])("with %s is refused", async (query, error) => {
    const { response, body } = await ask(listening().browse, `/api/performance?${query}`);
    expect(response.status).toBe(400);
    expect(body?.["error"]).toStartWith(error);
  });
});

describe("what the read API refuses", () => {
  test.each([idAt(noon), "7", "%00", "%zz", "'--"])("an id that is not there: %s", async (id) => {
    const { response, body } = await ask(listening().browse, `/api/logs/${id}`);
    expect(response.status).toBe(404);
    expect(Value.Check(errorSchema, body)).toBe(true);
    const thread = await ask(listening().browse, `/api/threads/${id}`);
    expect(thread.response.status).toBe(404);
  });

  test("reads while the log cannot be read, with a word on when to ask again", async () => {
    const { response, body } = await ask(listening().browse, "/api/stats");
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    expect(body).toEqual({ error: "the log cannot be read: locked" });
  });

  test.each([
    "/api/logs",
    `/api/logs/${idAt(noon)}`,
    "/api/stats",
    "/api/performance",
    "/api/threads",
    `/api/threads/${threadId}`,
    "/api/events",
  ])("other methods on %s, naming those it takes", async (path) => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const { response, body } = await ask(listening().browse, path, method);
      expect([method, response.status]).toEqual([method, 405]);
      expect(response.headers.get("allow")).toBe("GET, HEAD");
      expect(Value.Check(errorSchema, body)).toBe(true);
    }
  });
});

test.each<[string, () => boolean | Promise<boolean>, number]>([
  ["ended here", () => true, 200],
  ["ended by another router", () => Promise.resolve(true), 200],
  ["under way nowhere", () => Promise.resolve(false), 404],
  ["perhaps another router's, which cannot be asked", () => Promise.reject(new Error("away")), 503],
])("a call that is to be cancelled and is %s", async (_, cancel, status) => {
  const routes = apiRoutes({
    browse: await filled(),
    events: { open: () => new ReadableStream() },
    clock: { now: () => noon },
    version: "1.2.3",
    cancel,
  });
  const path = `http://router/api/inflight/${idAt(noon)}/cancel`;
  const response = await routes.handle(new Request(path, { method: "POST" }));
  expect(response.status).toBe(status);
});

test.each(["stats", "inflight", "upstreams"])(
  "/api/%s cannot be filtered, and says so rather than leave a filter out",
  async (name) => {
    const { response, body } = await ask(await filled([]), `/api/${name}?model=m`);
    expect(response.status).toBe(400);
    expect(body?.["error"]).toBe('"model" is not a parameter of this path, which has none');
  },
);

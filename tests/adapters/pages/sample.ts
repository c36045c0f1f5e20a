// Rows for the pages' tests, and a page opened over them.
import { threadOfCalls } from "../../../src/app/usecases/log/thread-of-calls.ts";
import { threadsOver } from "../../lab/memory-threads.ts";
import { Elysia } from "elysia";
import { type Document, Window } from "happy-dom";
import { systemClock } from "../../../src/adapters/clock/system-clock.ts";
import { createFormReader } from "../../../src/adapters/http/read-form.ts";
import { pages } from "../../../src/adapters/pages/pages.ts";
import type { PagesDeps } from "../../../src/adapters/pages/shared/pages-deps.ts";
import type { LoggedAttempt } from "../../../src/domain/log/log-entry.ts";
import { createMonthCost } from "../../../src/app/usecases/log/month-cost.ts";
import { periodOfCalls } from "../../../src/adapters/logs/rows/period-of-calls.ts";
import { emptyDiscovery } from "../../../src/domain/routing/discovery.ts";
import { reportedNow } from "../../../src/domain/routing/reported-now.ts";
import type { Actions } from "../../../src/ports/actions.ts";
import type { RoutesEdit } from "../../../src/ports/routes-edit.ts";
import type {
  LogDetail,
  LogRow,
  PerformancePoint,
  PeriodStats,
  Stats,
  UpstreamState,
} from "../../../src/ports/browse.ts";
import { routingOf } from "../../lab/routing-of.ts";

const now = Date.parse("2026-03-12T16:00:10.000Z");

export function sampleAttempt(over: Partial<LoggedAttempt> = {}): LoggedAttempt {
  return {
    upstream: "fast-box",
    upstream_url: "http://192.168.1.100:8000",
    model: "llama3-8b",
    protocol: "native",
    protocol_reason: "type",
    status: 200,
    error: null,
    reason: "served",
    started_at: "2026-03-12T16:00:00.000Z",
    connect_ms: null,
    ttft_ms: 200,
    duration_ms: 2100,
    ...over,
  };
}

export function sampleDetail(over: Partial<LogDetail> = {}): LogDetail {
  return {
    id: "0195a2c4-0000-7000-8000-000000000001",
    timestamp: "2026-03-12T16:00:00.000Z",
    completed_at: "2026-03-12T16:00:02.100Z",
    state: "completed",
    source_ip: "10.0.0.7",
    method: "POST",
    path: "/v1/chat/completions",
    service_type: "openai",
    user_agent: "curl/8",
    auth_user: null,
    original_model: "llama3-8b",
    mapped_model: "llama3-8b",
    upstream: "fast-box",
    upstream_url: "http://192.168.1.100:8000",
    upstream_request_id: null,
    held: null,
    route: "direct",
    protocol: "native",
    attempts: [sampleAttempt()],
    dropped: [],
    warnings: [],
    resent_from: null,
    stream: true,
    status_code: 200,
    error_message: null,
    duration_ms: 2100,
    ttft_ms: 200,
    prompt_tokens: 12,
    completion_tokens: 34,
    total_tokens: 46,
    tokens_estimated: false,
    cached_tokens: null,
    reasoning_tokens: null,
    cost: null,
    thread_id: null,
    turns_key: null,
    client: null,
    asked: null,
    finish_reason: "stop",
    request_size: 90,
    response_size: 1200,
    request_headers: [["content-type", "application/json"]],
    response_headers: [["content-type", "text/event-stream"]],
    request_body: '{"model":"llama3-8b","messages":[{"role":"user","content":"Hello"}]}',
    request_body_truncated: false,
    response_body:
      '{"choices":[{"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}',
    response_body_truncated: false,
    ...over,
  };
}

const noStats: PeriodStats = {
  requests: 0,
  errors: 0,
  error_rate: 0,
  duration_ms_median: null,
  duration_ms_p95: null,
  ttft_ms_median: null,
  prompt_tokens: 0,
  completion_tokens: 0,
};

export function sampleStats(over: Partial<PeriodStats> = {}, stats: Partial<Stats> = {}): Stats {
  const period = { ...noStats, ...over };
  return {
    total: period,
    last_24h: period,
    inflight: 0,
    dropped_rows: {},
    dropped_bodies: 0,
    ...stats,
  };
}

/** A log that holds these rows, whatever is asked of it. */
export function sampleBrowse(
  details: readonly LogDetail[],
  next: string | null = null,
  stats: Stats = sampleStats({ requests: details.length }),
): PagesDeps["browse"] {
  const threads = threadsOver(() => details);
  // As `list`, whatever is asked.
  const threadRow = async (id: string) =>
    (await threads.threadRow(id)) ?? threadOfCalls(id, details);
  return {
    ...threads,
    threadRow,
    async thread(id) {
      const sums = await threadRow(id);
      return sums === null ? null : { ...sums, logs: details, next };
    },
    list: ({ resent_from }) =>
      Promise.resolve(
        resent_from === undefined
          ? { logs: details, next }
          : { logs: details.filter((row) => row.resent_from === resent_from), next: null },
      ),
    count: () => Promise.resolve({ calls: details.length, isExact: true }),
    get: (id) => Promise.resolve(details.find((detail) => detail.id === id) ?? null),
    stats: () => Promise.resolve(stats),
    today: () => Promise.resolve(stats),
    upstreams: () => ({ upstreams: [] }),
    inFlight: () => ({ inflight: [] }),
    performance: () => Promise.resolve({ points: details.map(pointOf) }),
    period: (question) => Promise.resolve(periodOfCalls(details.map(pointOf), question)),
  };
}

/** A row as the charts see it. */
export function pointOf(row: LogRow): PerformancePoint {
  const model = row.mapped_model ?? row.original_model;
  return { ...row, model, user: row.auth_user ?? row.source_ip };
}

export function sampleUpstream(over: Partial<UpstreamState> = {}): UpstreamState {
  return {
    name: "fast-box",
    url: "http://192.168.1.100:8000",
    type: "openai",
    protocols: [
      { protocol: "chat", way: "native", reason: "type" },
      { protocol: "responses", way: "native", reason: "type" },
      { protocol: "messages", way: "native", reason: "type" },
      { protocol: "ollama", way: "ollama>chat", reason: "type" },
    ],
    state: "well",
    contact: "reached",
    failures: 0,
    last_error: null,
    rests_until: null,
    active: 0,
    waiting: 0,
    turn: 0,
    max_concurrency: null,
    max_queue: 100,
    models: ["llama3-8b"],
    models_fetched_at: "2026-03-12T16:00:00.000Z",
    models_state: "listed",
    models_error: null,
    loaded: null,
    loaded_fetched_at: null,
    ...over,
  };
}

export const sampleActions: Actions = {
  checkUpstreams: () => Promise.resolve(),
  wishMemory: () => ({ kind: "refused", why: "this is a test" }),
  sendAgain: () => Promise.resolve({ kind: "refused", why: "this is a test" }),
};

/** An empty file that is always valid and never saved. */
export const sampleRoutesEdit: RoutesEdit = {
  open: () => Promise.resolve({ text: "", why: null, hash: null, isRedacted: false }),
  try: () => Promise.resolve({ kind: "valid", tested: null }),
  save: () => Promise.resolve({ kind: "failed", why: "this is a test" }),
};

/** What pages need, over a log; nothing is configured and no action does anything. */
export function sampleDeps(browse: PagesDeps["browse"], over: Partial<PagesDeps> = {}): PagesDeps {
  const nothingConfigured = routingOf("");
  return {
    browse,
    monthCost: createMonthCost(browse, { now: over.now ?? (() => now) }),
    actions: sampleActions,
    routing: () => nothingConfigured,
    discovery: () => emptyDiscovery,
    serversNow: reportedNow(browse.upstreams().upstreams),
    routesFile: "routes.yaml",
    routesEdit: sampleRoutesEdit,
    mayEdit: () => Promise.resolve(false),
    readFileForm: createFormReader(systemClock),
    refusedCalls: () => ({ count: 0, last: null }),
    notices: { current: () => [], dismiss: () => {} },
    readForm: createFormReader(systemClock),
    tryCall: () => Promise.resolve({ kind: "unreadable", status: 400, message: "this is a test" }),
    now: () => now,
    later: (work) => {
      work();
    },
    fault(error) {
      throw error;
    },
    version: "1.0.0",
    canSignIn: false,
    address: "http://127.0.0.1:1234",
    ...over,
  };
}

export interface Opened {
  readonly status: number;
  readonly headers: Headers;
  readonly document: Document;
}

/** A page as the browser parses it; scripts do not run. */
export async function openPage(
  browse: PagesDeps["browse"],
  path: string,
  deps: Partial<PagesDeps> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Opened> {
  const app = new Elysia().use(pages(sampleDeps(browse, deps)));
  const host = { host: "router.lan:1234", ...headers };
  const response = await app.handle(
    new Request(`http://router.lan:1234${path}`, { headers: host }),
  );
  const { document } = new Window();
  document.write(await response.text());
  return { status: response.status, headers: response.headers, document };
}

/** What comes back of a form, as the browser parses it. */
export async function submitForm(
  path: string,
  fields: Readonly<Record<string, string>>,
  deps: Partial<PagesDeps> = {},
): Promise<Opened & { readonly text: string }> {
  const app = new Elysia().use(pages(sampleDeps(sampleBrowse([]), deps)));
  const response = await app.handle(
    new Request(`http://router.lan:1234${path}`, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { host: "router.lan:1234" },
    }),
  );
  const text = await response.text();
  const { document } = new Window();
  document.write(text);
  return { status: response.status, headers: response.headers, document, text };
}

/** Text as it reads, blanks collapsed. */
export function elementText(document: Document, selector: string): string {
  const found = document.querySelector(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return found.textContent.replace(/\s+/g, " ").trim();
}

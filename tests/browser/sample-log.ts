// An afternoon in the log of someone with three model servers and a coding agent: for the browser tests and the screenshots.
import type { LoggedAttempt } from "../../src/domain/log/log-entry.ts";
import type { HeaderList } from "../../src/domain/http/headers.ts";
import { periodOfCalls } from "../../src/adapters/logs/rows/period-of-calls.ts";
import { pointOf } from "../adapters/pages/sample.ts";
import type {
  Browse,
  InFlightCall,
  LogDetail,
  LogFilter,
  LogRow,
  LogSort,
  Stats,
} from "../../src/ports/browse.ts";
import type { BrowseThreads } from "../../src/ports/threads.ts";
import { threadsOver } from "../lab/memory-threads.ts";
import type { PeriodReader } from "../../src/ports/periods.ts";
import { sampleBodies } from "./sample-bodies.ts";
import { isSought, sampleListed } from "./sample-places.ts";
import { sampleUpstreams } from "./sample-servers.ts";

/** When the samples end; pages that show them take it for now. */
export const sampleNow = Date.parse("2026-03-12T16:42:30.000Z");

interface SampleCall {
  readonly model: string | null;
  readonly sent?: string;
  readonly upstream: string;
  readonly route: string;
  readonly path?: string;
  readonly state?: LogRow["state"];
  readonly status?: number | null;
  readonly error?: string;
  readonly stream?: boolean;
  readonly tokens?: readonly [number, number];
  readonly estimated?: boolean;
  readonly first?: number;
  readonly took?: number;
  /** Upstreams that failed before. */
  readonly failed?: readonly (readonly [
    upstream: string,
    model: string,
    reason: string,
    error: string,
    ms: number,
  ])[];
  readonly agent?: string;
  readonly user?: string;
  readonly warnings?: readonly string[];
}

const refused = ["fast-box", "llama3-8b", "refused", "connection refused", 3] as const;
const limited = [
  "hosted",
  "big-coder",
  "status",
  "429 Too Many Requests: rate limit reached",
  210,
] as const;

/** What comes again and again, newest first. */
const pattern: readonly SampleCall[] = [
  {
    model: "coding-assistant",
    sent: "big-coder",
    upstream: "hosted",
    route: "alias:coding-assistant",
    tokens: [18_240, 412],
    first: 640,
    took: 7_420,
    agent: "opencode/1.2.0",
  },
  {
    model: "coding-assistant",
    sent: "codellama-34b",
    upstream: "gpu-server",
    route: "alias:coding-assistant",
    tokens: [17_902, 655],
    first: 1_310,
    took: 14_880,
    failed: [limited],
    agent: "opencode/1.2.0",
  },
  {
    model: "nomic-embed-text",
    upstream: "ollama-box",
    route: "discovered",
    path: "/v1/embeddings",
    stream: false,
    tokens: [512, 0],
    took: 84,
    agent: "llamaindex/0.12",
  },
  {
    model: "git-commit-model",
    sent: "llama3.2:3b",
    upstream: "ollama-box",
    route: "alias:git-commit-model",
    tokens: [1_204, 38],
    first: 212,
    took: 690,
    failed: [refused],
    stream: false,
    agent: "aicommits/2.1",
  },
  {
    model: "llama3.2:3b",
    upstream: "ollama-box",
    route: "discovered",
    path: "/api/chat",
    tokens: [340, 128],
    warnings: ["slow_load"],
    first: 180,
    took: 2_040,
    agent: "ollama-js/0.6",
  },
  {
    model: "gpt-4",
    sent: "claude-3-opus",
    upstream: "hosted",
    route: "rule:3",
    tokens: [2_210, 540],
    first: 820,
    took: 9_300,
    agent: "openai-python/2.6",
    user: "mara",
  },
  {
    model: "qwen2.5-coder-1.5b",
    upstream: "gpu-server",
    route: "rule:1",
    path: "/v1/completions",
    tokens: [1_890, 24],
    first: 41,
    took: 162,
    agent: "continue/0.9",
  },
  {
    model: "coding-assistant",
    sent: "big-coder",
    upstream: "hosted",
    route: "alias:coding-assistant",
    tokens: [16_820, 1_204],
    warnings: ["reply_cut"],
    first: 710,
    took: 18_900,
    agent: "opencode/1.2.0",
  },
  {
    model: "llama3-8b",
    upstream: "fast-box",
    route: "direct",
    tokens: [88, 301],
    estimated: true,
    first: 95,
    took: 3_120,
    agent: "curl/8.10.1",
  },
  {
    model: "whisper-1",
    upstream: "default",
    route: "default",
    path: "/v1/audio/transcriptions",
    stream: false,
    took: 4_310,
    agent: "openai-python/2.6",
    user: "mara",
  },
];

/** What happens now and then, by place in the list. */
const special: Readonly<Record<number, SampleCall>> = {
  0: {
    model: "coding-assistant",
    sent: "big-coder",
    upstream: "hosted",
    route: "alias:coding-assistant",
    state: "inflight",
    status: null,
    first: 590,
    agent: "opencode/1.2.0",
  },
  1: {
    model: "llama3.2:3b",
    upstream: "ollama-box",
    route: "discovered",
    path: "/api/generate",
    state: "inflight",
    status: null,
    agent: "ollama-python/0.5",
  },
  5: {
    model: "mixtral-8x22b",
    upstream: "gpu-server",
    route: "discovered",
    state: "failed",
    status: 504,
    error: "no byte from the upstream for 120 s",
    took: 120_004,
    agent: "openai-python/2.6",
    user: "jo",
    failed: [["fast-box", "mixtral-8x22b", "connect_timeout", "no connection within 5 s", 5_001]],
  },
  9: {
    model: "gpt-4o",
    sent: "gpt-4o-2024-11-20",
    upstream: "hosted",
    route: "default",
    state: "failed",
    status: 401,
    error: "Incorrect API key provided",
    took: 142,
    stream: false,
    agent: "openai-node/6.1",
  },
  13: {
    model: "coding-assistant",
    sent: "big-coder",
    upstream: "hosted",
    route: "alias:coding-assistant",
    state: "cancelled",
    status: 499,
    first: 655,
    took: 4_100,
    tokens: [15_330, 96],
    estimated: true,
    error: "the client went away",
    agent: "opencode/1.2.0",
  },
  22: {
    model: "llama3-70b-instruct-q4_K_M-with-a-rather-long-name-from-a-finetune",
    upstream: "gpu-server",
    route: "rule:2>alias:big",
    tokens: [4_020, 880],
    first: 3_900,
    took: 62_400,
    agent: "librechat/0.8",
    user: "jo",
  },
  31: {
    model: "llama3-8b",
    upstream: "fast-box",
    route: "direct",
    state: "interrupted",
    status: null,
    error: "the router stopped",
    took: 900,
    agent: "curl/8.10.1",
  },
  37: {
    model: null,
    upstream: "default",
    route: "default",
    path: "/v1/files",
    stream: false,
    took: 18,
    agent: "curl/8.10.1",
  },
  44: {
    model: "mixtral-8x22b",
    upstream: "gpu-server",
    route: "discovered",
    state: "failed",
    status: 200,
    error: "the stream broke: connection lost",
    first: 1_200,
    took: 8_830,
    tokens: [902, 144],
    estimated: true,
    agent: "openai-python/2.6",
  },
};

const urls: Readonly<Record<string, string>> = {
  hosted: "https://api.example.com",
  "gpu-server": "http://gpu-server:8000",
  "ollama-box": "http://192.168.1.101:11434",
  "fast-box": "http://192.168.1.100:8000",
  default: "http://localhost:8000",
};

/** What people and agents ask, again and again. */
const questions = [
  "The test of the retry loop fails now and then; find out why and mend it",
  "Rename the field and update every place that reads it",
  "Write a commit message for this change",
  "What does this function return where the list is empty?",
  "Run the tests again",
  "Translate the notice into Danish, and keep the placeholders",
  "Why is the build twice as slow since yesterday?",
] as const;

/** A hosted model's price; what runs at home costs nothing; what is not known is not. */
function costOf({ upstream, tokens }: SampleCall): number | null {
  if (tokens === undefined || upstream === "default") return null;
  return upstream === "hosted" ? (tokens[0] * 1.25 + tokens[1] * 10) / 1_000_000 : 0;
}

function threadOf({ model, agent = "" }: SampleCall): string {
  const name = Buffer.from(`${model ?? ""}${agent}`)
    .toString("hex")
    .padEnd(12, "0");
  return `0195a2c4-0000-8000-8000-${name.slice(-12)}`;
}

const iso = (ms: number): string => new Date(ms).toISOString();

function attemptsOf(sample: SampleCall, started: number): readonly LoggedAttempt[] {
  let at = started + 2;
  const attempts: LoggedAttempt[] = (sample.failed ?? []).map(
    ([upstream, model, reason, error, ms]) => {
      const begun = at;
      at += ms + 1;
      return {
        upstream,
        upstream_url: urls[upstream] ?? "",
        model,
        protocol: "native",
        protocol_reason: "type",
        status: reason === "status" ? 429 : null,
        error,
        reason,
        started_at: iso(begun),
        connect_ms: reason === "status" ? 31 : null,
        ttft_ms: null,
        duration_ms: ms,
      };
    },
  );
  if (sample.state === "inflight") return attempts;
  const spent = at - started;
  attempts.push({
    upstream: sample.upstream,
    upstream_url: urls[sample.upstream] ?? "",
    model: sample.sent ?? sample.model,
    protocol: "native",
    protocol_reason: "type",
    status:
      sample.status === undefined || sample.status === 504
        ? sample.status === 504
          ? null
          : 200
        : sample.status,
    error: sample.error ?? null,
    reason:
      sample.state === "failed"
        ? sample.status === 504
          ? "silence_timeout"
          : sample.status === 200
            ? "broken"
            : "status"
        : sample.state === "cancelled"
          ? "client_gone"
          : "served",
    started_at: iso(at),
    connect_ms: sample.upstream === "hosted" ? 38 : null,
    ttft_ms: sample.first === undefined ? null : Math.max(20, sample.first - spent),
    duration_ms: Math.max(1, (sample.took ?? 0) - spent),
  });
  return attempts;
}

function rowOf(sample: SampleCall, index: number): LogRow {
  // Closer together at the end, as they are when someone is working.
  const started = sampleNow - 3_400 - index * 7_100 - index * index * 480;
  const state = sample.state ?? "completed";
  const path = sample.path ?? "/v1/chat/completions";
  const stream = sample.stream ?? true;
  const [prompt, completion] = sample.tokens ?? [null, null];
  const running = state === "inflight";
  const headers: HeaderList = [
    ["host", "127.0.0.1:1234"],
    ["authorization", "[redacted]"],
    ["content-type", "application/json"],
    ["user-agent", sample.agent ?? "curl/8.10.1"],
    ["x-project", "smolrouter"],
  ];
  return {
    id: `0195a2c4-${(0x9000 - index).toString(16)}-7b3e-8f21-${(0xc0ffee00 - index).toString(16).padStart(12, "0")}`,
    timestamp: iso(started),
    completed_at: running ? null : iso(started + (sample.took ?? 0)),
    state,
    source_ip: sample.agent?.startsWith("opencode") === true ? "127.0.0.1" : "10.0.1.14",
    method: "POST",
    path,
    service_type: path.startsWith("/api/") ? "ollama" : "openai",
    user_agent: sample.agent ?? null,
    auth_user: sample.user ?? null,
    original_model: sample.model,
    mapped_model: sample.sent ?? sample.model,
    upstream: sample.upstream,
    upstream_url: urls[sample.upstream] ?? null,
    held: null,
    upstream_request_id:
      sample.upstream === "hosted" ? `req_${(index * 7919).toString(36)}x1` : null,
    route: sample.route,
    protocol: "native",
    attempts: attemptsOf(sample, started),
    dropped: [],
    warnings: sample.warnings ?? [],
    resent_from: null,
    stream,
    status_code: sample.status === undefined ? 200 : sample.status,
    error_message: sample.error ?? null,
    duration_ms: running ? null : (sample.took ?? 0),
    ttft_ms: stream ? (sample.first ?? null) : null,
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt === null ? null : prompt + (completion ?? 0),
    tokens_estimated: sample.estimated ?? false,
    cached_tokens: null,
    reasoning_tokens: null,
    cost: costOf(sample),
    thread_id: path.includes("chat") ? threadOf(sample) : null,
    turns_key: null,
    client: sample.agent ?? null,
    asked: path.includes("chat") ? (questions[index % questions.length] ?? null) : null,
    finish_reason: running || state === "failed" ? null : "stop",
    request_size: (prompt ?? 200) * 4,
    response_size: (completion ?? 0) * 210 + 300,
    request_headers: headers,
    response_headers: running
      ? []
      : [
          ["content-type", stream ? "text/event-stream" : "application/json"],
          ["x-smolrouter-upstream", sample.upstream],
        ],
  };
}

/** Newest first. */
export function sampleRows(count: number): readonly LogRow[] {
  return Array.from({ length: count }, (_, index) => {
    const usual = pattern[index % pattern.length];
    if (usual === undefined) throw new Error("the pattern is empty");
    return rowOf(special[index] ?? usual, index);
  });
}

/** The row with a failed-over agent's conversation: what the request page is shown with. */
export const sampleFailover = 11;

export interface SampleLog extends Browse, PeriodReader, BrowseThreads {
  /** Puts a row on top, as a new call would. */
  add(row: LogRow): void;
  /** Puts a row in the place of the one with its id, as the end of its call would. */
  replace(row: LogRow): void;
}

/** A log in memory over the rows; it filters as a store does, as far as the pages' form can ask. */
export function sampleLog(initial: readonly LogRow[]): SampleLog {
  const rows = [...initial];
  const matches = (row: LogRow, filter: LogFilter): boolean =>
    (filter.before === undefined || row.id < filter.before) &&
    (filter.state === undefined || row.state === filter.state) &&
    (filter.resent_from === undefined || row.resent_from === filter.resent_from) &&
    (filter.service_type === undefined || row.service_type === filter.service_type) &&
    (filter.upstream === undefined || row.upstream === filter.upstream) &&
    (filter.since === undefined || Date.parse(row.timestamp) >= filter.since) &&
    (filter.until === undefined || Date.parse(row.timestamp) < filter.until) &&
    (filter.user === undefined || (row.auth_user ?? row.source_ip) === filter.user) &&
    (filter.thread === undefined || row.thread_id === filter.thread) &&
    (filter.client === undefined ||
      row.client === filter.client ||
      row.client?.split("/")[0] === filter.client) &&
    (filter.model === undefined ||
      [row.original_model, row.mapped_model].some(
        (name) => name?.toLowerCase().includes(filter.model?.toLowerCase() ?? "") === true,
      )) &&
    (filter.status === undefined ||
      (row.status_code !== null &&
        row.status_code >= filter.status.from &&
        row.status_code <= filter.status.to)) &&
    (filter.q === undefined || isSought(detailOf(row), filter.q));
  return {
    ...threadsOver(() => rows),
    add: (row) => void rows.unshift(row),
    replace: (row) => {
      const index = rows.findIndex(({ id }) => id === row.id);
      if (index >= 0) rows[index] = row;
    },
    list: async (filter) => {
      const { sort = "time" } = filter;
      const found = rows.filter((row) => matches(row, filter));
      const of = sortedBy[sort];
      if (of !== null) found.sort((a, b) => of(b) - of(a));
      const logs = await sampleListed(found.slice(0, filter.limit), filter.q, detailOf);
      const next = found.length > logs.length ? (logs.at(-1)?.id ?? null) : null;
      return { logs, next };
    },
    count: (filter) => {
      const found = rows.filter((row) => matches(row, { ...filter, limit: 1 }));
      return Promise.resolve({ calls: found.length, isExact: true });
    },
    get: (id) => {
      const row = rows.find((candidate) => candidate.id === id);
      return Promise.resolve(row === undefined ? null : detailOf(row));
    },
    stats: () => Promise.resolve(statsOf(rows)),
    today: () => Promise.resolve(statsOf(rows)),
    upstreams: () => ({ upstreams: sampleUpstreams }),
    inFlight: () => ({
      inflight: rows
        .filter(({ state }) => state === "inflight")
        .map(inFlightOf)
        .toReversed(),
    }),
    performance: ({ limit }) =>
      Promise.resolve({
        points: rows
          .filter(({ state }) => state !== "inflight")
          .slice(0, limit)
          .map(pointOf),
      }),
    period: (question) => {
      const { filter } = question;
      const found = rows.filter((row) => matches(row, { ...filter, limit: 1 }));
      return Promise.resolve(periodOfCalls(found.map(pointOf), question));
    },
  };
}

const sortedBy: Readonly<Record<LogSort, ((row: LogRow) => number) | null>> = {
  time: null,
  duration: (row) => row.duration_ms ?? -1,
  tokens: (row) => row.total_tokens ?? -1,
  cost: (row) => row.cost ?? -1,
};

function inFlightOf(row: LogRow): InFlightCall {
  const waits = row.original_model === "llama3.2:3b";
  return {
    ...row,
    elapsed_ms: sampleNow - Date.parse(row.timestamp),
    waiting_for: waits ? row.upstream : null,
    position: waits ? 1 : null,
    tokens_so_far: waits ? 0 : 138,
  };
}

function detailOf(row: LogRow): LogDetail {
  const bodies = sampleBodies(row);
  return {
    ...row,
    request_body: bodies.request,
    request_body_truncated: false,
    response_body: row.state === "inflight" ? null : bodies.response,
    response_body_truncated: false,
  };
}

function statsOf(rows: readonly LogRow[]): Stats {
  const errors = rows.filter((row) => row.state === "failed").length;
  const middle = (values: readonly (number | null)[], share: number): number | null => {
    const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) * share)] ?? null;
  };
  const times = rows.map((row) => (row.state === "completed" ? row.duration_ms : null));
  const sum = (values: readonly (number | null)[]): number =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const day = {
    requests: rows.length,
    errors,
    error_rate: rows.length === 0 ? 0 : errors / rows.length,
    duration_ms_median: middle(times, 0.5),
    duration_ms_p95: middle(times, 0.95),
    ttft_ms_median: middle(
      rows.map((row) => row.ttft_ms),
      0.5,
    ),
    prompt_tokens: sum(rows.map((row) => row.prompt_tokens)),
    completion_tokens: sum(rows.map((row) => row.completion_tokens)),
  };
  return {
    total: day,
    last_24h: day,
    inflight: rows.filter((row) => row.state === "inflight").length,
    dropped_rows: {},
    dropped_bodies: 0,
  };
}

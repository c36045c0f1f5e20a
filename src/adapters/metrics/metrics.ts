// Figures for Prometheus, kept from the calls observed. Label values are bounded.
import { readdirSync } from "node:fs";
import { nanosPerDollar } from "../../domain/log/call-sense.ts";
import { createBoundedLabels } from "../../domain/log/bounded-labels.ts";
import type { LogEntry } from "../../domain/log/log-entry.ts";
import type { CallObserver, UsageObserver } from "../../ports/observer.ts";
import { askedFor, createCounter, createHistogram, type Family } from "./exposition.ts";

export interface Metrics extends CallObserver, UsageObserver {
  /** Counts an answer that leaves no row. */
  refused(status: number, surface: string): void;
  /** All figures in Prometheus's text format. */
  text(): string;
}

export interface MetricsDeps {
  readonly version: string;
  readonly inFlight: () => number;
  /** null: there is no log. */
  readonly log: {
    readonly queuedRows: () => number;
    readonly droppedRows: () => Readonly<Record<string, number>>;
    /** Whether the store takes rows and gives them back. */
    readonly storeIsUp: () => boolean;
    /** What waits here for a store that routers share; null: the log is this router's own. */
    readonly spool: (() => { readonly rows: number; readonly bytes: number } | null) | null;
  } | null;
}

/** Seconds; models take from a blink to many minutes. */
const durationBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640];
const firstTokenBuckets = [0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 12, 25, 50, 100];

/** Clients name models; upstreams may take any name. */
const maxModels = 200;
/** Servers and routes are configured, but a reload may bring others. */
const maxConfigured = 500;

export function createMetrics(deps: MetricsDeps): Metrics {
  const models = createBoundedLabels(maxModels);
  const upstreams = createBoundedLabels(maxConfigured);
  const routes = createBoundedLabels(maxConfigured);

  const requests = createCounter(
    "smolrouter_requests_total",
    "Routed calls that ended, refused ones included, by the status the client saw",
    ["route", "model", "upstream", "status"],
  );
  const duration = createHistogram(
    "smolrouter_request_duration_seconds",
    "From the request read to the end of the answer",
    ["upstream", "service"],
    durationBuckets,
  );
  const firstToken = createHistogram(
    "smolrouter_time_to_first_token_seconds",
    "From the request read to the first content of a stream",
    ["upstream", "model"],
    firstTokenBuckets,
  );
  const tokens = createCounter("smolrouter_tokens_total", "Tokens as upstreams report them", [
    "upstream",
    "model",
    "kind",
  ]);
  const cost = createCounter(
    "smolrouter_cost_usd_total",
    "US dollars that calls cost, by their prices when they ended",
    ["upstream", "model"],
  );
  const unpriced = createCounter(
    "smolrouter_unpriced_calls_total",
    "Calls that used tokens whose price is not known",
    ["upstream", "model"],
  );
  const attempts = createCounter(
    "smolrouter_attempts_total",
    "Tries at upstreams, by what came of them",
    ["upstream", "reason"],
  );
  const failovers = createCounter(
    "smolrouter_failovers_total",
    "Calls handed on from one upstream to the next",
    ["from", "to"],
  );
  const refusals = createCounter(
    "smolrouter_http_refused_total",
    "Requests that leave no row: 400, 401, 403, 404 and 405",
    ["status", "surface"],
  );
  const families: readonly Family[] = [
    requests,
    duration,
    firstToken,
    tokens,
    // Priced in the log's thread.
    ...(deps.log === null ? [] : [cost, unpriced]),
    attempts,
    failovers,
    refusals,
    ...ofTheProcess(deps),
  ];

  function countAttempts({ attempts: made }: LogEntry): void {
    let before: string | null = null;
    for (const { upstream, reason } of made) {
      const name = upstreams.label(upstream, true);
      attempts.add(1, name, reason);
      // Asked beside another, it handed nothing on.
      if (reason === "outrun") continue;
      if (before !== null && before !== name) failovers.add(1, before, name);
      before = name;
    }
  }

  return {
    started: () => undefined,
    ended(entry) {
      const { statusCode, upstream: name, durationMs, ttftMs } = entry;
      const status = statusCode ?? 0;
      // A name that an upstream has answered to is one.
      const model = models.label(entry.mappedModel, status >= 200 && status < 400);
      const upstream = upstreams.label(name, true);
      requests.add(1, routes.label(entry.route, true), model, upstream, String(status));
      countAttempts(entry);
      if (durationMs !== null && name !== null)
        duration.observe(durationMs / 1_000, upstream, entry.service);
      if (ttftMs !== null) firstToken.observe(ttftMs / 1_000, upstream, model);
    },
    used({ mappedModel, upstream: name }, { prompt, completion }, costs) {
      // Known by name, or not, since the call ended.
      const model = models.label(mappedModel, false);
      const upstream = upstreams.label(name, true);
      if (prompt !== null) tokens.add(prompt, upstream, model, "prompt");
      if (completion !== null) tokens.add(completion, upstream, model, "completion");
      if (costs === "unpriced") unpriced.add(1, upstream, model);
      else if (costs !== null) cost.add(costs / nanosPerDollar, upstream, model);
    },
    refused: (status, surface) => refusals.add(1, String(status), surface),
    text: () => families.map((family) => family.text()).join(""),
  };
}

/** What is asked for when the figures are read. */
function ofTheProcess({ version, inFlight, log }: MetricsDeps): readonly Family[] {
  const ofLog =
    log === null
      ? []
      : [
          gauge("smolrouter_log_queue_rows", "Rows that wait to be written", log.queuedRows),
          askedFor(
            "counter",
            "smolrouter_log_dropped_rows_total",
            "Rows the log lost since start",
            "reason",
            log.droppedRows,
          ),
          gauge("smolrouter_log_store_up", "1 while the log's store can be reached, else 0", () =>
            log.storeIsUp() ? 1 : 0,
          ),
          ...ofTheSpool(log.spool),
        ];
  return [
    gauge("smolrouter_requests_in_flight", "Calls being answered now", inFlight),
    ...ofLog,
    askedFor(
      "gauge",
      "smolrouter_build_info",
      "1, labelled with the version that runs",
      "version",
      () => ({ [version]: 1 }),
    ),
    gauge("process_resident_memory_bytes", "Resident memory", () => process.memoryUsage.rss()),
    gauge("process_start_time_seconds", "Start of the process since the Unix epoch", () =>
      Math.round(performance.timeOrigin / 1_000),
    ),
    gauge("process_open_fds", "Open file descriptors, connections among them", openFiles),
    askedFor("counter", "process_cpu_seconds_total", "Processor time used", null, () => {
      const { user, system } = process.cpuUsage();
      return { "": (user + system) / 1e6 };
    }),
  ];
}

function ofTheSpool(spool: NonNullable<MetricsDeps["log"]>["spool"]): readonly Family[] {
  if (spool === null) return [];
  const rows = "Rows that wait here for the log's shared store";
  const bytes = "Bytes that wait here for it";
  return [
    gauge("smolrouter_spool_rows", rows, () => spool()?.rows ?? 0),
    gauge("smolrouter_spool_bytes", bytes, () => spool()?.bytes ?? 0),
  ];
}

function gauge(name: string, help: string, value: () => number): Family {
  return askedFor("gauge", name, help, null, () => ({ "": value() }));
}

/** Known on Linux only; 0 elsewhere. */
function openFiles(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}

// Figures for Prometheus, kept by prom-client from the calls observed. Label values are bounded.
import { readdirSync } from "node:fs";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { createBoundedLabels } from "../../domain/log/bounded-labels.ts";
import type { LogEntry } from "../../domain/log/log-entry.ts";
import type { CallObserver, UsageObserver } from "../../ports/observer.ts";

export interface Metrics extends CallObserver, UsageObserver {
  /** Counts an answer that leaves no row. */
  refused(status: number, surface: string): void;
  /** The exposition, and its content type. */
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsDeps {
  readonly version: string;
  readonly inFlight: () => number;
  /** null: there is no log. */
  readonly log: {
    readonly queuedRows: () => number;
    readonly droppedRows: () => Readonly<Record<string, number>>;
  } | null;
}

/** Seconds; models take from a blink to many minutes. */
const durationBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640];
const firstTokenBuckets = [0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 12, 25, 50, 100];

/** Clients name models; upstreams may take any name. */
const mostModels = 200;
/** Servers and routes are configured, but a reload may bring others. */
const mostConfigured = 500;

export function createMetrics(deps: MetricsDeps): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const models = createBoundedLabels(mostModels);
  const upstreams = createBoundedLabels(mostConfigured);
  const routes = createBoundedLabels(mostConfigured);

  const requests = new Counter({
    name: "smolrouter_requests_total",
    help: "Routed calls that ended, refused ones included, by the status the client saw",
    labelNames: ["route", "model", "upstream", "status"] as const,
    registers,
  });
  const duration = new Histogram({
    name: "smolrouter_request_duration_seconds",
    help: "From the request read to the end of the answer",
    labelNames: ["upstream", "service"] as const,
    buckets: durationBuckets,
    registers,
  });
  const firstToken = new Histogram({
    name: "smolrouter_time_to_first_token_seconds",
    help: "From the request read to the first content of a stream",
    labelNames: ["upstream", "model"] as const,
    buckets: firstTokenBuckets,
    registers,
  });
  const tokens = new Counter({
    name: "smolrouter_tokens_total",
    help: "Tokens as upstreams report them",
    labelNames: ["upstream", "model", "kind"] as const,
    registers,
  });
  const attempts = new Counter({
    name: "smolrouter_attempts_total",
    help: "Tries at upstreams, by what came of them",
    labelNames: ["upstream", "reason"] as const,
    registers,
  });
  const failovers = new Counter({
    name: "smolrouter_failovers_total",
    help: "Calls handed on from one upstream to the next",
    labelNames: ["from", "to"] as const,
    registers,
  });
  const refusals = new Counter({
    name: "smolrouter_http_refused_total",
    help: "Requests that leave no row: 400, 401, 403, 404 and 405",
    labelNames: ["status", "surface"] as const,
    registers,
  });
  gauges(registry, deps);

  function countAttempts({ attempts: made }: LogEntry): void {
    let before: string | null = null;
    for (const { upstream, reason } of made) {
      const name = upstreams.label(upstream, true);
      attempts.inc({ upstream: name, reason });
      if (before !== null && before !== name) failovers.inc({ from: before, to: name });
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
      requests.inc({ route: routes.label(entry.route, true), model, upstream, status });
      countAttempts(entry);
      if (durationMs !== null && name !== null)
        duration.observe({ upstream, service: entry.service }, durationMs / 1_000);
      if (ttftMs !== null) firstToken.observe({ upstream, model }, ttftMs / 1_000);
    },
    used({ mappedModel, upstream: name }, { prompt, completion }) {
      // Known by name, or not, since the call ended.
      const model = models.label(mappedModel, false);
      const upstream = upstreams.label(name, true);
      if (prompt !== null) tokens.inc({ upstream, model, kind: "prompt" }, prompt);
      if (completion !== null) tokens.inc({ upstream, model, kind: "completion" }, completion);
    },
    refused: (status, surface) => refusals.inc({ status, surface }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** What is asked for when the figures are read. */
function gauges(registry: Registry, { version, inFlight, log }: MetricsDeps): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge("smolrouter_requests_in_flight", "Calls being answered now", inFlight);
  if (log !== null) {
    const { queuedRows, droppedRows } = log;
    gauge("smolrouter_log_queue_rows", "Rows that wait to be written", queuedRows);
    new Counter({
      name: "smolrouter_log_dropped_rows_total",
      help: "Rows the log lost since start",
      labelNames: ["reason"] as const,
      registers,
      collect() {
        this.reset();
        for (const [reason, rows] of Object.entries(droppedRows())) this.inc({ reason }, rows);
      },
    });
  }
  new Gauge({
    name: "smolrouter_build_info",
    help: "1, labelled with the version that runs",
    labelNames: ["version"] as const,
    registers,
  }).set({ version }, 1);
  gauge("process_resident_memory_bytes", "Resident memory", () => process.memoryUsage.rss());
  gauge("process_start_time_seconds", "Start of the process since the Unix epoch", () =>
    Math.round(performance.timeOrigin / 1_000),
  );
  gauge("process_open_fds", "Open file descriptors, connections among them", openFiles);
  new Counter({
    name: "process_cpu_seconds_total",
    help: "Processor time used",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
}

/** Known on Linux only; 0 elsewhere. */
function openFiles(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}

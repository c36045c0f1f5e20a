// The wiring, top to bottom: adapters into use cases, use cases behind the server.
import type { AnyElysia } from "elysia";
import { systemClock } from "../adapters/clock/system-clock.ts";
import type { Configuration } from "../adapters/config/load.ts";
import { apiRoutes } from "../adapters/http/api-routes.ts";
import { callRoutes } from "../adapters/http/call-routes.ts";
import { modelRoutes } from "../adapters/http/model-routes.ts";
import { type RunningServer, startServer } from "../adapters/http/server.ts";
import { webGuard } from "../adapters/http/web-guard.ts";
import { type Logs, openLogs } from "../adapters/logs/open-logs.ts";
import { pages } from "../adapters/pages/pages.tsx";
import { fetchUpstream } from "../adapters/upstream/fetch-upstream.ts";
import { createBudget } from "../domain/budget.ts";
import type { Logger } from "../ports/logger.ts";
import { createBrowse } from "./usecases/browse.ts";
import { createGate } from "./usecases/gate.ts";
import { createHealthBoard } from "./usecases/health-board.ts";
import { createInFlightBoard } from "./usecases/in-flight.ts";
import { orAfter } from "./usecases/or-after.ts";
import { createModels } from "./usecases/models.ts";
import { createRelay } from "./usecases/relay.ts";
import { createLiveView } from "./usecases/server-states.ts";

/** Bytes that the bodies of all requests being answered may take; and, apart from them, held answers (SPEC sections 3 and 7). */
const sharedBytes = 512 * 1024 * 1024;
/** ms that calls under way may take to finish after a stop was asked for. */
const drainMs = 30_000;

export interface Running {
  readonly url: string;
  readonly port: number;
  /** Settles once the log can be read; never rejects. */
  readonly ready: Promise<void>;
  /** Takes no new calls, finishes those under way, writes the log. */
  stop(): Promise<void>;
}

/** @throws the system's error where the address cannot be bound */
export function compose(
  { settings, routing }: Configuration,
  logger: Logger,
  version: string,
): Running {
  const clock = systemClock;
  const board = createInFlightBoard();
  const logs = settings.logging ? openLog(settings, logger) : null;
  const via = `smolrouter-${clock.id().slice(-12)}`;
  const gate = createGate();
  const models = createModels({ routing: () => routing, upstream: fetchUpstream, clock, via });
  const health = createHealthBoard(clock, (baseUrl) => models.back(baseUrl));
  const relay = createRelay({
    routing: () => routing,
    models,
    clock,
    observers: logs === null ? [board] : [board, logs.recorder],
    upstream: fetchUpstream,
    via,
    captureCap: logs === null ? 0 : settings.blobs.maxBlobSize,
    heldBudget: createBudget(sharedBytes),
    gate,
    health,
    sseKeepaliveMs: settings.sseKeepaliveMs,
  });
  const routes: AnyElysia[] = [
    modelRoutes(models),
    callRoutes({
      service: relay,
      clock,
      limits: { maxRequestSize: settings.maxRequestSize, budget: createBudget(sharedBytes) },
    }),
  ];
  if (logs !== null) {
    const browse = createBrowse({
      reader: logs.reader,
      clock,
      live: createLiveView({ clock, routing: () => routing, board, gate, health, models }),
      droppedRows: () => logs.recorder.droppedRows(),
    });
    const guard = webGuard(settings.webUiSecurity);
    routes.push(
      guard.use(apiRoutes(browse)).use(
        pages({
          browse,
          routing: () => routing,
          now: () => clock.now(),
          version,
          address: `http://${settings.listen.host}:${settings.listen.port}`,
        }),
      ),
    );
  }
  let server: RunningServer;
  try {
    server = startServer({ ...settings.listen, routes });
  } catch (error) {
    logs?.close().catch((closing: unknown) => logger.error(String(closing)));
    throw error;
  }
  models.refresh().catch((error: unknown) => logger.error(String(error)));
  return {
    url: server.url,
    port: server.port,
    ready: logs === null ? Promise.resolve() : logs.opened.then(() => undefined),
    async stop() {
      server.stopListening();
      const left = await orAfter(board.empty(), drainMs, clock);
      if (left === "due") logger.warn("calls were cut off by the stop", { calls: board.count() });
      await server.close();
      await logs?.close();
    },
  };
}

function openLog(settings: Configuration["settings"], logger: Logger): Logs {
  const logs = openLogs({
    path: settings.dbPath,
    maxBodyBytes: settings.blobs.maxBlobSize,
    maxLogAgeMs: settings.maxLogAgeMs,
    maxBodyAgeMs: settings.maxBodyAgeMs,
    clock: systemClock,
    trouble: (message) => logger.warn(message),
  });
  logs.opened
    .then(({ warnings, interrupted }) => {
      for (const warning of warnings) logger.error(warning);
      if (interrupted > 0)
        logger.info("rows that an earlier process left in flight are marked interrupted", {
          rows: interrupted,
        });
    })
    .catch((error: unknown) => logger.error(String(error)));
  return logs;
}

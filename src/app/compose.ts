// The wiring, top to bottom: adapters into use cases, use cases behind the server.
import type { AnyElysia } from "elysia";
import { systemClock } from "../adapters/clock/system-clock.ts";
import type { Configuration } from "../adapters/config/load.ts";
import { watchRoutes } from "../adapters/config/watch-routes.ts";
import { createAdmissions } from "../adapters/http/admissions.ts";
import { answerRoutes } from "../adapters/http/answer-routes.ts";
import { callAnswers, callRoutes, findText } from "../adapters/http/call-routes.ts";
import { createEventFeed } from "../adapters/http/events.ts";
import { createGatekeeper } from "../adapters/http/gatekeeper.ts";
import { crossSitePolicy, isThisMachine } from "../adapters/http/this-machine.ts";
import { modelRoutes, ollamaRoutes } from "../adapters/http/model-routes.ts";
import { healthRoutes, metricsRoute } from "../adapters/http/monitoring-routes.ts";
import { createFormReader } from "../adapters/http/read-form.ts";
import type { TurnedAway } from "../adapters/http/refusal.ts";
import { type RunningServer, startServer } from "../adapters/http/server.ts";
import { packPrices } from "../adapters/logs/pipeline/wire-prices.ts";
import { createMetrics } from "../adapters/metrics/metrics.ts";
import { createLazyPages } from "../adapters/pages/lazy-pages.ts";
import { createSchemaThread } from "../adapters/schemas/schema-thread.ts";
import { createCallLog } from "../adapters/telemetry/call-log.ts";
import { createSpanExporter } from "../adapters/telemetry/otlp-exporter.ts";
import { createTracer } from "../adapters/telemetry/tracer.ts";
import { createTokens } from "../adapters/tokens/jwt-tokens.ts";
import { createFetchUpstream } from "../adapters/upstream/fetch-upstream.ts";
import { createVia } from "../domain/http/via.ts";
import { createBudget } from "../domain/failover/budget.ts";
import type { Logger } from "../ports/logger.ts";
import type { UsageObserver } from "../ports/observer.ts";
import { startAlerts } from "./start-alerts.ts";
import { startGroup } from "./start-group.ts";
import { startLog } from "./start-log.ts";
import { type StartedReading, startReading } from "./start-reading.ts";
import { createRecentCalls } from "./usecases/alerts/recent-calls.ts";
import { createUsageCount } from "./usecases/log/count-usage.ts";
import { tellFirstLists } from "./usecases/servers/first-lists.ts";
import { createLimiter } from "./usecases/servers/limiter.ts";
import { createHealthBoard } from "./usecases/servers/health-board.ts";
import { createInFlightBoard } from "./usecases/log/in-flight.ts";
import { orAfter } from "./usecases/or-after.ts";
import { loadedContexts } from "./usecases/servers/loaded-contexts.ts";
import { createLoadedBoard } from "./usecases/servers/loaded-board.ts";
import { createModels } from "./usecases/servers/models.ts";
import { observeLoads } from "./usecases/servers/observe-loads.ts";
import { createNotices, routesNotice } from "./usecases/log/notices.ts";
import { createOllamaCatalog } from "./usecases/servers/ollama-catalog.ts";
import { createRefusals } from "./usecases/log/refusals.ts";
import { createRelay } from "./usecases/relay/relay.ts";
import { createLiveRouting, type RoutesTrouble } from "./usecases/servers/reload-routes.ts";
import { createReasoningMemory } from "./usecases/relay/reasoning-memory.ts";
import { engineOf } from "../domain/routing/engine.ts";
import { createKnownServers } from "./usecases/servers/known-servers.ts";
import { createServersNow } from "./usecases/servers/servers-now.ts";
import { createSpokenBoard } from "./usecases/servers/spoken-board.ts";
import { createServerClient } from "./usecases/servers/ask-server.ts";
import { createContinueCall } from "./usecases/answers/continue-call.ts";
import { createRecentAnswers } from "./usecases/answers/recent-answers.ts";
import { createStoredAnswers } from "./usecases/answers/stored-answers.ts";
import { createPromptEstimates } from "./usecases/log/prompt-estimates.ts";
import { createTokenRatios } from "../domain/log/token-ratios.ts";

/** Bytes that the bodies of all requests being answered may take; and, apart from them, held answers. */
const sharedBytes = 512 * 1024 * 1024;
/** Bytes that bodies kept for the log may take, over all calls under way. */
const capturedBytes = 256 * 1024 * 1024;
/** ms that calls under way may take to finish after a stop was asked for. */
const drainMs = 30_000;

export interface Running {
  readonly url: string;
  readonly port: number;
  /** Settles once the log can be read; never rejects. */
  readonly ready: Promise<void>;
  /**
   * Settles once the database that routers share has answered for the first time, or has not within a
   * second. Never rejects.
   * @returns why it refuses this router, with what to put right; null: it does not, or has not answered
   */
  refusedLog(): Promise<string | null>;
  /** Reads the routes file now; settles once it is in force, or refused and reported. Never rejects. */
  reload(): Promise<void>;
  /** What is wrong with the routes file on disk; null: it is in force. */
  routesTrouble(): RoutesTrouble | null;
  /** Takes no new calls, finishes those under way, writes the log. */
  stop(): Promise<void>;
}

/** @throws the system's error where the address cannot be bound */
export function compose(
  { settings, routing: initialRouting, routingBase, routesSource, routesFile }: Configuration,
  logger: Logger,
  version: string,
): Running {
  const clock = systemClock;
  const upstream = createFetchUpstream(clock);
  const board = createInFlightBoard();
  const ratios = createTokenRatios();
  const used: UsageObserver["used"] = (entry, usage, cost) => {
    metrics.used(entry, usage, cost);
    tracer?.used(entry, usage, cost);
    if (usage.prompt !== null) ratios.counted(entry.mappedModel, entry.requestSize, usage.prompt);
  };
  const log = settings.logging ? startLog(settings, version, clock, logger, used) : null;
  const logs = log?.logs ?? null;
  logs?.priced(packPrices(initialRouting));
  const store = log?.store ?? null;
  const metrics = createMetrics({
    version,
    inFlight: () => board.count(),
    log:
      log === null
        ? null
        : {
            queuedRows: () => log.logs.recorder.queuedRows(),
            droppedRows: () => log.droppedRows(),
            storeIsUp: () =>
              (settings.database === null ? null : log.spool?.report()?.database.isUp) ??
              log.store.trouble() === null,
            spool: log.spool === null ? null : () => log.spool?.report() ?? null,
          },
  });
  const exporter =
    settings.otlpEndpoint === null
      ? null
      : createSpanExporter({ endpoint: settings.otlpEndpoint, version, clock, logger });
  const tracer = exporter === null ? null : createTracer(exporter);
  const notices = createNotices([
    () => routesNotice(live.trouble()),
    () => log?.notices() ?? [],
    () => alerts.notices(),
    () => group?.notices() ?? [],
  ]);
  const via = createVia(clock.id().slice(-12));
  const ask = createServerClient(upstream, clock, via);
  const limiter = createLimiter();
  const live = createLiveRouting(initialRouting, {
    base: routingBase,
    clock,
    logger,
    adopted({ servers }) {
      limiter.adopt(servers.values());
      logs?.priced(packPrices(routing()));
      models.reloaded().catch((error: unknown) => logger.error(String(error)));
    },
  });
  const routing = () => live.current();
  const loaded = createLoadedBoard(ask, clock, () => logs?.contexts(contexts()));
  const contexts = () => {
    const { servers, defaultServer } = routing();
    return loadedContexts(loaded, new Set([...servers.keys(), defaultServer.name]));
  };
  const models = createModels({ routing, ask, clock, loaded });
  const ollama = createOllamaCatalog({ routing, models, ask, clock });
  const health = createHealthBoard(clock, (baseUrl) => models.changed(baseUrl));
  const serversNow = createServersNow(limiter, health, loaded);
  const engineAt = (serverName: string) => engineOf(models.state(serverName).models);
  const spoken = createSpokenBoard(clock, engineAt);
  const estimates = createPromptEstimates(ratios, logs?.reader ?? null);
  const reasoning = createReasoningMemory(clock);
  const schemas = createSchemaThread(clock);
  const recentAnswers = logs === null ? null : createRecentAnswers(clock);
  const answers =
    logs === null || recentAnswers === null
      ? null
      : createStoredAnswers(recentAnswers, logs.answers, clock);
  const recentCalls = createRecentCalls(clock);
  const alerts = startAlerts({
    settings,
    version,
    routing,
    health,
    models,
    calls: recentCalls,
    log,
    clock,
    logger,
    port: () => server.port,
  });
  const relay = createRelay({
    routing,
    models,
    clock,
    observers: [
      board,
      logs?.recorder,
      store,
      metrics,
      recentCalls,
      recentAnswers,
      observeLoads(loaded, (baseUrl) => models.changed(baseUrl)),
      createCallLog(logger, settings.log.level === "debug"),
      // The log's thread reads answers anyway.
      logs === null ? createUsageCount(clock, used) : null,
    ].filter((observer) => observer !== undefined && observer !== null),
    upstream,
    via,
    traced: tracer !== null,
    captureCap: settings.blobs.maxBlobSize,
    // Without a log, enough for the token counts of metrics.
    usageOnly: logs === null,
    captureBudget: createBudget(capturedBytes),
    packing: {
      pack: (block) => Bun.zstdCompressSync(block, { level: 1 }),
      unpack: (packed) => Bun.zstdDecompressSync(packed),
    },
    heldBudget: createBudget(sharedBytes),
    fault: (error, callId) =>
      logger.error("a fault of the router's own ended a call", {
        request_id: callId,
        error: stackOf(error),
      }),
    limiter,
    serversNow,
    isLoading: (target) => loaded.isLoading(target),
    health,
    spoken,
    servers: createKnownServers(clock, engineAt),
    schemas,
    promptTokens: (model, bytes) => estimates.tokens(model, bytes),
    ratiosKnown: () => estimates.ready(),
    reasoning,
    keepsAnswers: answers !== null,
    continueCall: createContinueCall({ answers, find: findText }),
    recentAnswers,
    sseKeepaliveMs: settings.sseKeepaliveMs,
  });
  const admissions = createAdmissions();
  const policy = crossSitePolicy(settings);
  const tokens = settings.jwtSecret === null ? null : createTokens(settings.jwtSecret, clock);
  const readForm = createFormReader(clock);
  const pages = createLazyPages({ tokens, now: () => clock.now(), version, readForm });
  const fault = (error: unknown): void => logger.error(stackOf(error));
  const refusals = createRefusals(() => clock.now());
  const refused = (away: TurnedAway) => {
    metrics.refused(away.status, away.surface);
    refusals.note(away);
  };
  const answerCall = callAnswers({
    service: relay,
    ollama,
    clock,
    maxRequestSize: settings.maxRequestSize,
    bodyBudget: createBudget(sharedBytes),
    traced: tracer === null ? null : (callId, headers) => tracer.traced(callId, headers),
  });
  const routes: AnyElysia[] = [
    healthRoutes({
      trouble: () => store?.trouble() ?? null,
      warnings: () => notices.current().map(({ message }) => message),
    }),
    metricsRoute(() => metrics.text()),
    modelRoutes(models, admissions, via),
    answerRoutes({ answers, admissions, via }),
    ollamaRoutes(ollama, admissions, via),
    callRoutes(answerCall, admissions),
  ];
  let reading: StartedReading | null = null;
  const feed = logs === null ? null : createEventFeed({ events: logs.events, clock });
  const group =
    logs === null || settings.database === null
      ? null
      : startGroup({
          logs,
          limiter,
          routing,
          routesLook: routesSource.look,
          jwtSecret: settings.jwtSecret,
          via,
          watching: () => (feed?.listeners() ?? 0) > 0,
          cancel: (callId) => void board.cancel(callId),
          clock,
          logger,
        });
  if (log !== null && feed !== null) {
    reading = startReading({
      settings,
      version,
      log,
      servers: { limiter, health, models, loaded, spoken, now: serversNow, ask },
      calls: { board, service: relay, answer: answerCall, admissions },
      routes: { routing, file: routesFile, base: routingBase, reload: () => watch.reload() },
      access: { tokens, acceptedNames: policy.acceptedNames, readForm },
      pages,
      feed,
      group,
      notices,
      refusedCalls: () => refusals.seen(),
      fault,
      clock,
      logger,
    });
    routes.push(...reading.routes);
  }
  let server: RunningServer;
  try {
    server = startServer({
      ...settings.listen,
      routes,
      gatekeeper: createGatekeeper({
        policy,
        webUi: settings.webUiSecurity,
        tokens,
        admissions,
        isThisMachine,
        refused,
        askToSignIn: (request, status, message) => pages.ask(request, status, message),
      }),
      answerCall,
      refused,
      admissions,
      loadPages: reading?.loadPages ?? null,
      fault,
    });
  } catch (error) {
    reading?.stop();
    alerts.stop();
    logs?.close().catch((closing: unknown) => logger.error(String(closing)));
    throw error;
  }
  tellFirstLists(models, routing, logger, !("failed" in routesSource.look)).catch(
    (error: unknown) => logger.error(String(error)),
  );
  const watch = watchRoutes(routesSource, clock, (reading, look) => {
    live.take(reading);
    if (live.trouble() === null) group?.routesRead(look);
  });
  return {
    url: server.url,
    port: server.port,
    ready: logs === null ? Promise.resolve() : logs.opened.then(() => undefined),
    refusedLog: () => log?.refused() ?? Promise.resolve(null),
    reload: () => watch.reload(),
    routesTrouble: () => live.trouble(),
    async stop() {
      watch.stop();
      reading?.stop();
      alerts.stop();
      store?.stop();
      recentAnswers?.close();
      const sent = server.stopListening();
      feed?.close();
      const left = await orAfter(Promise.all([board.empty(), sent]), drainMs, clock);
      if (left === "due")
        logger.warn("answers were cut off by the stop", { answers: server.unsent() });
      await server.close();
      schemas.stop();
      await group?.leave();
      // The last calls' traces wait for what the log reads in their answers.
      await logs?.close();
      await exporter?.close();
    },
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

// The wiring of what people read and do by hand: the read API and the pages, over the log and what is known right now.
import type { AnyElysia } from "elysia";
import type { Configuration } from "../adapters/config/load.ts";
import type { Admissions } from "../adapters/http/admissions.ts";
import { apiRoutes } from "../adapters/http/api-routes.ts";
import type { AnswerCall } from "../adapters/http/call-routes.ts";
import type { createEventFeed } from "../adapters/http/events.ts";
import { createMayEdit, type MayEditDeps } from "../adapters/http/may-edit.ts";
import { createFormReader } from "../adapters/http/read-form.ts";
import type { ServerOptions } from "../adapters/http/server.ts";
import { isThisMachine } from "../adapters/http/this-machine.ts";
import { createTryCalls, tryRoutes } from "../adapters/http/try-calls.ts";
import type { LazyPages, LoadedPages } from "../adapters/pages/lazy-pages.ts";
import type { PagesDeps, ReadForm } from "../adapters/pages/shared/pages-deps.ts";
import type { ServersNow } from "../domain/routing/candidate-order.ts";
import type { Routing } from "../domain/routing/types.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Notices } from "../ports/notices.ts";
import type { CallService } from "../ports/service.ts";
import type { Tokens } from "../ports/tokens.ts";
import type { StartedGroup } from "./start-group.ts";
import type { StartedLog } from "./start-log.ts";
import { whenIdle } from "./when-idle.ts";
import { createBrowse } from "./usecases/log/browse.ts";
import type { InFlightBoard } from "./usecases/log/in-flight.ts";
import { createLiveView } from "./usecases/log/live-view.ts";
import { createMonthCost } from "./usecases/log/month-cost.ts";
import { createSendAgain } from "./usecases/log/send-again.ts";
import type { createServerClient } from "./usecases/servers/ask-server.ts";
import { createRoutesEdit } from "./usecases/servers/edit-routes.ts";
import { checkUpstreams, type HealthBoard } from "./usecases/servers/health-board.ts";
import type { Limiter } from "./usecases/servers/limiter.ts";
import type { createLoadedBoard } from "./usecases/servers/loaded-board.ts";
import { createMemoryWishes } from "./usecases/servers/memory-wishes.ts";
import type { Models } from "./usecases/servers/models.ts";
import type { createSpokenBoard } from "./usecases/servers/spoken-board.ts";

export interface ReadingParts {
  readonly settings: Configuration["settings"];
  readonly version: string;
  readonly log: StartedLog;
  readonly servers: {
    readonly limiter: Limiter;
    readonly health: HealthBoard;
    readonly models: Models;
    readonly loaded: ReturnType<typeof createLoadedBoard>;
    readonly spoken: ReturnType<typeof createSpokenBoard>;
    readonly now: ServersNow;
    readonly ask: ReturnType<typeof createServerClient>;
  };
  readonly calls: {
    /** Those under way. */
    readonly board: InFlightBoard;
    readonly service: CallService;
    /** Answers one as the front door does. */
    readonly answer: AnswerCall;
    readonly admissions: Admissions;
  };
  readonly routes: {
    /** The routing in force. */
    readonly routing: () => Routing;
    readonly file: Configuration["routesFile"];
    readonly base: Configuration["routingBase"];
    /** Reads the file now; settles once it is in force or refused. */
    readonly reload: () => Promise<void>;
  };
  readonly access: {
    readonly tokens: Tokens | null;
    readonly acceptedNames: MayEditDeps["acceptedNames"];
    readonly readForm: ReadForm;
  };
  readonly pages: LazyPages;
  readonly feed: ReturnType<typeof createEventFeed>;
  /** null: the log is this router's own. */
  readonly group: StartedGroup | null;
  readonly notices: Notices;
  readonly refusedCalls: PagesDeps["refusedCalls"];
  readonly fault: PagesDeps["fault"];
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface StartedReading {
  readonly routes: readonly AnyElysia[];
  readonly loadPages: NonNullable<ServerOptions["loadPages"]>;
  stop(): void;
}

/** Bytes of a form that holds a routes file: escaped, it takes three times what it is. */
const fileFormBytes = 1024 * 1024;

/** ms after which a router has started, and can load what the first reader would wait 40 ms for. */
const startedMs = 1_000;

/** ms in which a browser has shown what it got, and no reading for the next page gets in its way. */
const afterPageMs = 300;

export function startReading(parts: ReadingParts): StartedReading {
  const { settings, version, log, servers, calls, routes, access, group, clock, logger } = parts;
  const { reader } = log.logs;
  const { limiter, health, models, loaded, spoken, ask } = servers;
  const { board, service, admissions } = calls;
  const { routing, base, reload } = routes;
  const { tokens, acceptedNames, readForm } = access;

  const tryCall = createTryCalls({ answerCall: calls.answer, admissions, clock });
  const wishes = createMemoryWishes({ routing, models, loaded, ask, clock, logger });
  const browse = createBrowse({
    reader,
    clock,
    live: createLiveView({
      clock,
      routing,
      board,
      limiter,
      health,
      models,
      loaded,
      wishes,
      spoken,
      group,
    }),
    group,
    droppedRows: () => log.droppedRows(),
    droppedBodies: () => log.droppedBodies(),
  });
  const again = createSendAgain({ browse, service, clock, logger });
  const shown: PagesDeps = {
    browse,
    monthCost: createMonthCost(browse, clock),
    actions: {
      checkUpstreams: () => checkUpstreams({ routing, models, health }),
      wishMemory: (server, model, wish) => wishes.wish(server, model, wish),
      sendAgain: (callId, how) => again.send(callId, how),
    },
    routing,
    discovery: () => models.discovery(),
    serversNow: servers.now,
    routesFile: settings.routesConfig.path,
    routesEdit: createRoutesEdit({ file: routes.file, reader, routing, base, clock, reload }),
    mayEdit: createMayEdit({
      allowed: settings.routesEdit,
      tokens,
      admissions,
      isThisMachine,
      acceptedNames,
    }),
    readFileForm: createFormReader(clock, fileFormBytes),
    notices: parts.notices,
    refusedCalls: parts.refusedCalls,
    readForm,
    tryCall: (request) => tryCall(request, false),
    now: () => clock.now(),
    fault: parts.fault,
    later: (work) => void clock.after(afterPageMs, work),
    version,
    canSignIn: tokens !== null,
    address: `http://${settings.listen.host}:${settings.listen.port}`,
  };
  let loading: Promise<LoadedPages> | null = null;
  const load = (): Promise<LoadedPages> => (loading ??= parts.pages.load(shown));
  const stop = whenIdle(
    clock,
    () => board.count(),
    startedMs,
    () =>
      void load()
        .then(() => parts.pages.loadRest())
        .catch(() => undefined), // whoever opens a page hears of it
  );
  return {
    stop,
    routes: [
      tryRoutes(tryCall),
      apiRoutes({
        browse,
        events: parts.feed,
        clock,
        version,
        cancel: (callId) => board.cancel(callId) || (group?.cancel(callId) ?? false),
      }),
    ],
    loadPages() {
      // The thread for reads starts meanwhile; what it cannot read, the page will say.
      if (loading === null) reader.list({ limit: 1 }).catch(() => undefined);
      return load();
    },
  };
}

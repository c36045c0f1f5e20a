// The wiring of alerts: what is watched, and whom it is said to.
import { createWebhook } from "../adapters/alerts/webhook.ts";
import type { Configuration } from "../adapters/config/load.ts";
import type { Routing } from "../domain/routing/types.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { startLog } from "./start-log.ts";
import type { createRecentCalls } from "./usecases/alerts/recent-calls.ts";
import { watchAlerts } from "./usecases/alerts/watch-alerts.ts";
import { seenServers } from "./usecases/servers/failing-servers.ts";
import type { HealthBoard } from "./usecases/servers/health-board.ts";
import type { Models } from "./usecases/servers/models.ts";

export interface AlertParts {
  readonly settings: Configuration["settings"];
  readonly version: string;
  readonly routing: () => Routing;
  readonly health: HealthBoard;
  readonly models: Models;
  readonly calls: Pick<ReturnType<typeof createRecentCalls>, "count">;
  /** null: nothing is logged. */
  readonly log: ReturnType<typeof startLog> | null;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The one that the router listens on, once it does. */
  readonly port: () => number;
}

export function startAlerts(parts: AlertParts): ReturnType<typeof watchAlerts> {
  const { settings, version, routing, health, models, calls, log, clock, logger, port } = parts;
  return watchAlerts({
    facts() {
      // It counts as use: a server of which nobody asks anything is looked at, too.
      if (settings.alertWebhook !== null) models.discovery();
      return {
        servers: seenServers({
          routing,
          health,
          models,
          hasDefault: settings.hasDefaultUpstream,
          now: () => clock.now(),
        }),
        calls: calls.count(),
        rows: log?.written() ?? null,
        spool: log?.spool?.report() ?? null,
      };
    },
    sink:
      settings.alertWebhook === null
        ? null
        : createWebhook({ url: settings.alertWebhook, version, clock, logger }),
    clock,
    router: settings.instanceName,
    address: (path) => `http://${reachedAt(settings)}:${port()}${path}`,
  });
}

/** By which other machines may find it, where it listens on all addresses. */
function reachedAt({ listen, instanceName }: Configuration["settings"]): string {
  if (listen.host === "0.0.0.0" || listen.host === "::") return instanceName;
  return listen.host.includes(":") ? `[${listen.host}]` : listen.host;
}

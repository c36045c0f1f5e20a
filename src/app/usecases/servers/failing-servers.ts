// Which servers fail just now, by what calls and lists have found out.
import { type Health, standing } from "../../../domain/failover/health.ts";
import type { SeenServer } from "../../../domain/alerts/alerts.ts";
import { serversOf } from "../../../domain/routing/model-list.ts";
import type { Routing } from "../../../domain/routing/types.ts";
import type { HealthBoard } from "./health-board.ts";
import type { ModelListState, Models } from "./models.ts";

export interface FailingServersDeps {
  readonly routing: () => Routing;
  readonly health: Pick<HealthBoard, "health">;
  readonly models: Pick<Models, "state">;
  /** Whether the default upstream was configured; one that is only presumed need not be there. */
  readonly hasDefault: boolean;
  /** Epoch ms. */
  readonly now: () => number;
}

export function seenServers(deps: FailingServersDeps): readonly SeenServer[] {
  const { routing, health, models, hasDefault, now } = deps;
  const current = routing();
  return serversOf(current).map((server) => {
    const list = models.state(server.name);
    const record = health.health(server.baseUrl);
    const isPresumed = server === current.defaultServer && !hasDefault && list.fetchedAt === null;
    const isAway = list.standing === "unreachable" && !isPresumed;
    return {
      name: server.name,
      isFailing: isAway || callsFail(record, list, now()),
      why: (isAway ? list.error : null) ?? record.lastError,
    };
  });
}

/** One whose cool-down is over and that has answered since is not known to fail: only a call can show. */
function callsFail(health: Health, list: ModelListState, now: number): boolean {
  switch (standing(health, now)) {
    case "healthy":
      return false;
    case "cooling-down":
    case "probing":
      return true;
    case "half-open":
      return list.standing !== "answered" && (list.fetchedAt ?? 0) <= (health.coolsUntil ?? 0);
  }
}

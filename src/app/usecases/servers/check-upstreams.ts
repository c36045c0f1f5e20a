// "Check now": asks every server for its models; one that answers need not rest any longer.
import { serversOf } from "../../../domain/routing/model-list.ts";
import type { Routing } from "../../../domain/routing/types.ts";
import type { HealthBoard } from "./health-board.ts";
import type { Models } from "./models.ts";

export interface CheckDeps {
  readonly routing: () => Routing;
  readonly models: Pick<Models, "refresh" | "state">;
  readonly health: Pick<HealthBoard, "reachable">;
}

/** Settles when all servers have answered or given up. */
export async function checkUpstreams({ routing, models, health }: CheckDeps): Promise<void> {
  await models.refresh();
  for (const { name, baseUrl } of serversOf(routing()))
    if (models.state(name).error === null) health.reachable(baseUrl);
}

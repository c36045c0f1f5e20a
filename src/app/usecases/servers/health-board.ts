// What is known of each server's health, by its address, fed by every attempt.
import {
  asked,
  failed,
  type Health,
  reachable,
  standing,
  type Standing,
  undecided,
  noFailures,
} from "../../../domain/failover/health.ts";
import { type AttemptFailure, blamesServer } from "../../../domain/failover/judge.ts";
import { serversOf } from "../../../domain/routing/model-list.ts";
import type { Routing } from "../../../domain/routing/types.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Models } from "./models.ts";

export interface HealthBoard {
  standing(baseUrl: string): Standing;
  health(baseUrl: string): Health;
  /** Epoch ms of the last call that it answered, with whatever status; null: none. */
  answeredAt(baseUrl: string): number | null;
  /** An attempt begins. */
  asked(baseUrl: string): void;
  served(baseUrl: string): void;
  failed(baseUrl: string, failure: Pick<AttemptFailure, "reason" | "status" | "message">): void;
  /** The attempt's end says nothing about the server. */
  undecided(baseUrl: string): void;
  /** It answered a question of the router's own. */
  reachable(baseUrl: string): void;
}

/** @param onBack called when a server that had failed serves again */
export function createHealthBoard(
  clock: Pick<Clock, "now">,
  onBack: (baseUrl: string) => void,
): HealthBoard {
  // Healthy servers have no entry: the common path is one look-up.
  const ailing = new Map<string, Health>();
  const answers = new Map<string, number>();
  const known = (baseUrl: string) => ailing.get(baseUrl) ?? noFailures;
  function undecidedAt(baseUrl: string) {
    const health = ailing.get(baseUrl);
    if (health !== undefined) ailing.set(baseUrl, undecided(health));
  }
  return {
    standing: (baseUrl) => standing(known(baseUrl), clock.now()),
    health: known,
    answeredAt: (baseUrl) => answers.get(baseUrl) ?? null,
    asked(baseUrl) {
      const health = ailing.get(baseUrl);
      if (health !== undefined) ailing.set(baseUrl, asked(health, clock.now()));
    },
    served(baseUrl) {
      answers.set(baseUrl, clock.now());
      if (ailing.delete(baseUrl)) onBack(baseUrl);
    },
    failed(baseUrl, failure) {
      if (failure.status !== null) answers.set(baseUrl, clock.now());
      if (blamesServer(failure))
        ailing.set(baseUrl, failed(known(baseUrl), clock.now(), failure.message));
      else undecidedAt(baseUrl);
    },
    undecided: undecidedAt,
    reachable(baseUrl) {
      const health = ailing.get(baseUrl);
      if (health !== undefined) ailing.set(baseUrl, reachable(health, clock.now()));
    },
  };
}

export interface CheckDeps {
  readonly routing: () => Routing;
  readonly models: Pick<Models, "refresh" | "state">;
  readonly health: Pick<HealthBoard, "reachable">;
}

/** "Check now": asks every server for its models; one that answers need not cool down any longer. Settles when all servers have answered or given up. */
export async function checkUpstreams({ routing, models, health }: CheckDeps): Promise<void> {
  await models.refresh();
  for (const { name, baseUrl } of serversOf(routing()))
    if (models.state(name).error === null) health.reachable(baseUrl);
}

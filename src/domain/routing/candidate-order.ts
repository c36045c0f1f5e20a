// The order in which candidates are asked: as planned, those cooling down last; a free one before any without a free permit.
import { type Standing, type StandingCode, standingOf } from "../failover/health.ts";
import type { Target } from "./plan.ts";

/** What a running router says of a server, as in the read API. */
export interface ServerNow {
  readonly name: string;
  readonly url: string;
  readonly state: StandingCode;
  /** Calls being answered. */
  readonly active: number;
  readonly max_concurrency: number | null;
}

/** A candidate's place in the order that would be taken now. */
export interface RankedTarget {
  readonly target: Target;
  /** Failures have put it behind the others. */
  readonly coolingDown: boolean;
  /** All its permits are taken. */
  readonly full: boolean;
}

/** Whether a server comes after those that are healthy. */
export function comesLast(standing: Standing): boolean {
  return standing === "cooling-down" || standing === "probing";
}

/** In the same order, but those that `last` names behind the others. */
export function putLast<T>(list: readonly T[], last: (one: T) => boolean): readonly T[] {
  if (list.length === 1 || !list.some(last)) return list;
  return [...list.filter((one) => !last(one)), ...list.filter(last)];
}

/** The order in which a call would ask its targets now. Servers of which nothing is known count as healthy and free. */
export function candidateOrder(
  targets: readonly Target[],
  servers: readonly ServerNow[],
): readonly RankedTarget[] {
  const ranked = targets.map((target): RankedTarget => {
    const { name, baseUrl } = target.server;
    const own = servers.find((server) => server.name === name);
    // Health goes by address, permits by name.
    const state = (own ?? servers.find(({ url }) => url === baseUrl))?.state;
    const standing = state === undefined ? "healthy" : standingOf[state];
    const limit = own?.max_concurrency ?? Number.POSITIVE_INFINITY;
    return { target, coolingDown: comesLast(standing), full: (own?.active ?? 0) >= limit };
  });
  const ordered = putLast(ranked, ({ coolingDown }) => coolingDown);
  return putLast(ordered, ({ full }) => full);
}

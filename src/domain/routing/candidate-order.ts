// The order in which candidates are tried: as planned, those cooling down last; a free one before any whose permits are taken.
import type { Standing } from "../failover/health.ts";
import type { Target } from "./plan.ts";

/** What a running router says of a server, as in the read API. */
export interface ServerNow {
  readonly name: string;
  readonly url: string;
  readonly state: Standing;
  /** Calls being answered. */
  readonly active: number;
  readonly max_concurrency: number | null;
}

/** A candidate's place in the order that would be taken now. */
export interface RankedTarget {
  readonly target: Target;
  /** Failures have put it behind the others. */
  readonly rests: boolean;
  /** All its places are taken. */
  readonly full: boolean;
}

/** Whether a server in this state comes after those that are well. */
export function comesLast(standing: Standing): boolean {
  return standing === "resting" || standing === "probing";
}

/** In the same order, but those that rest behind those that do not. */
export function putLast<T>(list: readonly T[], rests: (one: T) => boolean): readonly T[] {
  if (list.length === 1 || !list.some(rests)) return list;
  return [...list.filter((one) => !rests(one)), ...list.filter(rests)];
}

/** The order in which a call would ask its targets now. Servers of which nothing is known count as well and free. */
export function candidateOrder(
  targets: readonly Target[],
  servers: readonly ServerNow[],
): readonly RankedTarget[] {
  const places = targets.map((target): RankedTarget => {
    const { name, baseUrl } = target.server;
    const own = servers.find((server) => server.name === name);
    // Health goes by address, places by name.
    const state = (own ?? servers.find(({ url }) => url === baseUrl))?.state ?? "well";
    const limit = own?.max_concurrency ?? Number.POSITIVE_INFINITY;
    return { target, rests: comesLast(state), full: (own?.active ?? 0) >= limit };
  });
  const ordered = putLast(places, ({ rests }) => rests);
  return putLast(ordered, ({ full }) => full);
}

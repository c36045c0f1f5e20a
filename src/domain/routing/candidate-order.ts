// The order in which candidates are asked now, and why: as the alias wants it, those cooling down last;
// a free one before any without a free permit. The request path and `explain` take it from here.
import type { Standing } from "../failover/health.ts";
import type { LoadState } from "./loaded-models.ts";
import type { Target } from "./plan.ts";
import type { Balance, NonEmpty, Server } from "./types.ts";

/** A server's calls. */
export interface Load {
  readonly running: number;
  /** In its queue. */
  readonly waiting: number;
  /** Grows with each call that any server gets: of servers that are equally busy, the one with the lowest is next. */
  readonly turn: number;
}

/** Whether a model is in its server's memory; `unknown`: the server cannot say, which counts as loaded. */
export type Warmth = LoadState | "unloaded" | "unknown";

/** What decides an order, as it is at the moment. Asked on the request path, and only for what the order depends on. */
export interface ServersNow {
  standing(server: Server): Standing;
  /** null: not known here, which counts as none. */
  load(server: Server): Load | null;
  warmth(target: Target): Warmth;
  /** All its permits are taken. */
  isFull(server: Server): boolean;
}

/** A candidate's place in the order that would be taken now. */
export interface RankedTarget {
  readonly target: Target;
  /** Failures have put it behind the others. */
  readonly coolingDown: boolean;
  /** All its permits are taken: it comes after those that are free. */
  readonly full: boolean;
  /** Why it stands there, in words, the weightiest reason first. */
  readonly reasons: NonEmpty<string>;
}

const last = "cooling down: tried last";
const busy = "busy: tried if no other is free";

/**
 * The order in which targets are asked. The first that is free gets the call.
 * @param targets as written
 */
export function askingOrder(
  targets: readonly Target[],
  balance: Balance,
  now: ServersNow,
): readonly Target[] {
  if (targets.length === 1) return targets;
  return putLast(balanced(targets, balance, now), ({ server }) => comesLast(now.standing(server)));
}

/** As `askingOrder`, with those that are not free where they are asked, and the reason of each place. */
export function candidateOrder(
  targets: readonly Target[],
  balance: Balance,
  now: ServersNow,
): readonly RankedTarget[] {
  const ordered = putLast(askingOrder(targets, balance, now), ({ server }) => now.isFull(server));
  return ordered.map((target, place) => {
    const coolingDown = comesLast(now.standing(target.server));
    const full = now.isFull(target.server);
    const own = balanceReason(target, ordered[place - 1] ?? null, balance, now);
    const [first, ...rest] = [...(full ? [busy] : []), ...(coolingDown ? [last] : []), ...own];
    return { target, coolingDown, full, reasons: [first ?? asWritten, ...rest] };
  });
}

/** In the same order, but those that `last` names behind the others. */
function putLast<T>(list: readonly T[], last: (one: T) => boolean): readonly T[] {
  if (list.length === 1 || !list.some(last)) return list;
  return [...list.filter((one) => !last(one)), ...list.filter(last)];
}

/** Whether a server comes after those that are healthy. */
function comesLast(standing: Standing): boolean {
  return standing === "cooling-down" || standing === "probing";
}

function balanced(
  targets: readonly Target[],
  balance: Balance,
  now: ServersNow,
): readonly Target[] {
  switch (balance) {
    case "order":
      return targets;
    case "spread":
      return leastBusyFirst(targets, now);
    case "warm":
      return putLast(targets, (target) => !countsAsLoaded(now.warmth(target)));
  }
}

function leastBusyFirst(targets: readonly Target[], now: ServersNow): readonly Target[] {
  return targets
    .map((target) => ({ target, busy: busyWithOneMore(target, now), turn: turnOf(target, now) }))
    .toSorted((one, other) => one.busy - other.busy || one.turn - other.turn)
    .map(({ target }) => target);
}

/**
 * Calls for each weight that a server has once it gets one more: who has least of it is then no busier
 * than another would be. Those that wait count where servers are full, so that queues are spread, too.
 */
function busyWithOneMore({ server, weight }: Target, now: ServersNow): number {
  const load = now.load(server);
  return ((load?.running ?? 0) + (load?.waiting ?? 0) + 1) / weight;
}

function turnOf({ server }: Target, now: ServersNow): number {
  return now.load(server)?.turn ?? 0;
}

export function countsAsLoaded(warmth: Warmth): boolean {
  return warmth === "loaded" || warmth === "unknown";
}

const asWritten = "as written";

/** @param before who stands before it; null: it is the first */
function balanceReason(
  target: Target,
  before: Target | null,
  balance: Balance,
  now: ServersNow,
): readonly string[] {
  switch (balance) {
    case "order":
      return [];
    case "spread":
      return [spreadReason(target, before, now)];
    case "warm":
      return [warmReasons[now.warmth(target)]];
  }
}

const warmReasons: Readonly<Record<Warmth, string>> = {
  loaded: "has the model loaded",
  unknown: "counts as having the model loaded: it cannot say",
  loading: "is still loading the model",
  unloaded: "does not have the model loaded",
};

function spreadReason(target: Target, before: Target | null, now: ServersNow): string {
  const load = now.load(target.server);
  if (load === null) return `weight ${target.weight}; how busy it is, is not known`;
  const waiting = load.waiting > 0 ? `, ${load.waiting} waiting` : "";
  const figures = `${load.running} running${waiting}, weight ${target.weight}`;
  if (before === null) return `least busy: ${figures}`;
  const [own, others] = [target, before].map((one) => busyWithOneMore(one, now));
  if (own === others) return `as busy, and its turn comes later: ${figures}`;
  // One that comes after others for another reason may be less busy.
  return (own ?? 0) > (others ?? 0) ? `would be busier: ${figures}` : figures;
}

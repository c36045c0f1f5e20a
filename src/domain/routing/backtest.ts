// What a candidate routing would change for calls that were logged: each decided again, changes counted (smolrouter backtest).
import type { HeaderList } from "../http/headers.ts";
import type { DiscoverySnapshot } from "./discovery.ts";
import { planRoute } from "./plan.ts";
import type { RoutePlan } from "./plan.ts";
import type { Routing } from "./types.ts";

/** What the log kept of a call. */
export interface LoggedCall {
  readonly id: string;
  readonly model: string | null;
  readonly sourceIp: string;
  /** Without its query. */
  readonly path: string;
  readonly user: string | null;
  /** Redacted: a rule on credentials cannot be decided again. */
  readonly headers: HeaderList;
  /** As logged; null: it was refused before it was routed. */
  readonly route: string | null;
  /** Where it was sent, in order. */
  readonly attempts: readonly Destination[];
}

export interface Destination {
  readonly upstream: string;
  readonly url: string;
  readonly model: string | null;
}

export interface Decision {
  readonly route: string;
  /** In the order tried; of a call whose configuration is gone, what was tried. */
  readonly targets: readonly Destination[];
}

/** Calls that would go from one place to another. */
export interface RouteChange {
  readonly count: number;
  readonly before: Decision;
  readonly after: Decision;
  /** The models asked for, the most frequent first. */
  readonly models: readonly (string | null)[];
  /** The id of the newest of these calls. */
  readonly example: string;
}

export interface BacktestReport {
  readonly calls: number;
  readonly unchanged: number;
  readonly changed: number;
  /** Calls that were refused before they were routed. */
  readonly unrouted: number;
  /** The most frequent first. */
  readonly changes: readonly RouteChange[];
}

export interface Backtest {
  /** Newest first. */
  add(call: LoggedCall): void;
  report(): BacktestReport;
}

interface Group {
  /** One of them. */
  readonly call: LoggedCall;
  count: number;
}

interface Counted {
  readonly change: Omit<RouteChange, "count" | "models">;
  readonly models: Map<string | null, number>;
  count: number;
}

/**
 * Collects calls and decides them again at the end. What a call is compared with: the decision of
 * the current routing where that is the one in the log, else what the log says was done.
 * Which server lists which model is learned from the calls that were routed by it.
 */
export function createBacktest(current: Routing, candidate: Routing): Backtest {
  const asked = headersAskedFor(current, candidate);
  const defaults = new Set([current, candidate].map(({ defaultServer }) => defaultServer.name));
  const groups = new Map<string, Group>();
  const lists = new Map<string, Set<string>>();
  let unrouted = 0;

  /** Only what a rule can ask about; the rest differs with every call. */
  const relevant = (headers: HeaderList) => headers.filter(([name]) => asked.has(name));

  function learn({ model: asked, route, attempts }: LoggedCall): void {
    const discovered = route?.endsWith("discovered") === true;
    for (const { upstream, model } of attempts) {
      // A name is sent without its tag where the server was known to list only that.
      const tagLost = model !== null && asked?.endsWith(`${model}:latest`) === true;
      if (model === null || !(discovered || tagLost)) continue;
      const list = lists.get(upstream) ?? new Set();
      lists.set(upstream, list.add(model));
    }
  }

  return {
    add(call) {
      if (call.route === null) {
        unrouted++;
        return;
      }
      learn(call);
      const { model, sourceIp, path, user, route } = call;
      const headers = relevant(call.headers);
      const attempts = call.attempts.slice(0, 1);
      const key = JSON.stringify([model, sourceIp, path, user, route, headers, attempts]);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { call: { ...call, headers, attempts }, count: 1 });
      else group.count++;
    },

    report() {
      const changes = new Map<string, Counted>();
      let calls = unrouted;
      let changed = 0;
      for (const { call, count } of groups.values()) {
        calls += count;
        const discovery = knownFor(call, lists, defaults);
        const after = decisionOf(planRoute(call, candidate, discovery));
        const now = decisionOf(planRoute(call, current, discovery));
        const stands = isInForce(call, now);
        if (stands ? sameTargets(now, after) : agreesWithLog(call, after)) continue;
        const before = stands ? now : { route: call.route ?? "", targets: call.attempts };
        changed += count;
        const key = JSON.stringify([before, after]);
        const counted = changes.get(key) ?? {
          change: { before, after, example: call.id },
          models: new Map<string | null, number>(),
          count: 0,
        };
        counted.count += count;
        counted.models.set(call.model, (counted.models.get(call.model) ?? 0) + count);
        changes.set(key, counted);
      }
      return {
        calls,
        unchanged: calls - unrouted - changed,
        changed,
        unrouted,
        changes: [...changes.values()]
          .toSorted((a, b) => b.count - a.count)
          .map(({ change, models, count }) => ({
            ...change,
            count,
            models: [...models].toSorted(([, a], [, b]) => b - a).map(([model]) => model),
          })),
      };
    },
  };
}

/** `alias:x: hosted/big, then attic/small`; with addresses where they are the only difference. */
export function changeInWords({ before, after }: Pick<RouteChange, "before" | "after">): {
  readonly went: string;
  readonly wouldGo: string;
} {
  const inWords = (withUrl: boolean) => ({
    went: decisionInWords(before, withUrl),
    wouldGo: decisionInWords(after, withUrl),
  });
  const short = inWords(false);
  return short.went === short.wouldGo ? inWords(true) : short;
}

function decisionInWords({ route, targets }: Decision, withUrl: boolean): string {
  const places = targets.map(({ upstream, model, url }) => {
    const place = model === null ? upstream : `${upstream}/${model}`;
    return withUrl ? `${place} at ${url}` : place;
  });
  return `${route}: ${places.length === 0 ? "nowhere" : places.join(", then ")}`;
}

function headersAskedFor(...routings: readonly Routing[]): ReadonlySet<string> {
  const rules = routings.flatMap((routing) => routing.rules);
  return new Set(rules.flatMap(({ match }) => match.headers.map(({ name }) => name)));
}

/** A call that went to the default upstream did so although lists were known: for it they say nothing. */
function knownFor(
  call: LoggedCall,
  lists: ReadonlyMap<string, ReadonlySet<string>>,
  defaults: ReadonlySet<string>,
): DiscoverySnapshot {
  const [first] = call.attempts;
  const toDefault = (model: string) =>
    call.route?.endsWith("default") === true && (first === undefined || first.model === model);
  return {
    serves: (name, model) =>
      defaults.has(name) ? toDefault(model) : (lists.get(name)?.has(model) ?? false),
  };
}

function decisionOf({ route, targets }: RoutePlan): Decision {
  return {
    route,
    targets: targets.map(({ server, model }) => ({
      upstream: server.name,
      url: server.baseUrl,
      model,
    })),
  };
}

/** Whether the log's decision is the one that the current routing would take. */
function isInForce({ route, attempts: [first] }: LoggedCall, now: Decision): boolean {
  if (now.route !== route) return false;
  return first === undefined || now.targets.some((target) => sameDestination(target, first));
}

/** The log remembers no more of a decision than what was tried. */
function agreesWithLog({ route, attempts: [first] }: LoggedCall, after: Decision): boolean {
  if (first === undefined) return route === after.route;
  const [wanted] = after.targets;
  return wanted !== undefined && sameDestination(wanted, first);
}

function sameTargets(before: Decision, after: Decision): boolean {
  return (
    before.targets.length === after.targets.length &&
    before.targets.every((target, at) => {
      const other = after.targets[at];
      return other !== undefined && sameDestination(target, other);
    })
  );
}

/** A server's name may change; where it is and what it is asked for may not. */
function sameDestination(a: Destination, b: Destination): boolean {
  return a.url === b.url && a.model === b.model;
}

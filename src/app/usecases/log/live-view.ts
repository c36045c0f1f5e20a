// What is known of servers and calls right now, in the words of the read API.
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import { standing, standingCodes } from "../../../domain/failover/health.ts";
import { type CapturedBody, isoTime } from "../../../domain/log/log-entry.ts";
import { contactOf } from "../../../domain/routing/contact.ts";
import { runsElsewhere } from "../../../domain/routing/loaded-models.ts";
import { serversOf } from "../../../domain/routing/model-list.ts";
import { type SpokenShown, waysTo } from "../../../domain/protocols/choose-way.ts";
import { protocolWords, wayWord } from "../../../domain/call/way.ts";
import type { Routing, Server } from "../../../domain/routing/types.ts";
import type {
  InFlight,
  InFlightCall,
  LogDetail,
  RouterName,
  Upstreams,
  UpstreamState,
} from "../../../ports/browse.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { GroupView } from "../group/group-view.ts";
import type { Limiter } from "../servers/limiter.ts";
import type { HealthBoard } from "../servers/health-board.ts";
import type { InFlightBoard } from "./in-flight.ts";
import type { LoadedBoard } from "../servers/loaded-board.ts";
import type { MemoryWishes } from "../servers/memory-wishes.ts";
import type { ModelListState, Models } from "../servers/models.ts";

export interface LiveState {
  readonly clock: Pick<Clock, "now">;
  readonly routing: () => Routing;
  readonly board: InFlightBoard;
  readonly limiter: Limiter;
  readonly health: HealthBoard;
  readonly models: Models;
  readonly loaded: Pick<LoadedBoard, "list" | "control">;
  readonly wishes: Pick<MemoryWishes, "open">;
  readonly spoken: SpokenShown;
  /** null: the log is this router's own. */
  readonly group: LiveGroup | null;
}

/** Of the group: what is shown beside this router's own. */
export type LiveGroup = Pick<GroupView, "self" | "inFlight" | "routers" | "share">;

export interface LiveView {
  /** Calls under way. */
  count(): number;
  inFlight(): InFlight | Promise<InFlight>;
  upstreams(): Upstreams;
  /** What a running call's bodies hold so far; null where no such call runs. */
  bodies(id: string): LiveBodies | null;
}

export type LiveBodies = Pick<LogDetail, "request_body" | "response_body">;

export function createLiveView(live: LiveState): LiveView {
  return {
    count: () => live.board.count(),
    inFlight: () => inFlightCalls(live),
    upstreams: () => ({
      upstreams: serversOf(live.routing()).map((server) => stateOf(server, live)),
      ...routersOf(live),
    }),
    bodies(id) {
      const call = live.board.call(id);
      if (call === null) return null;
      return { request_body: textOf(call.request), response_body: textOf(call.received()) };
    },
  };
}

function inFlightCalls(live: LiveState): InFlight | Promise<InFlight> {
  const { group } = live;
  const instance = group?.self() ?? null;
  return group === null || instance === null
    ? { inflight: ownCalls(live, null) }
    : inFlightEverywhere(live, group, instance);
}

async function inFlightEverywhere(
  live: LiveState,
  group: LiveGroup,
  instance: RouterName,
): Promise<InFlight> {
  // Asked first: what ends meanwhile is not to be shown any more.
  const others = await group.inFlight();
  const all = [...ownCalls(live, instance), ...others];
  return { inflight: all.toSorted((one, other) => (one.id < other.id ? -1 : 1)) };
}

function ownCalls(
  { board, limiter, clock }: LiveState,
  instance: RouterName | null,
): readonly InFlightCall[] {
  const now = clock.now();
  return board.calls().map((call) => {
    const entry = call.entry();
    const queued = limiter.position(entry.id);
    return {
      id: entry.id,
      timestamp: isoTime(entry.timestamp),
      elapsed_ms: now - entry.timestamp,
      service_type: entry.service,
      path: entry.path,
      source_ip: entry.sourceIp,
      original_model: entry.originalModel,
      mapped_model: entry.mappedModel,
      upstream: queued?.upstream ?? call.asked()?.server.name ?? null,
      route: entry.route,
      stream: entry.stream,
      tokens_so_far: entry.stream ? call.contents() : null,
      waiting_for: queued?.upstream ?? null,
      position: queued?.position ?? null,
      ...(instance === null ? {} : { instance }),
    };
  });
}

function routersOf({ group }: LiveState): Pick<Upstreams, "routers"> {
  const routers = group?.routers() ?? [];
  return routers.length === 0 ? {} : { routers };
}

function shareOf({ name, maxConcurrency }: Server, { group }: LiveState) {
  const share = maxConcurrency === null ? null : (group?.share(name) ?? null);
  return share === null ? {} : { share };
}

/** A character that has come in part is left out. */
function textOf(body: CapturedBody | null): string | null {
  if (body === null) return null;
  return new TextDecoder().decode(joinBytes(body.chunks), { stream: true });
}

function stateOf(server: Server, live: LiveState): UpstreamState {
  const { clock, limiter, health, models, spoken } = live;
  const known = health.health(server.baseUrl);
  const state = standing(known, clock.now());
  const { active, waiting } = limiter.load(server.name);
  const list = models.state(server.name);
  return {
    name: server.name,
    url: server.baseUrl,
    type: server.type,
    protocols: waysTo(server, spoken).map((way) => ({
      protocol: protocolWords[way.from],
      way: wayWord(way),
      reason: way.because,
    })),
    state: standingCodes[state],
    contact: contactOf({
      answeredAt: health.answeredAt(server.baseUrl),
      list: list.standing,
      listedAt: list.triedAt,
    }),
    failures: known.failures,
    last_error: known.lastError,
    rests_until:
      known.coolsUntil === null || state !== "cooling-down" ? null : isoTime(known.coolsUntil),
    active,
    waiting,
    turn: limiter.turn(server.name),
    max_concurrency: server.maxConcurrency,
    ...shareOf(server, live),
    max_queue: server.maxQueue,
    models: list.models.map(({ id }) => id),
    ...aliasesOf(list),
    models_fetched_at: list.fetchedAt === null ? null : isoTime(list.fetchedAt),
    models_state: list.standing,
    models_error: list.error,
    ...loadedAt(server, live),
    ...wishesAt(server, live),
  };
}

function wishesAt(
  { name }: Server,
  { loaded, models, wishes }: LiveState,
): Pick<UpstreamState, "loadable" | "wishes"> {
  if (loaded.control(name) === null) return {};
  const list = models.state(name).models.filter((model) => !runsElsewhere(model));
  const open = wishes.open(name).map(({ since, ...wish }) => ({ ...wish, since: isoTime(since) }));
  return { loadable: list.map(({ id }) => id), ...(open.length === 0 ? {} : { wishes: open }) };
}

function aliasesOf({ models }: ModelListState): Pick<UpstreamState, "model_aliases"> {
  const named = models.flatMap(({ id, aliases }) => aliases.map((alias) => [alias, id] as const));
  return named.length === 0 ? {} : { model_aliases: Object.fromEntries(named) };
}

function loadedAt(
  { name }: Server,
  { loaded, clock }: LiveState,
): Pick<UpstreamState, "loaded" | "loaded_fetched_at"> {
  const list = loaded.list(name);
  if (list === null) return { loaded: null, loaded_fetched_at: null };
  // One whose time is over has been unloaded since.
  const models = list.models.filter(({ until }) => until === null || until > clock.now());
  return {
    loaded: models.map((model) => ({
      name: model.name,
      state: model.state,
      size: model.size,
      until: model.until === null ? null : isoTime(model.until),
    })),
    loaded_fetched_at: isoTime(list.readAt),
  };
}

// The servers' model lists: fetched beside the requests, never on their path; a good list outlives a bad answer.
import { hasOwnKey, type HeaderList, redacted } from "../../../domain/http/headers.ts";
import {
  clientModels,
  discoveryOf,
  namesOf,
  type KnownLists,
  type ListedModel,
  type ListStanding,
  listPaths,
  type ModelObject,
  readModelList,
  serversOf,
} from "../../../domain/routing/model-list.ts";
import { type DiscoverySnapshot, emptyDiscovery } from "../../../domain/routing/discovery.ts";
import type { Routing, Server } from "../../../domain/routing/types.ts";
import type { Clock } from "../../../ports/clock.ts";
import { orAfter } from "../or-after.ts";
import { type AskServer, askLimitMs } from "./ask-server.ts";
import type { LoadedBoard } from "./loaded-board.ts";

export interface Models {
  /** What is known now; reading it counts as use and starts a refresh where the lists are old. */
  discovery(): DiscoverySnapshot;
  /** A model went to the default upstream: if that is not known to list it, the lists may be too old. */
  missed(model: string | null): void;
  /** A server that had failed serves again, or has shown that what is known of it is old. */
  changed(baseUrl: string): void;
  /** For clients; waits only for servers whose list is not known yet, and at most 2 s. */
  list(client: HeaderList): Promise<readonly ModelObject[]>;
  /** Every list known, by server. */
  lists(): KnownLists;
  state(serverName: string): ModelListState;
  /** Fetches every list, and what each server has loaded; settles when all have answered or given up. */
  refresh(): Promise<void>;
  /** The routing was replaced: lists of servers that are gone or moved are forgotten, and all fetched anew. */
  reloaded(): Promise<void>;
}

export interface ModelListState {
  readonly models: readonly ListedModel[];
  /** Epoch ms of the last good list; null before the first. */
  readonly fetchedAt: number | null;
  /** Epoch ms of the last try that came to an end; null before the first. */
  readonly triedAt: number | null;
  readonly standing: ListStanding;
  /** Why the last try brought no list; null where it did. */
  readonly error: string | null;
}

export interface ModelsDeps {
  readonly routing: () => Routing;
  readonly ask: AskServer;
  readonly clock: Clock;
  /** Is read with each list. */
  readonly loaded: Pick<LoadedBoard, "ask" | "take" | "forget">;
}

interface Refresh {
  /** The list is in force, or did not come. */
  readonly listed: Promise<void>;
  /** So is what the server has loaded. */
  readonly whole: Promise<void>;
}

const freshMs = 30_000;
/** A missed model makes the lists look old sooner, but not with every request. */
const missedMs = 5_000;
const unknown: ModelListState = {
  models: [],
  fetchedAt: null,
  triedAt: null,
  standing: "unasked",
  error: null,
};

type Fetched =
  | { readonly kind: "list"; readonly models: readonly ListedModel[] }
  | { readonly kind: "denied" | "answered" | "unreachable"; readonly error: string };

export function createModels({ routing, ask, clock, loaded }: ModelsDeps): Models {
  const states = new Map<string, ModelListState>();
  // Which server each state speaks of: a name may be given to another one by a reload.
  const sources = new Map<string, Server>();
  const underWay = new Map<string, Refresh>();
  let denied = false;
  let refreshedAt = -freshMs;
  /** Of each server's last good list. */
  const names = new Map<string, ReadonlySet<string>>();
  let snapshot: DiscoverySnapshot = emptyDiscovery;

  const known = (): KnownLists =>
    new Map(
      [...states].flatMap(([name, { models, fetchedAt }]) =>
        fetchedAt === null ? [] : [[name, models] as const],
      ),
    );

  function refreshServer(server: Server): Refresh {
    const running = underWay.get(server.name);
    if (running !== undefined && sameServer(server, sources.get(server.name))) return running;
    sources.set(server.name, server);
    // Whether it was asked for a server that has moved since.
    const isOld = () => underWay.get(server.name) !== work;
    const fetched = fetchList(server, []);
    const listed = fetched.then((list) => {
      if (!isOld()) take(server, list);
    });
    const work: Refresh = { listed, whole: askLoaded() };
    async function askLoaded(): Promise<void> {
      await listed;
      const list = await fetched;
      const answer =
        list.kind === "unreachable" ? "unheard" : await loaded.ask(server, modelsIn(list));
      if (isOld()) return;
      underWay.delete(server.name);
      loaded.take(server.name, answer);
    }
    underWay.set(server.name, work);
    return work;
  }

  function take(server: Server, fetched: Fetched): void {
    const before = states.get(server.name) ?? unknown;
    if (server === routing().defaultServer) denied = fetched.kind === "denied";
    const now = clock.now();
    states.set(
      server.name,
      fetched.kind === "list"
        ? {
            models: fetched.models,
            fetchedAt: now,
            triedAt: now,
            standing: "listed",
            error: null,
          }
        : {
            ...before,
            triedAt: now,
            standing: fetched.kind === "unreachable" ? "unreachable" : "answered",
            error: fetched.error,
          },
    );
    if (fetched.kind !== "list") return;
    names.set(server.name, namesOf(server, fetched.models));
    snapshot = discoveryOf(names);
  }

  async function refresh(): Promise<void> {
    refreshedAt = clock.elapsed();
    await Promise.all(serversOf(routing()).map((server) => refreshServer(server).whole));
  }

  function refreshIfOlder(ms: number): void {
    // Nobody waits for it: fetching never fails, it only brings nothing.
    if (clock.elapsed() - refreshedAt >= ms) refresh().catch(() => undefined);
  }

  /** @param client whose credentials to show where the server has no key of its own; empty: nobody's */
  async function fetchList(server: Server, client: HeaderList): Promise<Fetched> {
    const says = await ask(server, { method: "GET", path: listPaths[server.type], client });
    if (says.kind === "failed") return { kind: "unreachable", error: says.error };
    if (says.kind === "redirects") return { kind: "answered", error: says.error };
    const error = `status ${says.status}`;
    if (says.status === 401 || says.status === 403) return { kind: "denied", error };
    if (says.status === 508)
      return { kind: "answered", error: "status 508: it leads back to this router" };
    if (says.status >= 400) return { kind: "answered", error };
    const models = readModelList(says.body);
    return models === null
      ? { kind: "answered", error: "what it says is not a list of models" }
      : { kind: "list", models };
  }

  return {
    refresh,
    reloaded() {
      const current = new Map(serversOf(routing()).map((server) => [server.name, server]));
      for (const [name, source] of sources) {
        if (sameServer(source, current.get(name))) continue;
        sources.delete(name);
        states.delete(name);
        names.delete(name);
        underWay.delete(name);
        loaded.forget(name);
      }
      snapshot = discoveryOf(names);
      return refresh();
    },
    discovery() {
      refreshIfOlder(freshMs);
      return snapshot;
    },
    missed(model) {
      const { servers, defaultServer } = routing();
      const known = model === null || snapshot.serves(defaultServer.name, model);
      if (!known && servers.size > 0) refreshIfOlder(missedMs);
    },
    changed(baseUrl) {
      for (const server of serversOf(routing()))
        if (server.baseUrl === baseUrl) refreshServer(server).whole.catch(() => undefined);
    },
    lists: known,
    state: (name) => states.get(name) ?? unknown,
    async list(client) {
      refreshIfOlder(freshMs);
      const now = routing();
      const unheard = serversOf(now).filter(({ name }) => !states.has(name));
      await orAfter(
        Promise.all(unheard.map((server) => refreshServer(server).listed)),
        askLimitMs,
        clock,
      );
      const lists = new Map(known());
      const credentials = client.filter(
        ([name, value]) => name === "authorization" && value !== redacted,
      );
      const { apiKey, headers } = now.defaultServer;
      if (denied && credentials.length > 0 && !hasOwnKey(apiKey, headers)) {
        const own = await fetchList(now.defaultServer, credentials);
        if (own.kind === "list") lists.set(now.defaultServer.name, own.models);
      }
      return clientModels(now, lists);
    },
  };
}

function modelsIn(fetched: Fetched): readonly ListedModel[] | null {
  return fetched.kind === "list" ? fetched.models : null;
}

/** Whether a list fetched from one speaks of the other, too. */
function sameServer(a: Server, b: Server | undefined): boolean {
  if (b === undefined || a.baseUrl !== b.baseUrl || a.type !== b.type) return false;
  return a.apiKey === b.apiKey && JSON.stringify(a.headers) === JSON.stringify(b.headers);
}

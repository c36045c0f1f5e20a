// The servers' model lists: fetched beside the requests, never on their path; a good list outlives a bad answer.
import { joinBytes } from "../../domain/bytes.ts";
import { type HeaderList, requestHeaders } from "../../domain/headers.ts";
import {
  clientModels,
  discoveryFrom,
  type KnownLists,
  type ListedModel,
  listPaths,
  type ModelObject,
  readModelList,
  serversOf,
} from "../../domain/model-list.ts";
import { type DiscoverySnapshot, emptyDiscovery } from "../../domain/routing/discovery.ts";
import type { Routing, Server } from "../../domain/routing/types.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Upstream, UpstreamBody } from "../../ports/upstream.ts";
import { orAfter } from "./or-after.ts";

export interface Models {
  /** What is known now; reading it counts as use and starts a refresh where the lists are old. */
  discovery(): DiscoverySnapshot;
  /** A model went to the default upstream: if that is not known to list it, the lists may be too old. */
  missed(model: string | null): void;
  /** A server that had failed serves again. */
  back(baseUrl: string): void;
  /** For clients; waits only for servers whose list is not known yet, and at most 2 s. */
  list(client: HeaderList): Promise<readonly ModelObject[]>;
  state(serverName: string): ModelListState;
  /** Fetches every list; settles when all have answered or given up. */
  refresh(): Promise<void>;
}

export interface ModelListState {
  readonly models: readonly ListedModel[];
  /** Epoch ms of the last good list; null before the first. */
  readonly fetchedAt: number | null;
  /** Why the last try failed; null where it did not. */
  readonly error: string | null;
}

export interface ModelsDeps {
  readonly routing: () => Routing;
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly via: string;
}

const freshMs = 30_000;
/** A missed model makes the lists look old sooner, but not with every request. */
const missedMs = 5_000;
const limitMs = 2_000;
const unknown: ModelListState = { models: [], fetchedAt: null, error: null };

type Fetched =
  | { readonly kind: "list"; readonly models: readonly ListedModel[] }
  | { readonly kind: "denied" | "failed"; readonly error: string };

export function createModels({ routing, upstream, clock, via }: ModelsDeps): Models {
  const states = new Map<string, ModelListState>();
  const underWay = new Map<string, Promise<void>>();
  let denied = false;
  let refreshedAt = -freshMs;
  let snapshot: DiscoverySnapshot = emptyDiscovery;

  const known = (): KnownLists =>
    new Map(
      [...states].flatMap(([name, { models, fetchedAt }]) =>
        fetchedAt === null ? [] : [[name, models] as const],
      ),
    );

  function refreshServer(server: Server): Promise<void> {
    const running = underWay.get(server.name);
    if (running !== undefined) return running;
    const work = fetchList(server, []).then((fetched) => {
      underWay.delete(server.name);
      const before = states.get(server.name) ?? unknown;
      if (server === routing().defaultServer) denied = fetched.kind === "denied";
      states.set(
        server.name,
        fetched.kind === "list"
          ? { models: fetched.models, fetchedAt: clock.now(), error: null }
          : { ...before, error: fetched.error },
      );
      snapshot = discoveryFrom(known(), serversOf(routing()));
    });
    underWay.set(server.name, work);
    return work;
  }

  async function refresh(): Promise<void> {
    refreshedAt = clock.elapsed();
    await Promise.all(serversOf(routing()).map(refreshServer));
  }

  function refreshIfOlder(ms: number): void {
    // Nobody waits for it: fetching never fails, it only brings nothing.
    if (clock.elapsed() - refreshedAt >= ms) refresh().catch(() => undefined);
  }

  /** @param client whose credentials to show where the server has no key of its own; empty: nobody's */
  async function fetchList(server: Server, client: HeaderList): Promise<Fetched> {
    const controller = new AbortController();
    const stop = clock.after(limitMs, () => controller.abort());
    try {
      const reply = await upstream.send({
        method: "GET",
        url: server.baseUrl + listPaths[server.type],
        headers: requestHeaders(client, {
          apiKey: server.apiKey,
          extra: server.headers,
          via,
          sourceIp: "",
        }),
        body: null,
        connectTimeoutMs: limitMs,
        silenceTimeoutMs: limitMs,
        freshConnection: false,
        ca: server.ca,
        insecure: server.insecure,
        signal: controller.signal,
      });
      if (reply.kind === "aborted")
        return { kind: "failed", error: `no list within ${limitMs} ms` };
      if (reply.kind !== "answered") return { kind: "failed", error: reply.message };
      const body = await readAll(reply.body);
      const error = `status ${reply.status}`;
      if (reply.status === 401 || reply.status === 403) return { kind: "denied", error };
      if (reply.status >= 400) return { kind: "failed", error };
      const models = body === null ? null : readModelList(body);
      return models === null
        ? { kind: "failed", error: "the answer is no list of models" }
        : { kind: "list", models };
    } finally {
      stop();
    }
  }

  return {
    refresh,
    discovery() {
      refreshIfOlder(freshMs);
      return snapshot;
    },
    missed(model) {
      const { servers, defaultServer } = routing();
      const known = model === null || snapshot.serves(defaultServer.name, model);
      if (!known && servers.size > 0) refreshIfOlder(missedMs);
    },
    back(baseUrl) {
      for (const server of serversOf(routing()))
        if (server.baseUrl === baseUrl) refreshServer(server).catch(() => undefined);
    },
    state: (name) => states.get(name) ?? unknown,
    async list(client) {
      refreshIfOlder(freshMs);
      const now = routing();
      const unheard = serversOf(now).filter(({ name }) => !states.has(name));
      await orAfter(Promise.all(unheard.map(refreshServer)), limitMs, clock);
      const lists = new Map(known());
      const credentials = client.filter(([name]) => name === "authorization");
      if (denied && credentials.length > 0) {
        const own = await fetchList(now.defaultServer, credentials);
        if (own.kind === "list") lists.set(now.defaultServer.name, own.models);
      }
      return clientModels(now, lists);
    },
  };
}

/** The whole body; null where it broke off or is larger than a list can be. */
async function readAll(body: UpstreamBody): Promise<Uint8Array | null> {
  const largest = 16 * 1024 * 1024;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const got = await body.read();
    if (got.kind === "end") return joinBytes(pieces);
    if (got.kind !== "bytes" || size > largest) {
      body.cancel();
      return null;
    }
    size += got.bytes.length;
    pieces.push(got.bytes);
  }
}

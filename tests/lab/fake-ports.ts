// The relay's ports as fakes, without sockets and on a clock moved by hand. Whatever a call can hold is
// counted where it is held, and every touch of a port is a step that a test can spoil.
import { createLimiter } from "../../src/app/usecases/servers/limiter.ts";
import { createHealthBoard } from "../../src/app/usecases/servers/health-board.ts";
import { createReasoningMemory } from "../../src/app/usecases/relay/reasoning-memory.ts";
import { createKnownServers } from "../../src/app/usecases/servers/known-servers.ts";
import { createServersNow } from "../../src/app/usecases/servers/servers-now.ts";
import { createSpokenBoard } from "../../src/app/usecases/servers/spoken-board.ts";
import { createInFlightBoard } from "../../src/app/usecases/log/in-flight.ts";
import type { RelayDeps } from "../../src/app/usecases/relay/relay.ts";
import { createVia } from "../../src/domain/http/via.ts";
import { createBudget } from "../../src/domain/failover/budget.ts";
import type { IncomingCall } from "../../src/domain/call/incoming-call.ts";
import type { CapturedBodies, LogEntry } from "../../src/domain/log/log-entry.ts";
import { readRequest } from "../../src/domain/call/read-request.ts";
import { emptyDiscovery } from "../../src/domain/routing/discovery.ts";
import { endpointOf } from "../../src/domain/protocols/endpoint-of.ts";
import { planRoute, type RoutePlan } from "../../src/domain/routing/plan.ts";
import { serversOf } from "../../src/domain/routing/model-list.ts";
import type { Routing } from "../../src/domain/routing/types.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { CallObserver } from "../../src/ports/observer.ts";
import type {
  BodyRead,
  NoAnswer,
  Upstream,
  UpstreamAnswer,
  UpstreamRequest,
} from "../../src/ports/upstream.ts";
import { createFedBody } from "./fed-body.ts";
import { createHandClock } from "./hand-clock.ts";
import { routingOf } from "./routing-of.ts";
import { schemasHere } from "./schemas-here.ts";

/** What an upstream answers: its reads in order; after the last it stays silent. */
export interface Scripted {
  readonly status?: number;
  readonly type?: string;
  readonly reads: readonly (BodyRead | string)[];
}

/** What one request comes to; `"hangs"`: not even a head, until it is given up. */
export type FakeReply = Scripted | NoAnswer | "hangs";

export interface FakeScenario {
  readonly routes: string;
  /** By the request's URL without its path; asked more often, the last one counts. */
  readonly upstreams: Readonly<Record<string, readonly FakeReply[]>>;
  readonly sseKeepaliveMs?: number;
  /** Names of servers that have yet to load what they are asked for. */
  readonly loading?: readonly string[];
}

/** Whether nobody wants an exchange any more, and what that does to it. */
interface GivenUp {
  up: boolean;
  closes: () => void;
}

/** Called at each step with what it is, say `clock.now`; may throw. */
export type Step = (what: string) => void;

/** All that a call may hold, once it is over. */
export const nothingHeld = {
  active: 0,
  waiting: 0,
  captured: 0,
  heldAnswers: 0,
  inFlight: 0,
  probing: 0,
  timers: 0,
  connections: 0,
};

const routings = new Map<string, Routing>();

/** Parsed once, for those who run the same many times. */
function parsed(routes: string): Routing {
  const known = routings.get(routes) ?? routingOf(routes);
  routings.set(routes, known);
  return known;
}

export function createFakePorts(scenario: FakeScenario, step: Step = () => undefined) {
  const hand = createHandClock(1_000_000);
  const connections = new Set<object>();
  const faults: unknown[] = [];
  const started: LogEntry[] = [];
  const progressed: LogEntry[] = [];
  const ended: LogEntry[] = [];
  const bodies: CapturedBodies[] = [];
  const requests: UpstreamRequest[] = [];
  const limiter = createLimiter();
  const board = createInFlightBoard();
  const [captureBudget, heldBudget] = [createBudget(1 << 28), createBudget(1 << 28)];
  const routing = parsed(scenario.routes);
  const spoken = createSpokenBoard(hand, () => null);
  const reasoning = createReasoningMemory(hand);
  const servers = createKnownServers(hand, () => null);
  const health = createHealthBoard(hand, () => step("health.back"));

  const clock: Clock = {
    now: () => (step("clock.now"), hand.now()),
    elapsed: () => (step("clock.elapsed"), hand.now()),
    id: () => (step("clock.id"), "id"),
    chance: () => (step("clock.chance"), 0),
    after(ms, then) {
      step("clock.after");
      const stop = hand.after(ms, then);
      // What gives back has given back before it throws: nobody could do more than ask.
      return () => (stop(), step("clock.after's stop"));
    },
    watch: (deadlines) => (hand.watch(deadlines), step("clock.watch")),
    unwatch: (deadlines) => (hand.unwatch(deadlines), step("clock.unwatch")),
  };
  const spoilt: CallObserver = {
    started: () => step("observer.started"),
    progressed: () => step("observer.progressed"),
    ended: () => step("observer.ended"),
  };
  const seen: CallObserver = {
    started: (call) => void started.push(call.entry()),
    progressed: (call) => void progressed.push(call.entry()),
    ended(entry, kept) {
      ended.push(entry);
      bodies.push(kept);
    },
  };

  const asked = new Map<string, number>();
  const upstream: Upstream = {
    send(request) {
      step("upstream.send");
      requests.push(request);
      const { origin } = new URL(request.url);
      const script = scenario.upstreams[origin] ?? [];
      const time = asked.get(origin) ?? 0;
      asked.set(origin, time + 1);
      const reply = script[Math.min(time, script.length - 1)];
      const given: GivenUp = { up: false, closes: () => undefined };
      return {
        reply: replied(origin, reply, given),
        cancel() {
          given.up = true;
          given.closes();
        },
      };
    },
  };

  async function replied(
    origin: string,
    reply: FakeReply | undefined,
    given: GivenUp,
  ): Promise<UpstreamAnswer | NoAnswer> {
    await Promise.resolve();
    step("upstream.send, once sent");
    if (given.up) return { kind: "aborted" };
    if (reply === undefined) throw new Error(`nothing is scripted for ${origin}`);
    if (reply === "hangs") return givenUp(given);
    return "kind" in reply ? reply : answer(reply, given);
  }

  /** A connection that is open until it is given up. */
  function givenUp(given: GivenUp): Promise<NoAnswer> {
    connections.add(given);
    return new Promise((resolve) => {
      given.closes = () => {
        connections.delete(given);
        resolve({ kind: "aborted" });
      };
    });
  }

  function answer({ status = 200, type, reads }: Scripted, given: GivenUp): UpstreamAnswer {
    const body = createFedBody(...reads);
    connections.add(body);
    const close = () => {
      connections.delete(body);
      body.cancel();
    };
    given.closes = close;
    return {
      kind: "answered",
      status,
      headers: [["content-type", type ?? "application/json"]],
      connectMs: null,
      body: {
        async read() {
          step("body.read");
          const got = await body.read();
          step("body.read, once read");
          if (got.kind !== "bytes") close();
          return got;
        },
        cancel: () => (close(), step("body.cancel")),
      },
    };
  }

  const deps: RelayDeps = {
    routing: () => (step("routing"), routing),
    models: {
      discovery: () => (step("models.discovery"), emptyDiscovery),
      missed: () => step("models.missed"),
    },
    clock,
    observers: [spoilt, board, seen],
    upstream,
    via: createVia("lab"),
    traced: false,
    captureCap: 1 << 20,
    captureBudget,
    heldBudget,
    limiter,
    serversNow: createServersNow(limiter, health, { warmth: () => "unknown" }),
    isLoading: ({ server }) => scenario.loading?.includes(server.name) ?? false,
    health,
    spoken,
    servers,
    promptTokens: () => 1,
    schemas: schemasHere,
    ratiosKnown: () => Promise.resolve(),
    reasoning,
    keepsAnswers: true,
    continueCall: (call) => call,
    recentAnswers: null,
    sseKeepaliveMs: scenario.sseKeepaliveMs ?? 0,
    fault(error) {
      faults.push(error);
      step("fault");
    },
  };

  return {
    deps,
    hand,
    board,
    limiter,
    health,
    routing,
    requests,
    started,
    progressed,
    ended,
    bodies,
    faults,
    planFor: (call: IncomingCall): RoutePlan => planRoute(call, routing, emptyDiscovery),
    /** All that a call may hold; everything is 0 once it is over. */
    held: (): typeof nothingHeld => {
      const servers = serversOf(routing);
      const loads = servers.map(({ name }) => limiter.load(name));
      return {
        active: loads.reduce((sum, { active }) => sum + active, 0),
        waiting: loads.reduce((sum, { waiting }) => sum + waiting, 0),
        captured: captureBudget.taken(),
        heldAnswers: heldBudget.taken(),
        inFlight: board.count(),
        probing: servers.filter(({ baseUrl }) => health.health(baseUrl).probing).length,
        timers: hand.pending(),
        connections: connections.size,
      };
    },
  };
}

/** A call read from its body, as a front door would. */
export function fakeCall(body: object, path = "/v1/chat/completions"): IncomingCall {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const endpoint = endpointOf("POST", path);
  const reading = readRequest(endpoint, "application/json", bytes);
  if ("kind" in reading) throw new Error(reading.message);
  return {
    ...reading,
    id: "the-call",
    receivedAt: 1_000_000,
    endpoint,
    method: "POST",
    path,
    query: "",
    headers: [["content-type", "application/json"]],
    sourceIp: "127.0.0.1",
    user: null,
    body: bytes,
  };
}

/** Lets whatever goes on come to its next wait; time stands still. */
export async function settle(): Promise<void> {
  for (let n = 0; n < 3; n++) await new Promise((resolve) => setImmediate(resolve));
}

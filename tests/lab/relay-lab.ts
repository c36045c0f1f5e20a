// The whole relay over fake ports, every touch of which is a step that a test can spoil: by a throw, or
// by a client that leaves. What a call holds is counted everywhere it can be held.
import { endpointOf } from "../../src/domain/protocols/endpoint-of.ts";
import { createLimiter } from "../../src/app/usecases/servers/limiter.ts";
import { createHealthBoard } from "../../src/app/usecases/servers/health-board.ts";
import { createInFlightBoard } from "../../src/app/usecases/log/in-flight.ts";
import { createRelay } from "../../src/app/usecases/relay/relay.ts";
import { createBudget } from "../../src/domain/failover/budget.ts";
import type { IncomingCall } from "../../src/domain/call/incoming-call.ts";
import type { LogEntry } from "../../src/domain/log/log-entry.ts";
import { readRequest } from "../../src/domain/call/read-request.ts";
import { emptyDiscovery } from "../../src/domain/routing/discovery.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { CallObserver } from "../../src/ports/observer.ts";
import type { BodyRead, NoAnswer, Upstream, UpstreamAnswer } from "../../src/ports/upstream.ts";
import { createFedBody } from "./fed-body.ts";
import { createHandClock } from "./hand-clock.ts";
import { routingOf } from "./routing-of.ts";

/** What an upstream answers: its reads in order; after the last it stays silent. */
export interface Scripted {
  readonly status?: number;
  readonly type?: string;
  readonly reads: readonly (BodyRead | string)[];
}

export interface Scenario {
  readonly routes: string;
  readonly path?: string;
  readonly body: object;
  /** By the request's URL without its path; asked more often, the last one counts. */
  readonly upstreams: Readonly<Record<string, readonly (Scripted | NoAnswer)[]>>;
  readonly sseKeepaliveMs?: number;
  /** Permits of the server of that name that others hold until the call waits in line. */
  readonly occupied?: string;
}

/** Called at each step with what it is, say `clock.now`; may throw. */
export type Step = (what: string) => void;

const text = new TextEncoder();

export function createRelayLab(scenario: Scenario, step: Step) {
  const hand = createHandClock(1_000_000);
  const openBodies = new Set<object>();
  const faults: unknown[] = [];
  const started: LogEntry[] = [];
  const progressed: LogEntry[] = [];
  const ended: LogEntry[] = [];
  const limiter = createLimiter();
  const board = createInFlightBoard();
  const [captureBudget, heldBudget] = [createBudget(1 << 28), createBudget(1 << 28)];
  const routing = routingOf(scenario.routes);
  const clientGone = new AbortController();

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
  };
  const spoilt: CallObserver = {
    started: () => step("observer.started"),
    progressed: () => step("observer.progressed"),
    ended: () => step("observer.ended"),
  };
  const seen: CallObserver = {
    started: (entry) => void started.push(entry),
    progressed: (entry) => void progressed.push(entry),
    ended: (entry) => void ended.push(entry),
  };

  const asked = new Map<string, number>();
  const upstream: Upstream = {
    async send({ url, signal }) {
      step("upstream.send");
      const { origin } = new URL(url);
      const script = scenario.upstreams[origin] ?? [];
      const turn = asked.get(origin) ?? 0;
      asked.set(origin, turn + 1);
      const reply = script[Math.min(turn, script.length - 1)];
      await Promise.resolve();
      step("upstream.send, once sent");
      if (signal.aborted) return { kind: "aborted" };
      if (reply === undefined) throw new Error(`nothing is scripted for ${origin}`);
      if ("kind" in reply) return reply;
      return answer(reply, signal);
    },
  };

  function answer({ status = 200, type, reads }: Scripted, signal: AbortSignal): UpstreamAnswer {
    const body = createFedBody(...reads);
    openBodies.add(body);
    const close = () => {
      openBodies.delete(body);
      signal.removeEventListener("abort", close);
      body.cancel();
    };
    signal.addEventListener("abort", close);
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

  const relay = createRelay({
    routing: () => (step("routing"), routing),
    models: {
      discovery: () => (step("models.discovery"), emptyDiscovery),
      missed: () => step("models.missed"),
    },
    clock,
    observers: [spoilt, board, seen],
    upstream,
    via: "smolrouter-lab",
    traced: false,
    captureCap: 1 << 20,
    captureBudget,
    heldBudget,
    limiter,
    health: createHealthBoard(hand, () => step("health.back")),
    sseKeepaliveMs: scenario.sseKeepaliveMs ?? 0,
    fault(error) {
      faults.push(error);
      step("fault");
    },
  });

  const occupied =
    scenario.occupied === undefined ? undefined : routing.servers.get(scenario.occupied);
  const permits = occupied === undefined ? [] : [limiter.tryAcquire(occupied)];

  return {
    relay,
    call: callOf(scenario, step),
    clientGone,
    cancel: () => void board.cancel("the-call"),
    started: () => started,
    progressed: () => progressed,
    ended: () => ended,
    faults: () => faults,
    /** Moves on whatever waits: for its place, or for time to pass. */
    async nudge() {
      await new Promise((resolve) => setImmediate(resolve));
      if (limiter.position("the-call") !== null)
        for (const permit of permits) permit?.[Symbol.dispose]();
      else hand.pass(500);
    },
    /** All that a call may hold; everything is 0 once it is over. */
    held() {
      for (const permit of permits) permit?.[Symbol.dispose]();
      const servers = [...routing.servers.values()].map(({ name }) => limiter.load(name));
      return {
        active: servers.reduce((sum, { active }) => sum + active, 0),
        waiting: servers.reduce((sum, { waiting }) => sum + waiting, 0),
        captured: captureBudget.taken(),
        heldAnswers: heldBudget.taken(),
        inFlight: board.count(),
        timers: hand.pending(),
        upstreamBodies: openBodies.size,
      };
    },
  };
}

/** A call whose every look-up is a step, so that bridges and editors are spoilt, too. */
function callOf({ path = "/v1/chat/completions", body }: Scenario, step: Step): IncomingCall {
  const bytes = text.encode(JSON.stringify(body));
  const endpoint = endpointOf("POST", path);
  const reading = readRequest(endpoint, "application/json", bytes);
  if ("kind" in reading) throw new Error(reading.message);
  const call: IncomingCall = {
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
  return new Proxy(call, {
    get(target, key, receiver) {
      step(`call.${String(key)}`);
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
}

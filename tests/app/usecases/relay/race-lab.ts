// Every order in which the events of a race can come: its candidates' deeds, time that passes, a client
// that leaves. Each order is a run of its own, from the start, on a clock moved by hand.
import { createRelay } from "../../../../src/app/usecases/relay/relay.ts";
import type { CapturedBodies, LogEntry } from "../../../../src/domain/log/log-entry.ts";
import type { Server } from "../../../../src/domain/routing/types.ts";
import type { Answer } from "../../../../src/ports/service.ts";
import type { NoAnswer, Upstream, UpstreamAnswer } from "../../../../src/ports/upstream.ts";
import { createFedBody, type FedBody } from "../../../lab/fed-body.ts";
import { createFakePorts, fakeCall, type nothingHeld } from "../../../lab/fake-ports.ts";

/** What a server does next for the call that it has. */
export type Deed = "head" | "role" | "says" | "done" | "cut" | "refuses" | "resets" | "busy";

export interface RaceScenario {
  /** Of the alias. */
  readonly keys: string;
  readonly stream: boolean;
  /** By default chat's. */
  readonly path?: string;
  /** What each server does, in the order of the alias. */
  readonly lives: readonly (readonly Deed[])[];
  /** How many calls each server takes at once. */
  readonly permits?: number;
  /** Servers that have yet to load the model. */
  readonly loading?: readonly string[];
  /** Servers whose every permit another call has; it gives them back where they are `freed`. */
  readonly occupied?: readonly string[];
  readonly freed?: boolean;
  /** Of the error that a busy server answers with. */
  readonly code?: string;
  /** Steps of time that may pass, ms. */
  readonly times: readonly number[];
  readonly mayLeave: boolean;
}

export const serverNames = ["a", "b", "c"] as const;

/** What a run came to. */
export interface Ran {
  /** What happened, in words. */
  readonly path: readonly string[];
  readonly rows: readonly LogEntry[];
  readonly bodies: readonly CapturedBodies[];
  readonly faults: readonly unknown[];
  readonly answer: Answer | null;
  readonly text: string;
  /** The client got a proper end; null: it left. */
  readonly left: boolean;
  /** Requests sent to each server. */
  readonly asked: readonly number[];
  /** The most exchanges that were open at once, and at one server. */
  readonly mostOpen: number;
  /** Losers that were still open once the winner had content, by name; those that may are left out. */
  readonly lingering: readonly string[];
  readonly failures: readonly number[];
  readonly held: typeof nothingHeld;
}

const says = (name: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: `from ${name}` } }] })}\n\n`;
const role = 'data: {"choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n';
const done =
  'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
/** Bytes of an answer that is not a stream and that come before the rest. */
const half = 9;
const wholes = (name: string) =>
  JSON.stringify({ choices: [{ message: { content: `from ${name}` } }] });

/** A request that a server has and that nobody has given up. */
interface Open {
  readonly body: FedBody;
  reply(reply: UpstreamAnswer | NoAnswer): void;
  hasHead: boolean;
  hasHalf: boolean;
  isClosed: boolean;
}

class FakeServer {
  readonly name: string;
  readonly #life: readonly Deed[];
  readonly #isStream: boolean;
  readonly #code: string;
  readonly opened: Open[] = [];
  #done = 0;

  constructor(name: string, life: readonly Deed[], { stream, code = "busy" }: RaceScenario) {
    this.name = name;
    this.#life = life;
    this.#isStream = stream;
    this.#code = code;
  }

  send(): ReturnType<Upstream["send"]> {
    const { promise, resolve } = Promise.withResolvers<UpstreamAnswer | NoAnswer>();
    const body = createFedBody();
    const open: Open = { body, reply: resolve, hasHead: false, hasHalf: false, isClosed: false };
    this.opened.push(open);
    return {
      reply: promise,
      cancel() {
        open.isClosed = true;
        body.cancel();
        resolve({ kind: "aborted" });
      },
    };
  }

  open(): Open | null {
    const last = this.opened.at(-1);
    return last === undefined || last.isClosed ? null : last;
  }

  next(): Deed | null {
    return this.open() === null ? null : (this.#life[this.#done] ?? null);
  }

  do(deed: Deed): void {
    this.#done++;
    const open = this.open();
    if (open === null) throw new Error("nobody asks this server");
    const { body } = open;
    const close = () => {
      open.isClosed = true;
    };
    const text = (piece: string) => body.feed(piece);
    switch (deed) {
      case "head":
        this.#head(open, 200);
        break;
      case "role":
        text(this.#isStream ? role : wholes(this.name).slice(0, half));
        open.hasHalf = true;
        break;
      case "says":
        text(this.#isStream ? says(this.name) : wholes(this.name).slice(open.hasHalf ? half : 0));
        break;
      case "done":
        if (this.#isStream) text(done);
        body.feed({ kind: "end" });
        close();
        break;
      case "cut":
        body.feed({ kind: "broke", message: "cut" });
        close();
        break;
      case "refuses":
        close();
        open.reply({ kind: "unreachable", reason: "refused", message: "refused", connectMs: null });
        break;
      case "resets":
        close();
        open.reply({ kind: "reset", message: "reset", connectMs: null });
        break;
      case "busy":
        this.#head(open, 503);
        text(JSON.stringify({ error: { message: "busy", code: this.#code } }));
        body.feed({ kind: "end" });
        close();
        break;
    }
  }

  #head(open: Open, status: number): void {
    open.hasHead = true;
    const type = status === 200 && this.#isStream ? "text/event-stream" : "application/json";
    open.reply({
      kind: "answered",
      status,
      headers: [["content-type", type]],
      connectMs: null,
      body: {
        read: () => open.body.read(),
        cancel: () => {
          open.isClosed = true;
          open.body.cancel();
        },
      },
    });
  }
}

type Act = () => void;

/** Runs a race in the order given; what happens on its own at the end need not be named. */
export function raceInOrder(scenario: RaceScenario, order: readonly string[]): Promise<Ran> {
  const left = [...order];
  return runRace(scenario, (words) => {
    const [next] = left.splice(0, 1);
    const index = next === undefined ? 0 : words.indexOf(next);
    if (index < 0) throw new Error(`${next} cannot happen; ${words.join(", ")} can`);
    return index;
  });
}

/** @param choose one of the things that can happen next, by its number */
async function runRace(
  scenario: RaceScenario,
  choose: (among: readonly string[]) => number,
): Promise<Ran> {
  const { keys, stream, lives, permits = 1, loading = [], mayLeave } = scenario;
  const { occupied = [], freed = false } = scenario;
  const names = serverNames.slice(0, lives.length);
  const servers = names.map((name, index) => new FakeServer(name, lives[index] ?? [], scenario));
  const routes = `
servers: { ${names.map((name) => `${name}: { url: "http://${name}:1", max_concurrency: ${permits} }`).join(", ")} }
aliases: { all: { ${keys} instances: [${names.map((name) => `${name}/m`).join(", ")}] } }`;
  const ports = createFakePorts({ routes, upstreams: {}, loading });
  const { hand, health, limiter } = ports;
  const failed = { reason: "refused", status: null, message: "connection refused" } as const;
  // Each is to be found out about: whoever asks it holds that question.
  for (const name of names) for (let n = 0; n < 3; n++) health.failed(`http://${name}:1`, failed);
  hand.pass(10_000);
  const serverCalled = (name: string): Server => {
    const server = ports.routing.servers.get(name);
    if (server === undefined) throw new Error(`there is no ${name}`);
    return server;
  };
  const taken = occupied.map((name) => [name, limiter.tryAcquire(serverCalled(name))] as const);
  const upstream: Upstream = {
    send: ({ url }) => {
      const server = servers.find(({ name }) => name === new URL(url).hostname);
      if (server === undefined) throw new Error(`nobody is at ${url}`);
      return server.send();
    },
  };
  const relay = createRelay({ ...ports.deps, upstream });
  const client = new AbortController();
  const call = fakeCall({ model: "all", stream, messages: [] }, scenario.path);
  let answer: Answer | null = null;
  let text = "";
  async function read(): Promise<void> {
    answer = await relay.handle(call, client.signal);
    const { body } = answer;
    const decoder = new TextDecoder();
    if (body === null) return;
    if (!("next" in body)) text = decoder.decode(body);
    else
      for (let piece = await body.next(); piece !== null; piece = await body.next())
        text += decoder.decode(piece);
  }
  const reading = read();
  const path: string[] = [];
  const times = [...scenario.times];
  let mostOpen = 0;
  const lingering: string[] = [];
  await turn();
  for (;;) {
    const isOver = ports.ended.length > 0;
    const acts: [string, Act][] = [];
    for (const server of servers) {
      const deed = server.next();
      if (deed !== null) acts.push([`${server.name} ${deed}`, () => server.do(deed)]);
    }
    const [busy] = freed ? taken : [];
    if (busy !== undefined)
      acts.push([`${busy[0]}'s permit comes free`, () => taken.shift()?.[1]?.[Symbol.dispose]()]);
    const [time] = times;
    if (time !== undefined && !isOver)
      acts.push([
        `${time} ms`,
        () => {
          times.shift();
          hand.pass(time);
        },
      ]);
    if (mayLeave && !isOver && !client.signal.aborted)
      acts.push(["the client leaves", () => client.abort()]);
    const words = acts.map(([name]) => name);
    const [word, act] = acts[acts.length === 0 ? 0 : choose(words)] ?? [];
    if (word === undefined || act === undefined) {
      if (isOver) break;
      // Nobody has anything left to do: those who were asked time out.
      const open = servers.map((server) => server.open()).find((one) => one !== null);
      if (open === undefined) hand.pass(500);
      else timeOut(open);
    } else {
      path.push(word);
      act();
    }
    await turn();
    const open = servers.filter((server) => server.open() !== null);
    mostOpen = Math.max(mostOpen, open.length);
    if (word?.endsWith(" says") === true && stream)
      for (const server of open)
        if (!word.startsWith(server.name) && !loading.includes(server.name))
          lingering.push(server.name);
    if (path.length > 60) throw new Error(`no end: ${path.join(", ")}`);
  }
  for (const server of servers) {
    const open = server.open();
    if (open !== null) timeOut(open);
  }
  await reading;
  await turn();
  for (const [, permit] of taken) permit?.[Symbol.dispose]();
  return {
    path,
    rows: ports.ended,
    bodies: ports.bodies,
    faults: ports.faults,
    answer,
    text,
    left: client.signal.aborted,
    asked: servers.map(({ opened }) => opened.length),
    mostOpen,
    lingering,
    failures: names.map((name) => health.health(`http://${name}:1`).failures),
    held: {
      ...ports.held(),
      connections: servers.filter((server) => server.open() !== null).length,
    },
  };
}

function timeOut(open: Open): void {
  open.isClosed = true;
  if (open.hasHead) open.body.feed({ kind: "timed-out", message: "no byte for too long" });
  else open.reply({ kind: "timed-out", timer: "silence", message: "no byte", connectMs: null });
}

/** Whatever can go on without time, a server or the client has gone on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Runs a race in every order, each once.
 * @param check looks at what a run came to
 * @returns how many there are
 */
export async function everyRace(
  scenario: RaceScenario,
  check: (ran: Ran) => void,
): Promise<number> {
  /** What was chosen at each fork, and among how many. */
  let forks: { readonly chosen: number; readonly among: number }[] = [];
  for (let runs = 1; ; runs++) {
    let at = 0;
    const ran = await runRace(scenario, ({ length: among }) => {
      if (among === 1) return 0;
      const fork = forks[at] ?? { chosen: 0, among };
      if (fork.among !== among) throw new Error("a run did not go as it went before");
      forks[at++] = fork;
      return fork.chosen;
    });
    check(ran);
    while (forks.length > 0) {
      const last = forks.pop();
      if (last === undefined || last.chosen + 1 === last.among) continue;
      forks = [...forks, { ...last, chosen: last.chosen + 1 }];
      break;
    }
    if (forks.length === 0) return runs;
  }
}

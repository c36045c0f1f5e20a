import { describe, expect, test } from "bun:test";
import {
  askingOrder,
  candidateOrder,
  type ServersNow,
  type Warmth,
} from "../../../src/domain/routing/candidate-order.ts";
import { emptyDiscovery } from "../../../src/domain/routing/discovery.ts";
import { planRoute, type Target } from "../../../src/domain/routing/plan.ts";
import { reportedNow, type ReportedServer } from "../../../src/domain/routing/reported-now.ts";
import type { Balance } from "../../../src/domain/routing/types.ts";
import { createRandom } from "../../lab/random.ts";
import { routingOf } from "../../lab/routing-of.ts";

const routing = routingOf(`
servers: { a: http://a:1, b: http://b:1, c: http://c:1, a2: http://a:1 }
aliases: { x: { instances: [a/m, b/m, c/m, a2/m] } }
`);
const { targets } = planRoute(
  { model: "x", sourceIp: "::1", path: "/", user: null, headers: [] },
  routing,
  emptyDiscovery,
);
const now = (name: string, own: Partial<ReportedServer>): ReportedServer => ({
  name,
  url: `http://${name}:1`,
  state: "well",
  active: 0,
  waiting: 0,
  turn: 0,
  max_concurrency: null,
  models: ["m"],
  loaded: null,
  ...own,
});
const namesIn = (order: readonly Target[]) => order.map(({ server }) => server.name);

/** Names in order, and the reason of each. */
function ranked(balance: Balance, reported: readonly ReportedServer[]): readonly string[] {
  const places = candidateOrder(targets, balance, reportedNow(reported));
  return places.map(({ target, reasons }) => `${target.server.name}: ${reasons.join("; ")}`);
}

test.each<[string, readonly ReportedServer[], readonly string[]]>([
  ["nothing known: as written", [], ["a", "b", "c", "a2"]],
  [
    "a resting server is last, under each of its names",
    [now("a", { state: "resting" })],
    ["b", "c", "a", "a2"],
  ],
  ["one that is being probed is, too", [now("b", { state: "probing" })], ["a", "c", "a2", "b"]],
  [
    "one whose rest is over keeps its place",
    [now("a", { state: "probe-due" })],
    ["a", "b", "c", "a2"],
  ],
  [
    "a full one comes after all that are free, even resting ones",
    [now("a", { active: 2, max_concurrency: 2 }), now("b", { state: "resting" })],
    ["c", "a2", "b", "a"],
  ],
  [
    "one with a place left is free",
    [now("a", { active: 1, max_concurrency: 2 })],
    ["a", "b", "c", "a2"],
  ],
  [
    "a router's share of the limit is the limit",
    [now("a", { active: 1, max_concurrency: 2, share: 1 })],
    ["b", "c", "a2", "a"],
  ],
])("%s", (_, servers, order) => {
  const places = candidateOrder(targets, "order", reportedNow(servers));
  expect(namesIn(places.map(({ target }) => target))).toEqual([...order]);
  for (const { reasons, coolingDown, full } of places)
    expect(reasons).toEqual([
      full
        ? "busy: tried if no other is free"
        : coolingDown
          ? "cooling down: tried last"
          : "as written",
    ]);
});

test("spread: the least busy first, equal ones by their turn, and each place has its reason", () => {
  expect(
    ranked("spread", [
      now("a", { active: 2, turn: 9 }),
      now("b", { active: 1, turn: 8 }),
      now("c", { active: 1, turn: 7 }),
      now("a2", { state: "resting" }),
    ]),
  ).toEqual([
    "c: least busy: 1 running, weight 1",
    "b: as busy, and its turn comes later: 1 running, weight 1",
    "a: would be busier: 2 running, weight 1",
    "a2: cooling down: tried last; 0 running, weight 1",
  ]);
});

test("spread: where servers are full, calls that wait for them count", () => {
  const full = { active: 1, max_concurrency: 1 };
  expect(
    ranked("spread", [now("a", { ...full, waiting: 2 }), now("b", full), now("c", full)]),
  ).toEqual([
    "a2: weight 1; how busy it is, is not known",
    "b: busy: tried if no other is free; would be busier: 1 running, weight 1",
    "c: busy: tried if no other is free; as busy, and its turn comes later: 1 running, weight 1",
    "a: busy: tried if no other is free; would be busier: 1 running, 2 waiting, weight 1",
  ]);
});

describe("warm: those that have the model come first, as written", () => {
  const loaded = (...names: readonly string[]) =>
    names.map((name) => ({ name, state: "loaded" as const }));
  test.each<[string, readonly ReportedServer[], readonly string[]]>([
    ["nobody can say", [], ["a", "b", "c", "a2"]],
    [
      "one has it",
      [now("a", { loaded: [] }), now("b", { loaded: [] }), now("c", { loaded: loaded("m") })],
      ["c", "a2", "a", "b"],
    ],
    [
      "x and x:latest are one",
      [now("a", { loaded: loaded("n") }), now("b", { loaded: loaded("m:latest") })],
      ["b", "c", "a2", "a"],
    ],
    [
      "one that is starting does not have it yet",
      [now("a", { loaded: [{ name: "m", state: "loading" }] })],
      ["b", "c", "a2", "a"],
    ],
    [
      "another name of a model that it has",
      [
        now("a", { loaded: [] }),
        now("b", { loaded: loaded("real"), models: ["real"], model_aliases: { m: "real" } }),
      ],
      ["b", "c", "a2", "a"],
    ],
    [
      "a name that its list leaves out may be any",
      [now("a", { loaded: [], models: [] })],
      ["a", "b", "c", "a2"],
    ],
    [
      "a server that cools down is last, whatever it has",
      [now("a", { loaded: loaded("m"), state: "resting" }), now("b", { loaded: [] })],
      ["c", "b", "a", "a2"],
    ],
    [
      "a full one is, too",
      [now("a", { loaded: loaded("m"), active: 1, max_concurrency: 1 }), now("b", { loaded: [] })],
      ["c", "a2", "b", "a"],
    ],
  ])("%s", (_, reported, order) => {
    expect(
      namesIn(candidateOrder(targets, "warm", reportedNow(reported)).map(({ target }) => target)),
    ).toEqual([...order]);
  });

  test("each place has its reason", () => {
    expect(
      ranked("warm", [
        now("a", { loaded: [] }),
        now("b", { loaded: loaded("m") }),
        now("c", { loaded: [{ name: "m", state: "loading" }] }),
      ]),
    ).toEqual([
      "b: has the model loaded",
      "a2: counts as having the model loaded: it cannot say",
      "a: does not have the model loaded",
      "c: is still loading the model",
    ]);
  });
});

/** Servers that take calls as they come, in whatever order is asked for. */
function simulated(weights: readonly number[]) {
  const names = weights.map((_, at) => `s${at}`);
  const instances = names.map(
    (name, at) => `{ server: ${name}, model: m, weight: ${weights[at]} }`,
  );
  const { targets: all, balance } = planRoute(
    { model: "x", sourceIp: "::1", path: "/", user: null, headers: [] },
    routingOf(`
servers: { ${names.map((name) => `${name}: "http://${name}:1"`).join(", ")} }
aliases: { x: { balance: spread, instances: [${instances.join(", ")}] } }
`),
    emptyDiscovery,
  );
  const running = new Map(names.map((name) => [name, 0]));
  const turns = new Map<string, number>();
  let turn = 0;
  const state: ServersNow = {
    standing: () => "healthy",
    load: ({ name }) => ({
      running: running.get(name) ?? 0,
      waiting: 0,
      turn: turns.get(name) ?? 0,
    }),
    warmth: (): Warmth => "unknown",
    isFull: () => false,
  };
  return {
    all,
    state,
    runningAt: (name: string) => running.get(name) ?? 0,
    /** Whether a server is no busier, for its weight, than any other would be with one more. */
    isFair(name: string) {
      const weight = all.find(({ server }) => server.name === name)?.weight ?? 1;
      const busy = (running.get(name) ?? 0) / weight;
      return all.every(
        (other) =>
          other.server.name === name ||
          busy <= ((running.get(other.server.name) ?? 0) + 1) / other.weight,
      );
    },
    next: () => askingOrder(all, balance, state)[0]?.server.name ?? "",
    begins(name: string) {
      running.set(name, (running.get(name) ?? 0) + 1);
      turns.set(name, ++turn);
    },
    ends: (name: string) => void running.set(name, (running.get(name) ?? 0) - 1),
  };
}

const seeds = Array.from({ length: 40 }, (_, seed) => seed);

describe("spread, over random loads", () => {
  const randomLab = (seed: number) => {
    const random = createRandom(seed);
    const weights = Array.from({ length: random.int(2, 6) }, () =>
      random.chance(0.3) ? random.int(2, 9) / 2 : random.int(1, 4),
    );
    return { random, weights: weights.map((weight) => Math.max(1, weight)) };
  };

  test.each(seeds)(
    "no server that gets a call is then busier than another would be with one more (%i)",
    (seed) => {
      const { random, weights } = randomLab(seed);
      const lab = simulated(weights);
      const under: string[] = [];
      const unfair: number[] = [];
      for (let step = 0; step < 300; step++) {
        const ending = under.length > 0 && random.chance(0.45);
        if (ending) {
          const [name] = under.splice(random.int(0, under.length - 1), 1);
          lab.ends(name ?? "");
          continue;
        }
        const name = lab.next();
        lab.begins(name);
        under.push(name);
        if (!lab.isFair(name)) unfair.push(step);
      }
      expect(unfair).toEqual([]);
    },
  );

  test.each(seeds)(
    "calls that all stay are within one of the fair share by weight (%i)",
    (seed) => {
      const { weights } = randomLab(seed);
      const lab = simulated(weights);
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      const unfair: number[] = [];
      for (let calls = 1; calls <= 200; calls++) {
        lab.begins(lab.next());
        for (const { server, weight } of lab.all) {
          // Never a whole call below; above it, no more than one call more of any other makes up.
          const isBelow = lab.runningAt(server.name) <= (calls * weight) / all - 1;
          if (isBelow || !lab.isFair(server.name)) unfair.push(calls);
        }
      }
      expect(unfair).toEqual([]);
    },
  );

  test.each([2, 3, 5])(
    "%i equal servers are within one call of each other, and get calls in turn",
    (count) => {
      const lab = simulated(Array.from({ length: count }, () => 1));
      const got: string[] = [];
      for (let calls = 0; calls < 4 * count; calls++) {
        const name = lab.next();
        got.push(name);
        lab.begins(name);
        lab.ends(name);
      }
      const turns = lab.all.map(({ server }) => server.name);
      expect(got).toEqual([...turns, ...turns, ...turns, ...turns]);
    },
  );

  test.each(seeds)("no server starves while calls come and go (%i)", (seed) => {
    const { random, weights } = randomLab(seed);
    const lab = simulated(weights);
    const least = Math.ceil(Math.max(...weights)) * weights.length;
    const got = new Set<string>();
    const under: string[] = [];
    for (let step = 0; step < 2_000; step++) {
      // As many at once as give the lightest one its first.
      while (under.length > least || (under.length > 0 && random.chance(0.3))) {
        const [name] = under.splice(random.int(0, under.length - 1), 1);
        lab.ends(name ?? "");
      }
      const name = lab.next();
      lab.begins(name);
      under.push(name);
      got.add(name);
    }
    expect(got.size).toBe(weights.length);
  });
});

test.each<[Balance]>([["order"], ["spread"], ["warm"]])(
  "%s: where nothing differs, the order is as written, each time",
  (balance) => {
    const same = reportedNow([]);
    for (let time = 0; time < 3; time++)
      expect(askingOrder(targets, balance, same)).toEqual(targets);
    const random = createRandom(7);
    for (let time = 0; time < 20; time++) {
      const load = random.int(0, 9);
      const equal = reportedNow(
        targets.map(({ server }) => now(server.name, { active: load, turn: 3, loaded: [] })),
      );
      expect(namesIn(askingOrder(targets, balance, equal))).toEqual(namesIn(targets));
    }
  },
);

test("what an order does not depend on is not looked at", () => {
  const never = (): never => {
    throw new Error("looked at");
  };
  const only: ServersNow = { standing: () => "healthy", load: never, warmth: never, isFull: never };
  expect(askingOrder(targets, "order", only)).toBe(targets);
  expect(askingOrder(targets.slice(0, 1), "spread", { ...only, standing: never })).toHaveLength(1);
});

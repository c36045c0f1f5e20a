// `max_concurrency`: a fair line, visible, bounded, and never short of a place that somebody has left.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { createGate, type Gate } from "../../src/adapters/fake-model/gate.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { callInFlight, positionOf, until, upstreamState } from "../lab/live-view.ts";
import { rowsByQuery } from "../lab/log-rows.ts";
import { createRandom } from "../lab/random.ts";
import { rawRequest, type RawExchange } from "../lab/raw-request.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

const routesFor = (a: FakeModel, b: FakeModel): string => `
servers:
  one: { url: "${a.url}/one", max_concurrency: 1 }
  two: { url: "${a.url}/two", max_concurrency: 2 }
  hasty: { url: "${a.url}/hasty", max_concurrency: 1, request_timeout: 0.2, first_token_timeout: 0.2 }
  no-line: { url: "${a.url}/no-line", max_concurrency: 1, max_queue: 0 }
  short-a: { url: "${a.url}/short", max_concurrency: 1, max_queue: 1 }
  short-b: { url: "${b.url}/short", max_concurrency: 1, max_queue: 1 }
  free: { url: "${b.url}/free", max_concurrency: 1 }
  three: { url: "${a.url}/three", max_concurrency: 3, max_queue: 10, request_timeout: 0.03 }
aliases:
  hasty-first: { instances: [hasty/m, no-line/m] }
  short: { instances: [short-a/m, short-b/m] }
  one-then-free: { instances: [one/m, free/m] }
  three-patiently: { request_timeout: 10, instances: [three/m] }
`;

let a: FakeModel;
let b: FakeModel;
let router: TestRouter;
beforeAll(async () => {
  a = await startFakeModel({ name: "a", models: ["m"], anyBasePath: true });
  b = await startFakeModel({ name: "b", models: ["m"], anyBasePath: true });
  router = await startRouter({ routes: routesFor(a, b), env: { SSE_KEEPALIVE: "0.05" } });
});
afterEach(() => {
  a.reset();
  b.reset();
});
afterAll(async () => {
  await Promise.all([a.stop(), b.stop()]);
  await router.stop();
});

/** The query tells the calls of all tests apart. */
const ask = (query: string, model: string, stream = false): Promise<RawExchange> =>
  rawRequest(router.url, {
    path: `/v1/chat/completions${query}`,
    body: { model, stream, messages: [{ role: "user", content: "hi" }] },
  });
const statusOf = async (exchange: RawExchange): Promise<number> => (await exchange.whole()).status;

/** Every call to the fake is held until its gate, by its query, is opened. */
function holdCalls(fake: FakeModel): (query: string) => Gate {
  const gates = new Map<string, Gate>();
  const gateOf = (query: string): Gate => {
    const gate = gates.get(query) ?? createGate();
    gates.set(query, gate);
    return gate;
  };
  fake.script(({ query, isCall }) =>
    isCall ? { kind: "answer", gate: gateOf(query) } : undefined,
  );
  return gateOf;
}

const waits = (query: string, position: number): Promise<void> =>
  until(async () => (await positionOf(router.url, query)) === position);

describe("the line", () => {
  test("is served in the order of arrival, and everyone moves up", async () => {
    const gateOf = holdCalls(a);
    const queries = ["?order-0", "?order-1", "?order-2", "?order-3"] as const;
    const exchanges: RawExchange[] = [];
    for (const [index, query] of queries.entries()) {
      exchanges.push(await ask(query, "one/m"));
      await (index === 0 ? gateOf(query).reached : waits(query, index));
    }
    const shown = { waiting_for: "one", position: 2 };
    expect(await callInFlight(router.url, "?order-2")).toMatchObject(shown);
    const served = { waiting_for: null, position: null };
    expect(await callInFlight(router.url, "?order-0")).toMatchObject(served);
    expect(await upstreamState(router.url, "one")).toMatchObject({ active: 1, waiting: 3 });
    gateOf("?order-0").open();
    await gateOf("?order-1").reached;
    expect(await positionOf(router.url, "?order-3")).toBe(2);
    for (const query of queries) gateOf(query).open();
    for (const exchange of exchanges) expect(await statusOf(exchange)).toBe(200);
    expect(a.calls().map(({ query }) => query)).toEqual([...queries]);
  });

  test("as many as max_concurrency says are answered at once, and no more", async () => {
    const gateOf = holdCalls(a);
    const queries = ["?many-0", "?many-1", "?many-2"];
    const exchanges = await Promise.all(queries.map((query) => ask(query, "two/m")));
    await until(async () => (await upstreamState(router.url, "two")).waiting === 1);
    await a.waitForRequest(2);
    expect(a.calls()).toHaveLength(2);
    for (const query of queries) gateOf(query).open();
    for (const exchange of exchanges) expect(await statusOf(exchange)).toBe(200);
  });

  test("a place is held until the stream's end, not its start", async () => {
    const rest = createGate();
    a.script([{ kind: "stall", when: "mid-content", until: rest }]);
    const first = await ask("?held-0", "one/m", true);
    await first.waitFor('"content"');
    const second = await ask("?held-1", "one/m", true);
    await waits("?held-1", 1);
    expect(a.calls()).toHaveLength(1);
    rest.open();
    expect((await first.whole()).end).toBe("whole");
    expect(await statusOf(second)).toBe(200);
  });

  test("a stream that waits in line is kept company", async () => {
    const gateOf = holdCalls(a);
    const first = await ask("?ping-0", "one/m");
    await gateOf("?ping-0").reached;
    const second = await ask("?ping-1", "one/m", true);
    await second.waitFor(": ping\n");
    for (const query of ["?ping-0", "?ping-1"]) gateOf(query).open();
    expect(await statusOf(first)).toBe(200);
    expect((await second.whole()).body.toString()).toEndWith("data: [DONE]\n\n");
  });

  test("waiting runs no timer, neither REQUEST_TIMEOUT nor FIRST_TOKEN_TIMEOUT", async () => {
    // Events hold the place for longer than the timers of who waits, and no two are as far apart.
    const slow: Behaviour = { kind: "answer", betweenMs: 50, content: "a b c d e f g" };
    const gate = createGate();
    a.script(({ query }) =>
      query === "?timer-0" ? slow : query === "?timer-1" ? { kind: "answer", gate } : undefined,
    );
    const first = await ask("?timer-0", "hasty/m", true);
    await first.waitFor('"content"');
    const second = await ask("?timer-1", "no-line/m");
    await gate.reached;
    const waiting = await ask("?timer-2", "hasty-first");
    await waits("?timer-2", 1);
    expect((await first.whole()).end).toBe("whole");
    expect(await statusOf(waiting)).toBe(200);
    gate.open();
    expect(await statusOf(second)).toBe(200);
    const row = (await rowsByQuery(router.url)).get("?timer-2");
    const attempts = row?.attempts.map(({ upstream, reason }) => [upstream, reason]);
    expect(attempts).toEqual([["hasty", "served"]]);
    expect(row?.duration_ms).toBeGreaterThan(200);
  });
});

describe("a full line", () => {
  test("max_queue: 0 never waits: 503 with Retry-After, and the row names the full line", async () => {
    const gateOf = holdCalls(a);
    const first = await ask("?full-0", "no-line/m");
    await gateOf("?full-0").reached;
    const { status, headers } = await (await ask("?full-1", "no-line/m")).whole();
    expect(status).toBe(503);
    expect(Number(new Map(headers).get("retry-after"))).toBeGreaterThan(0);
    gateOf("?full-0").open();
    expect(await statusOf(first)).toBe(200);
    const row = (await rowsByQuery(router.url)).get("?full-1");
    expect(row).toMatchObject({ state: "failed", status_code: 503 });
    expect(row?.attempts.map(({ reason }) => reason)).toEqual(["queue_full"]);
  });

  test("sends on to the next candidate's line, and where all are full to 503 with Retry-After", async () => {
    const gates = [holdCalls(a), holdCalls(b)] as const;
    const held = [await ask("?short-a", "short-a/m"), await ask("?short-b", "short-b/m")];
    await Promise.all([gates[0]("?short-a").reached, gates[1]("?short-b").reached]);
    held.push(await ask("?short-0", "short"));
    await waits("?short-0", 1);
    held.push(await ask("?short-1", "short"));
    await waits("?short-1", 1);
    expect((await callInFlight(router.url, "?short-0"))?.waiting_for).toBe("short-a");
    expect((await callInFlight(router.url, "?short-1"))?.waiting_for).toBe("short-b");
    const { status, headers } = await (await ask("?short-2", "short")).whole();
    expect(status).toBe(503);
    expect(Number(new Map(headers).get("retry-after"))).toBeGreaterThan(0);
    for (const gateOf of gates)
      for (const query of ["?short-a", "?short-b", "?short-0", "?short-1"]) gateOf(query).open();
    for (const exchange of held) expect(await statusOf(exchange)).toBe(200);
    // A full line says nothing about the server's health.
    const state = await upstreamState(router.url, "short-a");
    expect(state).toMatchObject({ failures: 0, state: "well" });
  });

  test("a later candidate that is free is taken before any line is joined", async () => {
    const gateOf = holdCalls(a);
    const first = await ask("?free-0", "one-then-free");
    await gateOf("?free-0").reached;
    const second = await (await ask("?free-1", "one-then-free")).whole();
    expect(second.body.toString()).toContain("on b");
    gateOf("?free-0").open();
    expect(await statusOf(first)).toBe(200);
  });
});

describe("a place is given back", () => {
  const endings: readonly Behaviour[] = [
    { kind: "answer" },
    { kind: "answer", betweenMs: 1 },
    { kind: "status", status: 500 },
    { kind: "status", status: 429 },
    { kind: "reset", when: "before-head" },
    { kind: "cut", when: "mid-content" },
    { kind: "truncate", when: "before-end" },
    { kind: "garbage", when: "before-content", bytes: "data: {\n\n" },
    { kind: "error-event", when: "mid-content" },
    { kind: "not-json" },
    { kind: "stall", when: "before-head" },
    { kind: "stall", when: "mid-content" },
  ];

  test.each([11, 22, 33])(
    "however calls end, none is lost and none is given twice (seed %i)",
    async (seed) => {
      const random = createRandom(seed);
      const plans = Array.from({ length: 30 }, () => ({
        ending: random.pick(endings),
        stream: random.chance(0.5),
        leavesAfterMs: random.chance(0.4) ? random.int(0, 30) : null,
      }));
      let most = 0;
      a.script(({ query, isCall }) => {
        if (!isCall) return undefined;
        most = Math.max(most, a.calls().filter(({ ending }) => ending === "open").length);
        return plans[Number(query.split("-").at(-1))]?.ending;
      });
      await Promise.all(
        plans.map(async ({ stream, leavesAfterMs }, index) => {
          const exchange = await ask(`?seed${seed}-${index}`, "three/m", stream);
          if (leavesAfterMs !== null) setTimeout(exchange.leave, leavesAfterMs);
          await exchange.ended;
        }),
      );
      await until(async () => {
        const { active, waiting } = await upstreamState(router.url, "three");
        return active === 0 && waiting === 0;
      });
      expect(most).toBeWithin(1, 4);
      // All three places can be had, and no fourth.
      const gateOf = holdCalls(a);
      const queries = [0, 1, 2, 3].map((index) => `?last${seed}-${index}`);
      const last = await Promise.all(queries.map((query) => ask(query, "three-patiently")));
      await until(async () => (await upstreamState(router.url, "three")).waiting === 1);
      expect((await upstreamState(router.url, "three")).active).toBe(3);
      for (const query of queries) gateOf(query).open();
      for (const exchange of last) expect(await statusOf(exchange)).toBe(200);
    },
  );
});

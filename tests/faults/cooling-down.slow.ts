// A server that fails three times in a row is asked last for a while; what says nothing about it does not count.
import { expect, test } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { createCancellation } from "../../src/app/usecases/cancellation.ts";
import { createLimiter } from "../../src/app/usecases/servers/limiter.ts";
import { createHealthBoard } from "../../src/app/usecases/servers/health-board.ts";
import { createServersNow } from "../../src/app/usecases/servers/servers-now.ts";
import { nextPermit } from "../../src/app/usecases/relay/next-permit.ts";
import { planRoute } from "../../src/domain/routing/plan.ts";
import { emptyDiscovery } from "../../src/domain/routing/discovery.ts";
import { createHandClock } from "../lab/hand-clock.ts";
import { routingOf } from "../lab/routing-of.ts";
import { rawRequest, type RawExchange } from "../lab/raw-request.ts";
import { withRouter, type TestRouter } from "../lab/start-router.ts";
import { withFakes } from "../lab/with-fakes.ts";

interface ServerPair {
  readonly a: FakeModel;
  readonly b: FakeModel;
  readonly router: TestRouter;
  /** Asks the alias of both. */
  readonly start: () => Promise<RawExchange>;
  readonly ask: () => Promise<string>;
}

const withPair = (run: (pair: ServerPair) => Promise<void>): Promise<void> =>
  withFakes({ a: {}, b: {} }, ({ a, b }) =>
    withRouter(
      {
        routes: `aliases: { both: { instances: [{ url: "${a.url}", model: m }, { url: "${b.url}", model: m }] } }`,
      },
      (router) => {
        const start = () =>
          rawRequest(router.url, {
            path: "/v1/chat/completions",
            body: { model: "both", messages: [{ role: "user", content: "hi" }] },
          });
        const ask = async () => (await (await start()).whole()).body.toString();
        return run({ a, b, router, start, ask });
      },
    ),
  );

const failure: Behaviour = { kind: "status", status: 500 };

test.each<[string, Behaviour]>([
  ["500", failure],
  ["429", { kind: "status", status: 429 }],
  ["a cut answer", { kind: "cut", when: "mid-content" }],
])("after %s, three times in a row, it is asked last", (_name, fault) =>
  withPair(async ({ a, b, router, ask }) => {
    a.always(fault);
    for (let n = 0; n < 3; n++) expect(await ask()).toContain("on b");
    expect(a.calls()).toHaveLength(3);
    expect(await ask()).toContain("on b");
    expect(a.calls()).toHaveLength(3);
    const [row] = await router.rows();
    expect(row?.attempts.map(({ upstream }) => upstream)).toEqual([b.url]);
  }),
);

test("it is still asked where nothing else is left, and one success clears it", () =>
  withPair(async ({ a, b, ask }) => {
    a.script([failure, failure, failure]);
    for (let n = 0; n < 3; n++) await ask();
    b.script([failure]);
    expect(await ask()).toContain("on a");
    expect(await ask()).toContain("on a");
  }));

test("two failures, a success and two more are not three in a row", () =>
  withPair(async ({ a, ask }) => {
    a.script([failure, failure, { kind: "answer" }, failure, failure]);
    for (let n = 0; n < 5; n++) await ask();
    expect(await ask()).toContain("on a");
  }));

test("requests at fault and clients that leave do not count", () =>
  withPair(async ({ a, start, ask }) => {
    a.always({ kind: "status", status: 400 });
    for (let n = 1; n <= 4; n++) await ask();
    a.always({ kind: "stall", when: "before-head" });
    for (let n = 5; n <= 8; n++) {
      const exchange = await start();
      await a.waitForRequest(n);
      exchange.leave();
      await a.waitForAbort(n);
    }
    a.always(undefined);
    expect(await ask()).toContain("on a");
  }));

test("after 10 s one request probes it, while the others go on passing it over until the probe is back", async () => {
  const clock = createHandClock();
  const health = createHealthBoard(clock, () => undefined);
  const limiter = createLimiter();
  const [a, b] = ["http://a", "http://b"];
  const routing = routingOf(
    `aliases: { both: { instances: [{ url: "${a}", model: m }, { url: "${b}", model: m }] } }`,
  );
  const question = { model: "both", sourceIp: "", path: "/v1/x", user: null, headers: [] };
  const { targets, balance } = planRoute(question, routing, emptyDiscovery);
  const serversNow = createServersNow(limiter, health, { warmth: () => "unknown" });
  const asked = async (): Promise<string | null> => {
    const next = await nextPermit(
      targets,
      balance,
      "id",
      createCancellation(null, { report: () => undefined }),
      { limiter, serversNow },
    );
    if (next.kind !== "granted") return null;
    next.permit[Symbol.dispose]();
    health.asked(next.target.server.baseUrl);
    return next.target.server.baseUrl;
  };
  const failed = { reason: "refused", status: null, message: "connection refused" } as const;
  for (let n = 0; n < 3; n++) {
    expect(await asked()).toBe(a);
    health.failed(a, failed);
  }
  expect(await asked()).toBe(b);
  clock.pass(9_999);
  expect(await asked()).toBe(b);
  clock.pass(1);
  expect(await asked()).toBe(a);
  expect(await asked()).toBe(b);
  health.failed(a, failed);
  clock.pass(19_999);
  expect(await asked()).toBe(b);
  clock.pass(1);
  expect(await asked()).toBe(a);
  health.served(a);
  expect(await asked()).toBe(a);
});

// A router's shares of limited servers, of one snapshot after the other.
import { expect, test } from "bun:test";
import { createServerShares } from "../../../../src/app/usecases/group/server-shares.ts";
import { createLimiter } from "../../../../src/app/usecases/servers/limiter.ts";
import type { ServerOnBoard } from "../../../../src/ports/group.ts";
import { routingOf } from "../../../lab/routing-of.ts";
import { member, snapshot } from "./members.ts";

function start(routes: string) {
  let routing = routingOf(routes);
  const limiter = createLimiter();
  const shares = createServerShares(limiter, () => routing.servers.values());
  return {
    limiter,
    shares,
    server: (name: string) => routing.servers.get(name)!,
    reload(next: string) {
      routing = routingOf(next);
      limiter.adopt(routing.servers.values());
    },
    /** A beat, and what another router says meanwhile. */
    beat(other: Readonly<Record<string, ServerOnBoard>> = {}) {
      const said = shares.toSay();
      const members = [member("a", { servers: said }), member("b", { servers: other })];
      shares.settle(snapshot(members));
      return said;
    },
  };
}

const one = (limit: number, more = "") =>
  `servers: { gpu: { url: "http://gpu:1", max_concurrency: ${limit} }, free: { url: "http://free:1" }${more} }`;

test("only servers with a limit are spoken of, and none is asked before the group has been", () => {
  const router = start(one(4));
  expect(router.limiter.tryAcquire(router.server("gpu"))).toBeNull();
  expect(router.limiter.tryAcquire(router.server("free"))).not.toBeNull();
  expect(Object.keys(router.beat())).toEqual(["gpu"]);
  expect(router.shares.of("gpu")).toBe(0);
  expect(router.shares.of("free")).toBeNull();
  router.beat();
  expect(router.shares.of("gpu")).toBe(4);
});

test("a server that a reload brings is spoken of at once, and one that has lost its limit no more", () => {
  const router = start(one(4));
  router.beat();
  router.beat();
  expect(router.shares.urgency()).toBe("none");
  router.reload(one(4, `, new: { url: "http://new:1", max_concurrency: 2 }`));
  expect(router.shares.urgency()).toBe("now");
  router.beat();
  router.beat();
  expect(router.shares.of("new")).toBe(2);
  router.reload(`servers: { gpu: { url: "http://gpu:1" } }`);
  expect(router.beat()).toEqual({});
  expect(router.limiter.tryAcquire(router.server("gpu"))).not.toBeNull();
});

test("where routes files say different limits, the smallest holds", () => {
  const router = start(one(8));
  const other = { gpu: { demand: 0, held: 1, limit: 3 } };
  router.beat(other);
  router.beat(other);
  expect(router.shares.of("gpu")).toBe(2);
});

test("a call that was turned away counts as demand, once", () => {
  const router = start(one(1));
  expect(router.limiter.tryAcquire(router.server("gpu"))).toBeNull();
  expect(router.beat()["gpu"]?.demand).toBe(1);
  expect(router.beat()["gpu"]?.demand).toBe(0);
});

test("a place that is needed elsewhere is given back as soon as nothing runs in it", () => {
  const router = start(one(2));
  const waits = { gpu: { demand: 5, held: 1, limit: 2 } };
  const quiet = { gpu: { demand: 0, held: 0, limit: 2 } };
  router.beat(quiet);
  router.beat(quiet);
  const permit = router.limiter.tryAcquire(router.server("gpu"));
  router.beat(waits);
  expect(router.shares.of("gpu")).toBe(1);
  router.beat(waits);
  expect(router.shares.urgency()).toBe("none");
  permit?.[Symbol.dispose]();
  expect(router.shares.urgency()).toBe("now");
  router.beat(waits);
  expect(router.shares.of("gpu")).toBe(0);
});

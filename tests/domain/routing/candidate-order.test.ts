import { expect, test } from "bun:test";
import { emptyDiscovery } from "../../../src/domain/routing/discovery.ts";
import { planRoute } from "../../../src/domain/routing/plan.ts";
import { type ServerNow, candidateOrder } from "../../../src/domain/routing/candidate-order.ts";
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
const now = (name: string, own: Partial<ServerNow>): ServerNow => ({
  name,
  url: `http://${name}:1`,
  state: "well",
  active: 0,
  max_concurrency: null,
  ...own,
});

test.each<[string, readonly ServerNow[], readonly string[]]>([
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
])("%s", (_, servers, order) => {
  expect(candidateOrder(targets, servers).map(({ target }) => target.server.name)).toEqual([
    ...order,
  ]);
});

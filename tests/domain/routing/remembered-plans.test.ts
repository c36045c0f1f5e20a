// A plan that is remembered is the one that would be made anew.
import { describe, expect, test } from "bun:test";
import { array, assert, constantFrom, option, property, record } from "fast-check";
import type { DiscoverySnapshot } from "../../../src/domain/routing/discovery.ts";
import { planRoute } from "../../../src/domain/routing/plan.ts";
import { rememberedPlans } from "../../../src/domain/routing/remembered-plans.ts";
import type { RouteQuestion } from "../../../src/domain/routing/route-question.ts";
import { routingOf } from "../../lab/routing-of.ts";

const servers =
  "servers: { a: http://a:1, b: http://b:1 }\naliases: { both: { instances: [a/m, b/m] } }\n";
const routings = [
  "",
  'routes: [{ match: { model: "/m/" }, route: { upstream: b } }]',
  "routes: [{ match: { source_host: 10.0.0.1 }, route: { upstream: b } }]",
  "routes: [{ match: { path: /v1/embeddings }, route: { upstream: b } }]",
  "routes: [{ match: { user: eve }, route: { upstream: b } }]",
  "routes: [{ match: { header: { x-team: red } }, route: { upstream: b } }]",
].map((rules) => routingOf(servers + rules));
const discoveries: readonly DiscoverySnapshot[] = ["a", "b"].map((lists) => ({
  serves: (server, model) => server === lists && model === "m",
}));

const question = record<RouteQuestion>({
  model: option(constantFrom("m", "m:latest", "both", "a/m", "other", "m".repeat(300))),
  sourceIp: constantFrom("10.0.0.1", "10.0.0.2"),
  path: constantFrom("/v1/chat/completions", "/v1/embeddings"),
  user: option(constantFrom("eve", "adam")),
  headers: constantFrom<RouteQuestion["headers"]>(
    [],
    [["x-smolrouter-thinking", "keep"]],
    [["x-smolrouter-thinking", "strip"]],
    [["x-team", "red"]],
  ),
});

test("whatever was asked before, and whatever was replaced meanwhile", () => {
  const asked = record({
    question,
    routing: constantFrom(...routings),
    discovery: constantFrom(...discoveries),
  });
  assert(
    property(array(asked, { minLength: 2, maxLength: 20 }), (calls) => {
      const plan = rememberedPlans();
      for (const call of calls)
        expect(plan(call.question, call.routing, call.discovery)).toEqual(
          planRoute(call.question, call.routing, call.discovery),
        );
    }),
  );
});

describe("a model that is asked for again", () => {
  const [routing = routingOf("")] = routings;
  const [discovery = { serves: () => false }] = discoveries;
  const ask = (model: string): RouteQuestion => ({
    model,
    sourceIp: "10.0.0.2",
    path: "/v1/chat/completions",
    user: null,
    headers: [],
  });

  test("has the very plan it had", () => {
    const plan = rememberedPlans();
    expect(plan(ask("m"), routing, discovery)).toBe(plan(ask("m"), routing, discovery));
  });

  test("has it no more after hundreds of others: memory is bounded", () => {
    const plan = rememberedPlans();
    const before = plan(ask("m"), routing, discovery);
    for (let n = 0; n < 500; n++) plan(ask(`m${n}`), routing, discovery);
    expect(plan(ask("m"), routing, discovery)).not.toBe(before);
  });
});

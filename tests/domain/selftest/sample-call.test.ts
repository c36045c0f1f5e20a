// A request for every alias, rule and the default upstream, found from the configuration alone.
import { expect, test } from "bun:test";
import { emptyDiscovery } from "../../../src/domain/routing/discovery.ts";
import { planRoute } from "../../../src/domain/routing/plan.ts";
import { sampleCalls } from "../../../src/domain/selftest/sample-call.ts";
import { routingOf } from "../../lab/routing-of.ts";

const servers = `servers: { a: "http://a:1", b: "http://b:1" }`;

function callsOf(rest: string) {
  const routing = routingOf(`${servers}\n${rest}`);
  const calls = sampleCalls(routing);
  for (const { name, question } of calls)
    if (question !== null)
      expect(planRoute(question, routing, emptyDiscovery).route).toStartWith(name);
  return calls;
}

test("aliases, rules and the default upstream each have one", () => {
  const calls = callsOf(`
aliases: { big: { instances: [a/x, b/y] } }
routes:
  - { match: { model: gpt-4 }, route: { model: big } }
  - { match: { source_host: [10.0.1.0/24, 192.168.0.1-192.168.0.9] }, route: { upstream: a } }
  - { match: { user: "/^(anna|bert)$/", header: { x-team: "/^red-\\\\d+/" } }, route: { upstream: b } }
  - { match: { path: /v1/messages }, route: { upstream: b } }
`);
  expect(calls.map(({ name, question }) => [name, question?.model ?? null])).toEqual([
    ["alias:big", "big"],
    ["rule:1", "gpt-4"],
    ["rule:2", "any-other-model"],
    ["rule:3", "any-other-model"],
    ["rule:4", "any-other-model"],
    ["default", "any-other-model"],
  ]);
  expect(calls[2]?.question?.sourceIp).toBe("10.0.1.0");
  expect(calls[3]?.question).toMatchObject({ user: "anna", headers: [["x-team", "red-1"]] });
  expect(calls[4]?.question?.path).toBe("/v1/messages");
});

test.each([
  ["/^claude-(opus|sonnet)-4/", "claude-opus-4"],
  ["/llama3\\\\.[12]:.+/", "llama3.1:x"],
  ["/^(?:gpt|o)[0-9]{1,2}$/i", "gpt0"],
  ["/qwen/", "qwen"],
])("a name is made of the pattern %s", (pattern, name) => {
  const [call] = callsOf(`routes: [{ match: { model: "${pattern}" }, route: { upstream: a } }]`);
  expect(call?.question?.model).toBe(name);
});

test("what none gets to says why", () => {
  const calls = callsOf(`
routes:
  - { match: { path: /v1/embeddings }, route: { upstream: a } }
  - { match: { model: "/^$/" }, route: { upstream: a } }
  - { match: {}, route: { upstream: a } }
  - { match: { model: x }, route: { upstream: b } }
`);
  expect(
    calls.map(({ name, question, says }) => [name, question === null ? says : "reached"]),
  ).toEqual([
    ["rule:1", "it takes no path of a chat"],
    ["rule:2", "no model name was found that its pattern takes"],
    ["rule:3", "reached"],
    ["rule:4", "rule:3 takes such a call"],
    ["default", "rule:3 takes such a call"],
  ]);
});

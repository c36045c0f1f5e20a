// What the selftest makes of what clients see, whatever router they ask.
import { expect, test } from "bun:test";
import { runSelftest } from "../../../../src/app/usecases/selftest/run-selftest.ts";
import type { SeenAnswer } from "../../../../src/domain/selftest/client-view.ts";
import { routingOf } from "../../../lab/routing-of.ts";

const answer = (text: string, tookMs = 1): SeenAnswer => ({
  status: 200,
  contentType: "application/json",
  body: JSON.stringify({ response: text }),
  isCut: false,
  tookMs,
});

const routing = routingOf(`
servers: { a: "http://a:1", b: "http://b:1" }
aliases: { one: { instances: [a/x, b/x] } }
routes: [{ match: {}, route: { upstream: b } }]
`);

test("half an answer that passes for a whole one is broken, and the key that mends it is named", async () => {
  const [one, rule, other] = await runSelftest(routing, {
    faults: [{ name: "odd" }],
    whole: "all of it",
    tried: ({ routing: { policy } }) =>
      Promise.resolve([
        answer("all of it"),
        answer(policy.commit === "full" ? "all of it" : "all"),
      ]),
  });
  const broken = { outcome: "broken", remedy: { key: "commit", says: "commit: full" } };
  expect(one).toMatchObject({ name: "alias:one", faults: [{ fault: "odd", ...broken }] });
  expect(rule).toMatchObject({ name: "rule:1", faults: [broken] });
  expect(other).toMatchObject({ name: "default", says: "rule:1 takes such a call", faults: [] });
});

test("nothing is named where nothing helps, and a long wait is not well either", async () => {
  const [hopeless] = await runSelftest(routing, {
    faults: [{ name: "odd" }],
    whole: "all of it",
    tried: () => Promise.resolve([answer("half")]),
  });
  expect(hopeless?.faults).toMatchObject([{ outcome: "broken", remedy: null }]);
  const [slow] = await runSelftest(routing, {
    faults: [{ name: "slow" }],
    whole: "all of it",
    tried: ({ routing: { policy } }) =>
      Promise.resolve([answer("all of it", policy.firstTokenTimeoutMs ?? 60_000)]),
  });
  const [slower] = await runSelftest(routing, {
    faults: [{ name: "stalled" }],
    whole: "all of it",
    tried: ({ routing: { policy } }) =>
      Promise.resolve([answer("all of it", policy.requestTimeoutMs)]),
  });
  expect(slower?.faults).toMatchObject([
    { outcome: "rescued", waitedMs: 3_000_000, remedy: { key: "request_timeout" } },
  ]);
  expect(slow?.faults).toMatchObject([
    { outcome: "rescued", waitedMs: 60_000, remedy: { key: "first_token_timeout" } },
  ]);
});

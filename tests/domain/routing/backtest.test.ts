import { expect, test } from "bun:test";
import {
  type BacktestReport,
  changeInWords,
  createBacktest,
  type LoggedCall,
} from "../../../src/domain/routing/backtest.ts";
import { routingOf } from "../../lab/routing-of.ts";
import { ownMs } from "../../lab/own-time.ts";

const servers = "servers: { a: http://a:1, b: http://b:1 }\n";

/** A logged call that went to `a` under its own name, but for what is said otherwise. */
const call = (own: Partial<LoggedCall> = {}): LoggedCall => ({
  id: "id-1",
  model: "m",
  sourceIp: "10.0.0.1",
  path: "/v1/chat/completions",
  user: null,
  headers: [],
  route: "rule:1",
  attempts: [{ upstream: "a", url: "http://a:1", model: "m" }],
  ...own,
});

function backtest(before: string, after: string, calls: readonly LoggedCall[]): BacktestReport {
  const test = createBacktest(routingOf(servers + before), routingOf(servers + after));
  for (const one of calls) test.add(one);
  return test.report();
}

const toA = "routes: [{ match: { model: m }, route: { upstream: a } }]";
const toB = "routes: [{ match: { model: m }, route: { upstream: b } }]";

test("calls that another file sends elsewhere are counted by where they went and would go", () => {
  const report = backtest(toA, toB, [
    call({ id: "newest" }),
    call({ sourceIp: "10.0.0.2" }),
    call({
      model: "other",
      route: "default",
      attempts: [{ upstream: "default", url: "http://default:8000", model: "other" }],
    }),
  ]);
  expect(report).toEqual({
    calls: 3,
    unchanged: 1,
    changed: 2,
    unrouted: 0,
    changes: [
      {
        count: 2,
        before: { route: "rule:1", targets: [{ upstream: "a", url: "http://a:1", model: "m" }] },
        after: { route: "rule:1", targets: [{ upstream: "b", url: "http://b:1", model: "m" }] },
        models: ["m"],
        example: "newest",
      },
    ],
  });
});

const alias = (...instances: string[]) =>
  `aliases: { m: { instances: ${JSON.stringify(instances)} } }`;

test.each<[string, string, string, Partial<LoggedCall>]>([
  ["the same file", toA, toA, {}],
  [
    "a rule that only moved",
    toA,
    `routes:\n  - { match: { model: x }, route: { upstream: b } }\n  - { match: { model: m }, route: { upstream: a } }`,
    {},
  ],
  [
    "an alias whose first instance had failed when it was called",
    alias("b/m", "a/m"),
    alias("b/m", "a/m"),
    { route: "alias:m" },
  ],
  [
    "a rule on credentials, which the log has redacted",
    toA,
    `routes:\n  - { match: { header: { authorization: "Bearer x" } }, route: { upstream: b } }\n  - { match: { model: m }, route: { upstream: a } }`,
    { headers: [["authorization", "[redacted]"]] },
  ],
  ["a call that left before any server was asked", toA, toA, { attempts: [] }],
])("%s changes nothing", (_, before, after, own) => {
  expect(backtest(before, after, [call(own)])).toMatchObject({ unchanged: 1, changed: 0 });
});

test.each<[string, string, string, Partial<LoggedCall>]>([
  [
    "another order of an alias's instances",
    alias("a/m", "b/m"),
    alias("b/m", "a/m"),
    { route: "alias:m" },
  ],
  ["a fallback taken away", alias("a/m", "b/m"), alias("a/m"), { route: "alias:m" }],
  ["another model's name", toA, "routes: [{ match: {}, route: { upstream: a, model: n } }]", {}],
  [
    "a rule on a header that was sent",
    toA,
    `routes:\n  - { match: { header: { X-Team: lab } }, route: { upstream: b } }\n  - { match: {}, route: { upstream: a } }`,
    { headers: [["x-team", "lab"]] },
  ],
  [
    "a rule on the user",
    toA,
    `routes:\n  - { match: { user: ada }, route: { upstream: b } }\n  - { match: {}, route: { upstream: a } }`,
    { user: "ada" },
  ],
])("%s is a change", (_, before, after, own) => {
  expect(backtest(before, after, [call(own)])).toMatchObject({ unchanged: 0, changed: 1 });
});

test("where the current file is not the one that was in force, the log says where a call went", () => {
  const { changes } = backtest("", toB, [call()]);
  expect(changes[0]?.before).toEqual({
    route: "rule:1",
    targets: [{ upstream: "a", url: "http://a:1", model: "m" }],
  });
  expect(backtest("", toA, [call()]).changed).toBe(0);
});

test("what discovery knew is learned from the log, so that it is not a change by itself", () => {
  const discovered = call({ route: "discovered" });
  const toDefault = call({
    model: "n",
    route: "default",
    attempts: [{ upstream: "default", url: "http://default:8000", model: "n" }],
  });
  const same = backtest("", "", [discovered, toDefault]);
  expect(same.changed).toBe(0);
  const gone = backtest(alias("b/m"), "", [
    discovered,
    call({ route: "alias:m", attempts: [{ upstream: "b", url: "http://b:1", model: "m" }] }),
  ]);
  expect(gone.changes[0]?.after.route).toBe("discovered");
});

test("calls that were refused before routing are counted apart", () => {
  expect(backtest(toA, toB, [call({ route: null, attempts: [] })])).toMatchObject({
    calls: 1,
    unrouted: 1,
    changed: 0,
    unchanged: 0,
  });
});

test("100,000 calls with headers of their own are decided in moments", () => {
  const test = createBacktest(routingOf(servers + toA), routingOf(servers + toB));
  const took = ownMs(() => {
    for (let id = 0; id < 100_000; id++) test.add(call({ headers: [["traceparent", `${id}`]] }));
  });
  expect(test.report().changed).toBe(100_000);
  expect(took).toBeLessThan(4_000);
});

test("a name that was sent without its tag is not a change by itself", () => {
  const sent = { upstream: "default", url: "http://default:8000", model: "m" };
  const byDefault = call({ model: "m:latest", route: "default", attempts: [sent] });
  const direct = call({ model: "a/m:latest", route: "direct" });
  expect(backtest("", "routes: []", [byDefault, direct])).toMatchObject({ calls: 2, changed: 0 });
});

test("two decisions that differ by an address alone are told apart by it", () => {
  const at = (url: string, model = "m") => ({
    route: "direct",
    targets: [{ upstream: "a", url, model }],
  });
  expect(changeInWords({ before: at("http://a:1"), after: at("http://a:2") })).toEqual({
    went: "direct: a/m at http://a:1",
    wouldGo: "direct: a/m at http://a:2",
  });
  expect(changeInWords({ before: at("http://a:1"), after: at("http://a:2", "n") })).toEqual({
    went: "direct: a/m",
    wouldGo: "direct: a/n",
  });
});

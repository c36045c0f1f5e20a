import { describe, expect, test } from "bun:test";
import { withChanges } from "../../../src/domain/bytes/json-changes.ts";
import { emptyDiscovery } from "../../../src/domain/routing/discovery.ts";
import { planRoute } from "../../../src/domain/routing/plan.ts";
import { policyInWords } from "../../../src/adapters/pages/routes/policy-words.ts";
import { readRoutes, routingOf } from "../../lab/routing-of.ts";

const targetsOf = (yaml: string, model: string, env: Readonly<Record<string, string>> = {}) =>
  planRoute(
    { model, headers: [], sourceIp: "10.0.0.1", path: "/v1/chat/completions", user: null },
    routingOf(yaml, { env }),
    emptyDiscovery,
  ).targets;

const sent = (yaml: string, model: string, body: string, env: Record<string, string> = {}) =>
  targetsOf(yaml, model, env).map(({ policy }) => {
    const changed = withChanges(new TextEncoder().encode(body), policy.params.changes);
    return new TextDecoder().decode(changed.body);
  });

const layered = `
servers:
  a: { url: "http://a", params: { set: { seed: 1, options: { x: 1 } }, default: { top_k: 5 }, drop: [user] } }
  b: "http://b"
aliases:
  al:
    params: { default: { seed: 2, temperature: 0.5 }, set: { user: me } }
    instances:
      - a/m
      - { server: b, model: m, params: { drop: [temperature], set: { options.y: 2 } } }
  far: { instances: [a/m], params: { set: { options.y: 2 } } }
  whole: { instances: [{ server: a, params: { set: { options: {} }, drop: [top_k] } }], params: { set: { options.y: 2 } } }
routes:
  - { match: { model: r }, route: { upstream: a, params: { default: { seed: 3 } } } }
`;

describe("what several levels say of a request's fields", () => {
  test("the closest counts, field by field", () => {
    expect(sent(layered, "al", "{}")).toEqual([
      '{"options":{"x":1},"top_k":5,"user":"me","seed":2,"temperature":0.5}',
      '{"user":"me","seed":2,"options":{"y":2}}',
    ]);
    expect(sent(layered, "r", '{"seed":9,"user":"x"}')).toEqual([
      '{"seed":9,"options":{"x":1},"top_k":5}',
    ]);
  });

  test("a field within what a farther level sets is put into it", () => {
    expect(sent(layered, "far", '{"seed":1,"top_k":1}')).toEqual([
      '{"seed":1,"top_k":1,"options":{"x":1,"y":2}}',
    ]);
  });

  test("what a closer level sets or drops takes all with it that a farther one says of it", () => {
    expect(sent(layered, "whole", '{"seed":1}')).toEqual(['{"seed":1,"options":{}}']);
  });
});

describe("a value", () => {
  test("goes as it is written: numbers with all their digits, texts blank or not, lists and mappings", () => {
    const yaml = `servers: { a: { url: "http://a", params: { set: { n: 12345678901234567890, f: 1.0, h: 0x10,
      t: "", u: " ", l: [1, null, true], m: { 50256: -100, x: [] }, z: null } } } }`;
    expect(sent(yaml, "a/m", "{}")).toEqual([
      '{"n":12345678901234567890,"f":1.0,"h":16,"t":"","u":" ","l":[1,null,true],' +
        '"m":{"50256":-100,"x":[]},"z":null}',
    ]);
  });

  test("may come from the environment, and is not shown then", () => {
    const yaml = `servers: { a: { url: "http://a", params: { set: { user: "team \${WHO}" } } } }`;
    expect(sent(yaml, "a/m", "{}", { WHO: 'x"y' })).toEqual(['{"user":"team x\\"y"}']);
    const [target] = targetsOf(yaml, "a/m", { WHO: "secret" });
    expect(policyInWords(target.policy)).toContain('params: set user = "team ${WHO}"');
  });
});

describe("params that cannot be are refused where they stand", () => {
  test.each<[params: string, at: string, why: string]>([
    ["{ set: { model: x } }", "model", 'set of params: "model" cannot be changed here'],
    ["{ default: { stream: true } }", "stream", '"stream" cannot be changed here'],
    ["{ drop: [messages] }", "messages", '"messages" cannot be changed here'],
    ["{ set: { input.x: 1 } }", "input.x", '"input" cannot be changed here'],
    ["{ set: { a..b: 1 } }", "a..b", '"a..b" has an empty part'],
    ["{ set: { .a: 1 } }", ".a", '".a" has an empty part'],
    ["{ drop: ['a. '] }", "'a. '", '"a. " has an empty part'],
    ["{ set: { '': 1 } }", "''", "a field's name is empty"],
    ["{ drop: ['  '] }", "'  '", "drop of params is empty"],
    ["{ drop: [7] }", "7", "drop of params must be text; put the number in quotes"],
    ["{ drop: { a: 1 } }", "{ a", "drop of params must be text, not a mapping"],
    ["{ set: { 7: x } }", "7", "must be text; put 7 in quotes"],
    ["{ set: { null: x } }", "null", "must be text; put null in quotes"],
    ["{ set: { true: x } }", "true", "must be text; put true in quotes"],
    ["{ set: { x: .nan } }", ".nan", "x in set of params: JSON has no such number"],
    ["{ set: { x: '${NOT_SET}' } }", "'$", "x in set of params: "],
    ["{ set: [x] }", "[x]", "set of params must be a mapping, not a list"],
    ["{ set: { x: 1 }, drop: [x] }", "x]", '"x" is changed twice, by set and drop'],
    ["{ set: { x: 1, x: 2 } }", "x: 2", 'duplicate key "x"'],
    ["{ put: { x: 1 } }", "put", 'unknown key "put" in params'],
    ["[x]", "[x]", "params must be a mapping, not a list"],
  ])("%s", (params, at, why) => {
    const before = 'servers: { box: { url: "http://a", params: ';
    const read = readRoutes(`${before}${params} } }`);
    expect("problems" in read ? read.problems : []).toMatchObject([
      {
        line: 1,
        column: before.length + params.indexOf(at) + 1,
        message: expect.stringContaining(why) as string,
      },
    ]);
  });
});

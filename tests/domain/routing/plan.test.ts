import { describe, expect, test } from "bun:test";
import { array, assert, boolean, constantFrom, option, property, record } from "fast-check";
import { type DiscoverySnapshot, emptyDiscovery } from "../../../src/domain/routing/discovery.ts";
import { planRoute, type RoutePlan } from "../../../src/domain/routing/plan.ts";
import type { RouteQuestion } from "../../../src/domain/routing/route-question.ts";
import { routingOf } from "../../lab/routing-of.ts";

const ask = (model: string | null, more: Partial<RouteQuestion> = {}): RouteQuestion => ({
  model,
  sourceIp: "127.0.0.1",
  path: "/v1/chat/completions",
  user: null,
  headers: [],
  ...more,
});

/** `server=model` for each target. */
const targets = ({ targets: list }: RoutePlan): readonly string[] =>
  list.map(({ server, model }) => `${server.name}=${model ?? "-"}`);

const lists = (listing: Record<string, readonly string[]>): DiscoverySnapshot => ({
  serves: (server, model) => listing[server]?.includes(model) ?? false,
});

const house = routingOf(
  `
servers:
  fast: http://fast:1
  slow: { url: "http://slow:1" }
  box: "http://box:11434"
aliases:
  coder:
    instances: ["fast/llama3/8b", "slow", { url: "http://10.0.0.9:8000/v1", model: codellama }]
  fast/shadow: { instances: [box/inner] }
routes:
  - match: { model: "/-1.5b$/" }
    route: { upstream: "http://gpu:8000/v1/" }
  - match: { model: gpt-4, source_host: 10.0.1.100 }
    route: { upstream: slow, model: claude }
  - match: { model: gpt-3.5 }
    route: { model: coder }
  - match: { model: to-direct }
    route: { model: "tiny [box]" }
  - match: { model: to-rule }
    route: { model: qwen-1.5b }
  - match: { model: to-listed }
    route: { model: listed }
  - match: { source_host: [10.0.1.0/24, "fd00::/8"] }
    route: { upstream: fast }
  - match: { path: [/v1/audio/speech, "/images/"], user: ann }
    route: { upstream: box }
  - match: { header: { X-Team: [lab, "/^research-/"] } }
    route: { upstream: box }
`,
  { modelMap: { old: "coder", "/^m(\\d)$/": "qwen$1-1.5b", nested: "old", "x-ip": "gpt-4" } },
);
const listed = lists({ slow: ["listed", "both"], box: ["listed"], default: ["both"] });

describe("where a call goes", () => {
  test.each<[string, RouteQuestion, string, readonly string[]]>([
    [
      "an alias: its instances in order, the model after the first slash, or its own name",
      ask("coder"),
      "alias:coder",
      ["fast=llama3/8b", "slow=coder", "http://10.0.0.9:8000=codellama"],
    ],
    [
      "MODEL_MAP before alias",
      ask("old"),
      "alias:coder",
      ["fast=llama3/8b", "slow=coder", "http://10.0.0.9:8000=codellama"],
    ],
    ["MODEL_MAP once only", ask("nested"), "default", ["default=old"]],
    ["MODEL_MAP before rules", ask("m7"), "rule:1", ["http://gpu:8000=qwen7-1.5b"]],
    ["an alias before a direct address", ask("fast/shadow"), "alias:fast/shadow", ["box=inner"]],
    [
      "an alias before rules",
      ask("coder", { sourceIp: "10.0.1.5" }),
      "alias:coder",
      ["fast=llama3/8b", "slow=coder", "http://10.0.0.9:8000=codellama"],
    ],
    ["server/model", ask("slow/org/model:7b"), "direct", ["slow=org/model:7b"]],
    ["model [server]", ask("org/model:7b [slow]"), "direct", ["slow=org/model:7b"]],
    [
      "a direct address before rules",
      ask("slow/x-1.5b", { sourceIp: "10.0.1.5" }),
      "direct",
      ["slow=x-1.5b"],
    ],
    [
      "a slash behind no server's name is part of the model",
      ask("org/model"),
      "default",
      ["default=org/model"],
    ],
    [
      "brackets around no server's name are part of the model",
      ask("model [x]"),
      "default",
      ["default=model [x]"],
    ],
    ["a server without model is not an address", ask("slow/"), "default", ["default=slow/"]],
    ["brackets without model are not an address", ask(" [slow]"), "default", ["default= [slow]"]],
    [
      "the default server is not addressed by name",
      ask("default/x"),
      "default",
      ["default=default/x"],
    ],
    ["a rule's pattern searches", ask("qwen-1.5b"), "rule:1", ["http://gpu:8000=qwen-1.5b"]],
    [
      "all conditions hold",
      ask("gpt-4", { sourceIp: "::ffff:10.0.1.100" }),
      "rule:2",
      ["slow=claude"],
    ],
    [
      "one condition fails, a later rule decides",
      ask("gpt-4", { sourceIp: "10.0.1.101" }),
      "rule:7",
      ["fast=gpt-4"],
    ],
    ["IPv6 sources", ask("gpt-4", { sourceIp: "fd12::1" }), "rule:7", ["fast=gpt-4"]],
    [
      "the mapped name is what rules see",
      ask("x-ip", { sourceIp: "10.0.1.100" }),
      "rule:2",
      ["slow=claude"],
    ],
    [
      "a renaming rule leads on to an alias",
      ask("gpt-3.5"),
      "rule:3>alias:coder",
      ["fast=llama3/8b", "slow=coder", "http://10.0.0.9:8000=codellama"],
    ],
    [
      "a renaming rule leads on to a direct address",
      ask("to-direct"),
      "rule:4>direct",
      ["box=tiny"],
    ],
    [
      "a renaming rule does not lead on to rules",
      ask("to-rule"),
      "rule:5>default",
      ["default=qwen-1.5b"],
    ],
    [
      "a renaming rule leads on to discovery",
      ask("to-listed"),
      "rule:6>discovered",
      ["slow=listed", "box=listed"],
    ],
    ["path and user", ask("x", { path: "/v1/images/edits", user: "ann" }), "rule:8", ["box=x"]],
    [
      "a user is asked for and there is none",
      ask("x", { path: "/v1/audio/speech" }),
      "default",
      ["default=x"],
    ],
    [
      "a header, whatever its case in the file",
      ask("x", { headers: [["x-team", "lab"]] }),
      "rule:9",
      ["box=x"],
    ],
    [
      "any value of a repeated header",
      ask("x", {
        headers: [
          ["x-team", "no"],
          ["x-team", "research-7"],
        ],
      }),
      "rule:9",
      ["box=x"],
    ],
    ["another header's value", ask("x", { headers: [["x-tea", "lab"]] }), "default", ["default=x"]],
    [
      "discovery: the servers that list it, in the order written",
      ask("listed"),
      "discovered",
      ["slow=listed", "box=listed"],
    ],
    ["the default upstream lists it, too", ask("both"), "default", ["default=both"]],
    ["nothing decides", ask("unheard-of"), "default", ["default=unheard-of"]],
    [
      "no model: a rule without model condition",
      ask(null, { sourceIp: "10.0.1.5" }),
      "rule:7",
      ["fast=-"],
    ],
    ["no model: else the default", ask(null), "default", ["default=-"]],
  ])("%s", (_, question, route, expected) => {
    const plan = planRoute(question, house, listed);
    expect(plan.route).toBe(route);
    expect(targets(plan)).toEqual([...expected]);
  });

  test("without known lists nothing is discovered", () => {
    expect(planRoute(ask("listed"), house, emptyDiscovery).route).toBe("default");
  });

  test("a rule that only renames passes over calls without a model", () => {
    const routing = routingOf(`
servers: { a: "http://a:1" }
routes:
  - { match: {}, route: { model: x } }
  - { match: {}, route: { upstream: a, model: y } }`);
    const plan = planRoute(ask(null), routing, emptyDiscovery);
    expect([plan.route, ...targets(plan)]).toEqual(["rule:2", "a=-"]);
  });

  test("URLs that name the same address are one server", () => {
    const routing = routingOf(`
aliases: { x: { instances: [{ url: "http://g:1/v1" }] } }
routes: [{ match: { model: y }, route: { upstream: "http://g:1/" } }]`);
    const [one] = planRoute(ask("x"), routing, emptyDiscovery).targets;
    const [other] = planRoute(ask("y"), routing, emptyDiscovery).targets;
    expect(one.server).toBe(other.server);
    expect(one.server.baseUrl).toBe("http://g:1");
  });

  test.each<[string, RouteQuestion, readonly string[]]>([
    [
      "an alias behind MODEL_MAP",
      ask("old"),
      ["MODEL_MAP renamed old to coder", "alias coder: 3 instances, tried in order"],
    ],
    [
      "a rule",
      ask("a", { sourceIp: "10.0.1.5" }),
      ["rule 7 (routes.yaml:23) matches source_host 10.0.1.0/24, fd00::/8 and sends it to fast"],
    ],
    [
      "a renaming rule",
      ask("to-direct"),
      [
        "rule 4 (routes.yaml:17) matches model to-direct and renames the model to tiny [box]",
        "tiny [box] addresses server box directly",
      ],
    ],
    ["discovery", ask("listed"), ["listed is listed by slow, box"]],
    [
      "a header, without its values",
      ask("x", { headers: [["x-team", "lab"]] }),
      ["rule 9 (routes.yaml:27) matches header x-team and sends it to box"],
    ],
    [
      "no model",
      ask(null),
      ["the request names no model", "nothing else decides, so it goes to the default upstream"],
    ],
  ])("the reason is: %s", (_, question, because) => {
    expect(planRoute(question, house, listed).because).toEqual([...because]);
  });
});

describe("the policy in force", () => {
  const routing = routingOf(
    `
servers:
  a: { url: "http://a:1", strip_thinking: keep, retries: 1, request_timeout: 10, commit: full, stop_on: [x] }
aliases:
  al:
    instances: [{ server: a, model: m, retries: 4, strip_thinking: false }, a/m]
    retries: 3
    strip_json_markdown: true
routes:
  - { match: { model: direct }, route: { upstream: a, retries: 2, first_token_timeout: 0.5, stop_on: [] } }
  - { match: { model: via }, route: { model: al, retries: 2, disable_thinking: true } }
`,
    { policy: { connectTimeoutMs: 7_000, stripThinking: "move" } },
  );
  const policies = (model: string, headers: RouteQuestion["headers"] = []) =>
    planRoute(ask(model, { headers }), routing, emptyDiscovery).targets.map(({ policy }) => policy);

  test("is the environment's where nobody says otherwise", () => {
    expect(policies("other")).toEqual([routing.policy]);
  });

  test("is the server's before the environment's, key by key", () => {
    expect(policies("a/x")).toEqual([
      {
        ...routing.policy,
        stripThinking: "keep",
        retries: 1,
        requestTimeoutMs: 10_000,
        commit: "full",
        stopOn: ["x"],
      },
    ]);
  });

  test("is the route's before the server's", () => {
    expect(policies("direct")).toMatchObject([
      { retries: 2, firstTokenTimeoutMs: 500, stopOn: [], stripThinking: "keep", commit: "full" },
    ]);
  });

  test("is the instance's, then the alias's, before the route's", () => {
    expect(policies("via")).toMatchObject([
      { retries: 4, stripJsonMarkdown: true, disableThinking: true, requestTimeoutMs: 10_000 },
      { retries: 3, stripJsonMarkdown: true, disableThinking: true, stripThinking: "keep" },
    ]);
  });

  test("is the request's own header before all others, for thinking only", () => {
    expect(policies("al", [["x-smolrouter-thinking", "move"]])).toMatchObject([
      { stripThinking: "move", retries: 4 },
      { stripThinking: "move", retries: 3 },
    ]);
  });
});

describe("for every routing", () => {
  const name = constantFrom("a", "b", "a/b", "b/a", "a [b]", "x", "-", "b [a]");
  const server = constantFrom("a", "b");
  const rule = record({
    model: option(constantFrom("a", "x", "/./", "/^b/", "/-/")),
    source: option(constantFrom("10.0.0.0/8", "10.0.0.1", "::1")),
    upstream: option(server),
    rename: option(name),
  }).filter(({ upstream, rename }) => upstream !== null || rename !== null);
  const text = (rules: readonly object[]) =>
    JSON.stringify({
      servers: { a: "http://a:1", b: "http://b:1" },
      aliases: { x: { instances: ["a/m", "b"] } },
      routes: rules,
    });
  const written = array(rule, { maxLength: 6 }).map((rules) =>
    rules.map(({ model, source, upstream, rename }) => ({
      match: {
        ...(model === null ? {} : { model }),
        ...(source === null ? {} : { source_host: source }),
      },
      route: {
        ...(upstream === null ? {} : { upstream }),
        ...(rename === null ? {} : { model: rename }),
      },
    })),
  );
  const question = record({
    model: option(name),
    sourceIp: constantFrom("10.0.0.1", "10.9.9.9", "::1", "::ffff:10.0.0.1", "junk"),
  }).map(({ model, sourceIp }) => ask(model, { sourceIp }));

  test("a call has a target, and the model is one of those configured or asked for", () => {
    assert(
      property(written, question, boolean(), (rules, asked, knows) => {
        const plan = planRoute(asked, routingOf(text(rules)), { serves: () => knows });
        expect(plan.targets.length).toBeGreaterThan(0);
        expect(plan.because.length).toBeGreaterThan(0);
        for (const target of plan.targets) expect(target.model === null).toBe(asked.model === null);
      }),
    );
  });

  test("the first rule that matches alone is the one that decides", () => {
    assert(
      property(written, question, (rules, asked) => {
        const all = planRoute(asked, routingOf(text(rules)), emptyDiscovery).route;
        const alone = rules.findIndex((one) =>
          planRoute(asked, routingOf(text([one])), emptyDiscovery).route.startsWith("rule:1"),
        );
        if (alone === -1) expect(all.startsWith("rule:")).toBe(false);
        else expect(all.split(">")[0]).toBe(`rule:${alone + 1}`);
      }),
    );
  });
});

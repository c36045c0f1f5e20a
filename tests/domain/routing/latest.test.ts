// Ollama's clients add `:latest` to a name without a tag (https://github.com/home-assistant/core/issues/170940).
import { describe, expect, test } from "bun:test";
import type { DiscoverySnapshot } from "../../../src/domain/routing/discovery.ts";
import { planRoute } from "../../../src/domain/routing/plan.ts";
import { routingOf } from "../../lab/routing-of.ts";

const listing: Record<string, readonly string[]> = {
  v1: ["listed", "twice", "tagged:latest"],
  other: ["twice"],
  box: ["own", "own:latest", "tagged:latest", "tagged"],
  default: ["at-home"],
};
const discovery: DiscoverySnapshot = {
  serves: (server, model) => listing[server]?.includes(model) ?? false,
};

const routing = routingOf(
  `
servers:
  v1: http://v1:1
  other: http://other:1
  box: "http://box:11434"
aliases:
  both: { instances: [v1/m, other/m] }
  "kept:latest": { instances: [box/kept] }
  kept: { instances: [v1/wrong] }
routes:
  - match: { model: ruled }
    route: { upstream: other }
  - match: { model: renamed }
    route: { model: "both:latest" }
  - match: { model: sent-as }
    route: { upstream: other, model: "exact:latest" }
  - match: { model: "/^tag.*:latest$/", user: ann }
    route: { upstream: v1 }
  - match: { user: bob }
    route: { upstream: v1 }
  - match: { user: bob }
    route: { upstream: v1 }
  - match: { model: "/^ruled/" }
    route: { upstream: v1 }
`,
  { modelMap: { mapped: "both", "/^p(.*)$/": "$1", "to-tag": "listed:latest", "/^end$/": "kept" } },
);

const cases: readonly {
  readonly what: string;
  readonly model: string;
  readonly user?: string;
  readonly route: string;
  readonly goesTo: readonly string[];
}[] = [
  { what: "an alias", model: "both:latest", route: "alias:both", goesTo: ["v1=m", "other=m"] },
  {
    what: "an alias that has the tag itself comes first",
    model: "kept:latest",
    route: "alias:kept:latest",
    goesTo: ["box=kept"],
  },
  {
    what: "a key of MODEL_MAP",
    model: "mapped:latest",
    route: "alias:both",
    goesTo: ["v1=m", "other=m"],
  },
  {
    what: "a pattern of MODEL_MAP that is anchored at the end",
    model: "end:latest",
    route: "alias:kept",
    goesTo: ["v1=wrong"],
  },
  {
    what: "what MODEL_MAP makes of a name",
    model: "pboth:latest",
    route: "alias:both",
    goesTo: ["v1=m", "other=m"],
  },
  {
    what: "a mapped name that is only listed",
    model: "to-tag",
    route: "discovered",
    goesTo: ["v1=listed"],
  },
  {
    what: "a server addressed directly, by the name it lists",
    model: "v1/listed:latest",
    route: "direct",
    goesTo: ["v1=listed"],
  },
  {
    what: "a server in brackets",
    model: "listed [v1]:latest",
    route: "direct",
    goesTo: ["v1=listed"],
  },
  {
    what: "a server addressed directly that lists neither",
    model: "v1/odd:latest",
    route: "direct",
    goesTo: ["v1=odd:latest"],
  },
  {
    what: "an Ollama server addressed directly",
    model: "box/own:latest",
    route: "direct",
    goesTo: ["box=own:latest"],
  },
  { what: "a rule", model: "ruled:latest", route: "rule:1", goesTo: ["other=ruled"] },
  {
    what: "a renaming rule",
    model: "renamed",
    route: "rule:2>alias:both",
    goesTo: ["v1=m", "other=m"],
  },
  {
    what: "a rule with a name of its own, sent as written",
    model: "sent-as:latest",
    route: "rule:3",
    goesTo: ["other=exact:latest"],
  },
  {
    what: "a rule that asks for the tag",
    model: "tagged:latest",
    user: "ann",
    route: "rule:4",
    goesTo: ["v1=tagged:latest"],
  },
  {
    what: "a rule without a model condition",
    model: "listed:latest",
    user: "bob",
    route: "rule:5",
    goesTo: ["v1=listed"],
  },
  { what: "discovery", model: "listed:latest", route: "discovered", goesTo: ["v1=listed"] },
  {
    what: "discovery at several servers",
    model: "twice:latest",
    route: "discovered",
    goesTo: ["v1=twice", "other=twice"],
  },
  {
    what: "discovery of the very name comes first",
    model: "tagged:latest",
    route: "discovered",
    goesTo: ["v1=tagged:latest", "box=tagged:latest"],
  },
  {
    what: "an Ollama server's own model, with the tag",
    model: "own:latest",
    route: "discovered",
    goesTo: ["box=own:latest"],
  },
  {
    what: "an Ollama server's own model, without",
    model: "own",
    route: "discovered",
    goesTo: ["box=own"],
  },
  {
    what: "the default upstream, which lists it",
    model: "at-home:latest",
    route: "default",
    goesTo: ["default=at-home"],
  },
  {
    what: "a name that leads nowhere either way stays as it was",
    model: "new:latest",
    route: "default",
    goesTo: ["default=new:latest"],
  },
  { what: "the tag alone", model: ":latest", route: "default", goesTo: ["default=:latest"] },
  { what: "another tag", model: "both:8b", route: "default", goesTo: ["default=both:8b"] },
];

describe("a name with the tag `latest` that leads nowhere is tried without it", () => {
  test.each(cases)("$what", ({ model, user = null, route, goesTo }) => {
    const question = { model, sourceIp: "::1", path: "/api/chat", user, headers: [] };
    const plan = planRoute(question, routing, discovery);
    expect(plan.route).toBe(route);
    expect(plan.targets.map((to) => `${to.server.name}=${to.model ?? "-"}`)).toEqual([...goesTo]);
  });

  test("and the reason says so", () => {
    const because = (model: string) =>
      planRoute(
        { model, sourceIp: "::1", path: "/api/chat", user: null, headers: [] },
        routing,
        discovery,
      ).because;
    const without = (model: string) => `${model} leads nowhere, so it is tried without :latest`;
    expect(because("both:latest")).toEqual([
      without("both:latest"),
      "alias both: 2 instances, tried in order",
    ]);
    expect(because("mapped:latest")).toEqual([
      without("mapped:latest"),
      "MODEL_MAP renamed mapped to both",
      "alias both: 2 instances, tried in order",
    ]);
    expect(because("ruled:latest")[0]).toBe(without("ruled:latest"));
    expect(because("renamed").slice(1)).toEqual([
      without("both:latest"),
      "alias both: 2 instances, tried in order",
    ]);
    expect(because("listed:latest")).toEqual([without("listed:latest"), "listed is listed by v1"]);
    expect(because("at-home:latest")).toEqual([
      without("at-home:latest"),
      "the default upstream lists at-home",
    ]);
    expect(because("own:latest")).toEqual(["own:latest is listed by box"]);
  });
});

import { expect, test } from "bun:test";
import { createLiveRouting } from "../../../../src/app/usecases/servers/reload-routes.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import { readRoutes, routingOf } from "../../../lab/routing-of.ts";

function live() {
  const clock = createHandClock(1_000);
  const log: string[] = [];
  const note = (message: string) => void log.push(message);
  let adopted = 0;
  const initial = routingOf("servers: { a: http://a:1 }", { modelMap: { x: "y" } });
  const {
    modelMap,
    policy,
    defaultServer: { baseUrl, type },
  } = initial;
  const routing = createLiveRouting(initial, {
    base: { modelMap, policy, defaultUpstream: { baseUrl, type, origin: baseUrl } },
    clock,
    logger: { error: note, warn: note, info: note, debug: note },
    adopted: () => adopted++,
  });
  return { clock, log, initial, routing, adopted: () => adopted };
}

function valid(yaml: string) {
  const read = readRoutes(yaml);
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  return read;
}

test("a new file replaces servers, aliases and rules; what the environment says stays", () => {
  const { routing, initial, adopted } = live();
  routing.take(valid("servers: { b: http://b:1 }"));
  const now = routing.current();
  expect([...now.servers.keys()]).toEqual(["b"]);
  expect(now.modelMap).toBe(initial.modelMap);
  expect(now.defaultServer).toEqual(initial.defaultServer);
  expect(adopted()).toBe(1);
});

test("the default upstream is the server that is configured at its address, for as long as one is", () => {
  const { routing } = live();
  routing.take(valid('servers: { home: { url: "http://default:8000/v1", max_concurrency: 2 } }'));
  expect(routing.current().defaultServer).toBe(routing.current().servers.get("home")!);
  routing.take(valid("servers: { b: http://b:1 }"));
  expect(routing.current().defaultServer).toMatchObject({ name: "default", maxConcurrency: null });
});

test("an invalid file leaves everything in force, and every problem is reported in a line of its own", () => {
  const { routing, initial, log, adopted } = live();
  routing.take({ problems: ["routes.yaml:1:1: one", "routes.yaml:2:1: two"] });
  expect(routing.current()).toBe(initial);
  expect(adopted()).toBe(0);
  expect(log.slice(0, 2)).toEqual(["routes.yaml:1:1: one", "routes.yaml:2:1: two"]);
  expect(log.at(-1)).toContain("stays in force");
});

test("trouble begins with the first invalid file and ends with the next valid one", () => {
  const { routing, clock } = live();
  expect(routing.trouble()).toBeNull();
  routing.take({ problems: ["one"] });
  clock.pass(500);
  routing.take({ problems: ["two"] });
  expect(routing.trouble()).toEqual({ problems: ["two"], since: 1_000 });
  routing.take(valid("{}"));
  expect(routing.trouble()).toBeNull();
});

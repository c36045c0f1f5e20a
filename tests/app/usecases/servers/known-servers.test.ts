// What servers refuse is remembered by address and model, for a while, and not without end.
import { expect, test } from "bun:test";
import { createKnownServers } from "../../../../src/app/usecases/servers/known-servers.ts";
import type { Target } from "../../../../src/domain/routing/plan.ts";

const target = (model: string | null, baseUrl = "http://a") =>
  ({ server: { name: "s", baseUrl }, model }) as unknown as Target;

function board() {
  let now = 0;
  const servers = createKnownServers({ now: () => now }, () => null);
  return { servers, wait: (ms: number) => void (now += ms) };
}

test("a refusal is of one server's one model, and lasts ten minutes", () => {
  const { servers, wait } = board();
  const refuses = (one: Target) => [...servers.of(one).refuses];
  expect(servers.refused(target("m"), "temperature")).toBe(true);
  expect(servers.refused(target("m"), "schema")).toBe(true);
  expect(servers.refused(target("m"), "schema")).toBe(false);
  expect(refuses(target("m"))).toEqual(["temperature", "schema"]);
  expect(refuses(target("n"))).toEqual([]);
  expect(refuses(target("m", "http://b"))).toEqual([]);
  wait(10 * 60_000);
  expect(refuses(target("m"))).toEqual([]);
  expect(servers.refused(target("m"), "schema")).toBe(true);
});

test("the oldest is forgotten where there are too many", () => {
  const { servers } = board();
  for (let at = 0; at <= 1_000; at++) servers.refused(target(`m${at}`), "think");
  expect(servers.of(target("m0")).refuses.size).toBe(0);
  expect(servers.of(target("m1")).refuses.size).toBe(1);
  expect(servers.of(target("m1000")).refuses.size).toBe(1);
});

import { expect, test } from "bun:test";
import { seenServers } from "../../../../src/app/usecases/servers/failing-servers.ts";
import type { ModelListState } from "../../../../src/app/usecases/servers/models.ts";
import { type Health, noFailures } from "../../../../src/domain/failover/health.ts";
import { routingOf } from "../../../lab/routing-of.ts";

const now = 1_000_000;
const routing = routingOf("servers: { box: 'http://10.0.0.1:8000' }");
const resting: Health = {
  failures: 3,
  coolDowns: 1,
  coolsUntil: now + 5_000,
  probing: false,
  lastError: "connection refused",
};
const over: Health = { ...resting, coolsUntil: now - 20_000 };
const listed = (fetchedAt: number): ModelListState => ({
  models: [],
  fetchedAt,
  triedAt: fetchedAt,
  standing: "listed",
  error: null,
});
const away: ModelListState = {
  models: [],
  fetchedAt: null,
  triedAt: null,
  standing: "unreachable",
  error: "timed out",
};

function failing(list: ModelListState, health: Health, hasDefault = true): readonly string[] {
  return seenServers({
    routing: () => routing,
    health: { health: () => health },
    models: { state: () => list },
    hasDefault,
    now: () => now,
  }).flatMap(({ name, isFailing, why }) => (isFailing ? [`${name}: ${why}`] : []));
}

test.each<[string, ModelListState, Health, boolean]>([
  ["well", listed(now), noFailures, false],
  ["cooling down", listed(now), resting, true],
  ["being probed", listed(now), { ...over, probing: true }, true],
  ["half-open, and not heard of since", listed(now - 30_000), over, true],
  ["half-open, and has listed its models since", listed(now - 10_000), over, false],
  [
    "half-open, and answers something else than a list",
    { ...away, standing: "answered" },
    over,
    false,
  ],
  ["unreachable, though nobody calls it", away, noFailures, true],
])("a server that is %s", (_state, list, health, fails) => {
  expect(failing(list, health).some((line) => line.startsWith("box"))).toBe(fails);
});

test("a default upstream that is only presumed need not be there, until it has been", () => {
  expect(failing(away, noFailures, false)).toEqual(["box: timed out"]);
  expect(failing({ ...away, fetchedAt: 1 }, noFailures, false)).toHaveLength(2);
  expect(failing(away, noFailures, true)).toHaveLength(2);
  expect(failing(away, resting, false)).toHaveLength(2);
});

import { expect, test } from "bun:test";
import { tellFirstLists } from "../../../../src/app/usecases/servers/first-lists.ts";
import type { ListStanding } from "../../../../src/domain/routing/model-list.ts";
import { routingOf } from "../../../lab/routing-of.ts";

/** The warnings at start-up where servers' lists failed with these errors. */
async function warnings(
  errors: Readonly<Record<string, string>>,
  hasRoutesFile: boolean,
  standing: ListStanding = "unreachable",
) {
  const reported: string[] = [];
  const ignore = () => undefined;
  const models = {
    refresh: () => Promise.resolve(),
    state: (name: string) => ({
      models: [],
      fetchedAt: null,
      triedAt: null,
      standing,
      error: errors[name] ?? null,
    }),
  };
  const warn = (message: string) => void reported.push(message);
  const logger = { error: ignore, warn, info: ignore, debug: ignore };
  const routing = routingOf("servers: { a: http://a:1, b: http://b:1 }");
  await tellFirstLists(models, () => routing, logger, hasRoutesFile);
  return reported;
}

test("each server that cannot be reached at start is reported in a line of its own", async () => {
  expect(await warnings({ a: "connection refused" }, true)).toEqual([
    "server a does not answer; it will be used as soon as it does",
  ]);
  expect(await warnings({}, true)).toEqual([]);
});

test("a server that answers without a list of models is not said not to answer", async () => {
  const errors = { a: "status 401", b: "what it says is not a list of models" };
  expect(await warnings(errors, true, "answered")).toEqual([]);
});

test("with no routes file and no default upstream, the way to begin is printed", async () => {
  const reported = await warnings({ default: "connection refused" }, false);
  expect(reported[0]).toContain("DEFAULT_UPSTREAM");
  expect(reported[1]).toContain("smolrouter init");
  expect(await warnings({ default: "connection refused" }, true)).toHaveLength(1);
});

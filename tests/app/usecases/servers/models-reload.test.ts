// Model lists when a reload gives a server's name to another address.
import { expect, test } from "bun:test";
import { createLoadedBoard } from "../../../../src/app/usecases/servers/loaded-board.ts";
import { createModels } from "../../../../src/app/usecases/servers/models.ts";
import type { AskServer } from "../../../../src/app/usecases/servers/ask-server.ts";
import { systemClock } from "../../../../src/adapters/clock/system-clock.ts";
import type { Routing } from "../../../../src/domain/routing/types.ts";
import { routingOf } from "../../../lab/routing-of.ts";

const at = (url: string) => routingOf(`servers: { a: "${url}" }`);

/** Servers that list a model named after their host; one called `slow` answers when told to. */
function lab(initial: Routing) {
  let routing = initial;
  const slow = Promise.withResolvers<void>();
  const ask: AskServer = async ({ baseUrl }) => {
    const { hostname } = new URL(baseUrl);
    if (hostname === "slow") await slow.promise;
    if (hostname === "dead") return { kind: "failed", error: "refused" };
    const list = { data: [{ id: `of-${hostname}` }] };
    return { kind: "answered", status: 200, body: new TextEncoder().encode(JSON.stringify(list)) };
  };
  const models = createModels({
    routing: () => routing,
    ask,
    clock: systemClock,
    loaded: createLoadedBoard(ask, systemClock),
  });
  return {
    models,
    answerSlow: slow.resolve,
    reload: (next: Routing) => {
      routing = next;
      return models.reloaded();
    },
    known: () => models.state("a").models.map(({ id }) => id),
  };
}

test("a server that moved is not known by what its old address listed, even if the new one is down", async () => {
  const { models, reload, known } = lab(at("http://one:1"));
  await models.refresh();
  expect(models.discovery().serves("a", "of-one")).toBe(true);
  const reloading = reload(at("http://dead:1"));
  expect(models.discovery().serves("a", "of-one")).toBe(false);
  await reloading;
  expect(known()).toEqual([]);
});

test("a server that stays keeps its list through a reload", async () => {
  const { models, reload } = lab(at("http://one:1"));
  await models.refresh();
  const reloading = reload(at("http://one:1"));
  expect(models.discovery().serves("a", "of-one")).toBe(true);
  await reloading;
});

test("a late answer of the old address is not taken for the new one's", async () => {
  const { models, reload, answerSlow, known } = lab(at("http://slow:1"));
  const late = models.refresh();
  await reload(at("http://two:1"));
  expect(known()).toEqual(["of-two"]);
  answerSlow();
  await late;
  expect(known()).toEqual(["of-two"]);
});

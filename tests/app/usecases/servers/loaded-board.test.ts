// What servers have in memory, read over sockets from each software that says it.
import { expect, test } from "bun:test";
import { systemClock } from "../../../../src/adapters/clock/system-clock.ts";
import { startFakeModel } from "../../../../src/adapters/fake-model/start-fake-model.ts";
import { createFetchUpstream } from "../../../../src/adapters/upstream/fetch-upstream.ts";
import { createServerClient } from "../../../../src/app/usecases/servers/ask-server.ts";
import {
  createLoadedBoard,
  type LoadedBoard,
} from "../../../../src/app/usecases/servers/loaded-board.ts";
import { createModels } from "../../../../src/app/usecases/servers/models.ts";
import { countsAsLoaded } from "../../../../src/domain/routing/candidate-order.ts";
import { createVia } from "../../../../src/domain/http/via.ts";
import { noFacts } from "../../../../src/domain/routing/model-facts.ts";
import type { ListedModel } from "../../../../src/domain/routing/model-list.ts";
import type { Server } from "../../../../src/domain/routing/types.ts";
import {
  type LoadingServer,
  type Software,
  startLoadingServer,
} from "../../../lab/loading-servers.ts";
import { routingOf } from "../../../lab/routing-of.ts";

interface Lab {
  readonly board: LoadedBoard;
  refresh(): Promise<void>;
  readonly isLoaded: (model: string | null) => boolean;
  readonly isLoading: (model: string | null) => boolean;
}

const ask = createServerClient(createFetchUpstream(systemClock), systemClock, createVia("lab"));

// A ms passes with each look, so that what comes later is later.
let time = Date.now();
const clock = { ...systemClock, now: () => time++ };

/** @param server its entry in the routes file */
function labOver(server: string): Lab & { readonly server: Server } {
  const routing = routingOf(`servers: { box: ${server} }`);
  // The default upstream is none that could be asked.
  const known = { ...routing, defaultServer: routing.servers.get("box")! };
  const board = createLoadedBoard(ask, clock);
  const models = createModels({ routing: () => known, ask, clock, loaded: board });
  return {
    board,
    server: known.defaultServer,
    refresh: () => models.refresh(),
    isLoaded: (model) => countsAsLoaded(board.warmth({ server: known.defaultServer, model })),
    isLoading: (model) => board.isLoading({ server: known.defaultServer, model }),
  };
}

/** As llama-swap lists it. */
function listed(id: string): ListedModel {
  const owner = "llama-swap";
  return { id, owner, aliases: [], created: 0, displayName: null, ollama: null, facts: noFacts };
}

async function withSoftware(
  software: Software,
  run: (lab: Lab, server: LoadingServer) => Promise<void>,
): Promise<void> {
  const server = startLoadingServer(software, ["one", "two:latest", "three"]);
  try {
    await run(labOver(`"${server.url}"`), server);
  } finally {
    await server.stop();
  }
}

test.each(["ollama", "llama-swap", "lm-studio"] as const)(
  "%s behind /v1 is known by its list, and asked what it has in memory",
  (software) =>
    withSoftware(software, async (lab, server) => {
      expect(lab.isLoaded("one")).toBe(true);
      expect(lab.isLoading("one")).toBe(false);
      server.has({ one: "loaded" });
      await lab.refresh();
      expect(["one", "one:latest", "two", "three"].map(lab.isLoaded)).toEqual([
        true,
        true,
        false,
        false,
      ]);
      expect(lab.isLoading("one")).toBe(false);
      // LM Studio's users may have turned off that calls load models.
      expect(lab.isLoading("three")).toBe(software !== "lm-studio");
      server.has({ "two:latest": "loaded" });
      await lab.refresh();
      expect(["one", "two"].map(lab.isLoaded)).toEqual([false, true]);
    }),
);

test("the fake that the demo starts says so, too, as a server of type ollama", async () => {
  const fake = await startFakeModel({ name: "box", kind: "ollama", models: ["m:latest", "n:1b"] });
  try {
    const lab = labOver(`{ url: "${fake.url}", type: ollama }`);
    await lab.refresh();
    expect(lab.isLoaded("m")).toBe(false);
    expect(lab.isLoading("m")).toBe(true);
    const body = JSON.stringify({ model: "m", messages: [], stream: false });
    await (await fetch(`${fake.url}/api/chat`, { method: "POST", body })).text();
    await lab.refresh();
    expect(["m", "m:latest", "n:1b"].map(lab.isLoaded)).toEqual([true, true, false]);
    expect(lab.board.list("box")?.models).toMatchObject([{ name: "m:latest", state: "loaded" }]);
  } finally {
    await fake.stop();
  }
});

test.each(["llama-swap", "lm-studio"] as const)(
  "%s whose list does not give it away is known by its answer",
  async (software) => {
    const server = startLoadingServer(software, ["one", "three"], "lab");
    try {
      const lab = labOver(`"${server.url}"`);
      server.has({ one: "loaded" });
      await lab.refresh();
      expect(["one", "three"].map(lab.isLoaded)).toEqual([true, false]);
    } finally {
      await server.stop();
    }
  },
);

test("a server of another software is asked so once, and all of it counts as loaded", () =>
  withSoftware("another", async (lab, server) => {
    for (let time = 0; time < 3; time++) await lab.refresh();
    expect(lab.isLoaded("three")).toBe(true);
    expect(lab.board.list("box")).toBeNull();
    expect([server.asked("/running"), server.asked("/api/v0/models")]).toEqual([1, 1]);
    expect([server.asked("/v1/models"), server.asked("/api/ps")]).toEqual([3, 0]);
  }));

test("all that vLLM lists is in memory", () =>
  withSoftware("vllm", async (lab) => {
    await lab.refresh();
    expect(lab.isLoaded("three")).toBe(true);
    expect(lab.isLoading("three")).toBe(false);
    expect(lab.board.list("box")?.models.map(({ name }) => name)).toEqual([
      "one",
      "two:latest",
      "three",
    ]);
  }));

test("one that is starting is not loaded, and a call for it waits for the load", () =>
  withSoftware("llama-swap", async (lab, server) => {
    server.has({ one: "loading" });
    await lab.refresh();
    expect([lab.isLoaded("one"), lab.isLoading("one")]).toEqual([false, true]);
    expect(lab.board.list("box")?.models).toMatchObject([{ name: "one", state: "loading" }]);
  }));

test("size and end are what Ollama says", () =>
  withSoftware("ollama", async (lab, server) => {
    server.has({ one: "loaded" });
    await lab.refresh();
    const [model] = lab.board.list("box")?.models ?? [];
    expect(model?.size).toBe(6_591_830_464);
    expect(model?.until ?? 0).toBeGreaterThan(Date.now());
  }));

test("another name of a model is as loaded as the model, and a name that is not listed may be any", () =>
  withSoftware("llama-swap", async (lab, server) => {
    server.has({ one: "loaded" });
    await lab.refresh();
    expect(["one-alias", "three-alias", "unlisted", null].map(lab.isLoaded)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(["three-alias", "unlisted", null].map(lab.isLoading)).toEqual([true, false, false]);
  }));

test.each([404, 500])("a server that answers %i cannot say: all of it counts as loaded", (status) =>
  withSoftware("lm-studio", async (lab, server) => {
    await lab.refresh();
    expect(lab.isLoaded("one")).toBe(false);
    server.fails(status);
    await lab.refresh();
    expect(lab.isLoaded("one")).toBe(true);
    expect(lab.board.list("box")).toBeNull();
  }),
);

test("a server that does not answer leaves what was known of it", async () => {
  const server = startLoadingServer("llama-swap", ["one", "three"]);
  const lab = labOver(`"${server.url}"`);
  server.has({ one: "loaded" });
  await lab.refresh();
  await server.stop();
  await lab.refresh();
  expect(["one", "three"].map(lab.isLoaded)).toEqual([true, false]);
});

test("a model that has answered is loaded; its server is asked again where that is news, but not all the time", async () => {
  let now = 1_000;
  let running = [{ model: "three", state: "ready" }];
  const board = createLoadedBoard(
    () => {
      const body = new TextEncoder().encode(JSON.stringify({ running }));
      return Promise.resolve({ kind: "answered", status: 200, body });
    },
    { now: () => now },
  );
  const { server } = labOver(`"http://box:1"`);
  const list = ["one", "three"].map((id) => listed(id));
  const warmth = (model: string) => board.warmth({ server, model });
  expect(board.served("box", "one")).toBe(false);
  board.take("box", await board.ask(server, list));
  expect([warmth("one"), warmth("three")]).toEqual(["unloaded", "loaded"]);
  expect(board.served("box", "one")).toBe(false);
  expect(warmth("one")).toBe("loaded");
  now += 2_000;
  expect(board.served("box", "three")).toBe(false);
  board.take("box", await board.ask(server, list));
  now += 2_000;
  expect(board.served("box", "one")).toBe(true);
  expect(board.served("box", "one")).toBe(false);
  running = [{ model: "one", state: "ready" }];
  now += 1;
  board.take("box", await board.ask(server, list));
  expect([warmth("one"), warmth("three")]).toEqual(["loaded", "unloaded"]);
});

test("a model that Ollama runs in a cloud counts as loaded, though its memory never has it", async () => {
  const board = createLoadedBoard(
    () => {
      const body = new TextEncoder().encode(JSON.stringify({ models: [] }));
      return Promise.resolve({ kind: "answered", status: 200, body });
    },
    { now: () => 1_000 },
  );
  const { server } = labOver(`{ url: "http://box:1", type: ollama }`);
  const cloud = { ...listed("big-cloud"), ollama: { remote_host: "https://ollama.com:443" } };
  board.take("box", await board.ask(server, [cloud, { ...listed("m"), ollama: {} }]));
  expect(board.warmth({ server, model: "big-cloud" })).toBe("loaded");
  expect(board.warmth({ server, model: "m" })).toBe("unloaded");
});

test("an answer that is older than a call's does not take back what the call has shown", async () => {
  const body = (value: object) => new TextEncoder().encode(JSON.stringify(value));
  const old = Promise.withResolvers<void>();
  const board = createLoadedBoard(
    async () => {
      await old.promise;
      return { kind: "answered", status: 200, body: body({ running: [] }) };
    },
    { now: () => 1_000 },
  );
  const { server } = labOver(`"http://box:1"`);
  const list = [listed("one")];
  const first = board.ask(server, list);
  old.resolve();
  board.take("box", await first);
  const second = board.ask(server, list);
  board.served("box", "one");
  board.take("box", await second);
  expect(board.warmth({ server, model: "one" })).toBe("loaded");
});

test("a model whose time is over is no longer loaded; an end that lay behind when it was read says nothing", async () => {
  let now = 1_000;
  let end = 0;
  const board = createLoadedBoard(
    () => {
      const models = [{ model: "one", expires_at: new Date(end).toISOString() }];
      const body = new TextEncoder().encode(JSON.stringify({ models }));
      return Promise.resolve({ kind: "answered", status: 200, body });
    },
    { now: () => now },
  );
  const { server } = labOver(`{ url: "http://box:1", type: ollama }`);
  const isLoaded = () => board.warmth({ server, model: "one" }) === "loaded";
  board.take("box", await board.ask(server, null));
  now = 9_000;
  expect(isLoaded()).toBe(true);
  end = 10_000;
  board.take("box", await board.ask(server, null));
  now = 9_999;
  expect(isLoaded()).toBe(true);
  now = 10_000;
  expect(isLoaded()).toBe(false);
  now = 11_000;
  expect(board.served("box", "one")).toBe(true);
  now = 20_000;
  expect(isLoaded()).toBe(true);
});

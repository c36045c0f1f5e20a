// Loading and unloading from the page, at servers of each software that can be asked.
import { expect, test } from "bun:test";
import type { Upstreams, UpstreamState } from "../../src/ports/browse.ts";
import { type LoadingServer, type Software, startLoadingServer } from "../lab/loading-servers.ts";
import { type TestRouter, withRouter } from "../lab/start-router.ts";

async function withServer(
  software: Software,
  run: (router: TestRouter, server: LoadingServer) => Promise<void>,
): Promise<void> {
  const server = startLoadingServer(software, ["org/big model", "small"]);
  const routes = `servers: { box: "${server.url}" }`;
  try {
    await withRouter({ routes, env: { DEFAULT_UPSTREAM: server.url } }, (router) =>
      run(router, server),
    );
  } finally {
    await server.stop();
  }
}

const boxOf = async (router: TestRouter): Promise<UpstreamState> => {
  const { upstreams } = (await (await fetch(`${router.url}/api/upstreams`)).json()) as Upstreams;
  return upstreams.find(({ name }) => name === "box")!;
};

async function until(
  router: TestRouter,
  holds: (state: UpstreamState) => boolean,
): Promise<UpstreamState> {
  for (;;) {
    const state = await boxOf(router);
    if (holds(state)) return state;
    await Bun.sleep(5);
  }
}

function press(router: TestRouter, wish: string, model: string, headers = {}): Promise<Response> {
  return fetch(`${router.url}/upstreams/memory`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: router.url, ...headers },
    body: new URLSearchParams({ server: "box", model, wish }),
  });
}

const isOver = ({ wishes }: UpstreamState) => wishes === undefined;
const hasFailed = ({ wishes = [] }: UpstreamState) => wishes.some(({ error }) => error !== null);

test.each<[Software, readonly string[]]>([
  ["ollama", ["POST /api/generate load org/big model", "POST /api/generate unload org/big model"]],
  [
    "llama-swap",
    [
      "GET /upstream/org/big%20model/health load org/big model",
      "POST /api/models/unload/org/big%20model unload org/big model",
    ],
  ],
  [
    "lm-studio",
    [
      "POST /api/v1/models/load load org/big model",
      "POST /api/v1/models/unload unload org/big model",
    ],
  ],
])("%s loads and unloads as it is asked, and its list shows it", (software, orders) =>
  withServer(software, async (router, server) => {
    const model = "org/big model";
    const before = await until(router, ({ loadable }) => loadable !== undefined);
    expect(before.loadable).toEqual([model, "small"]);
    const answer = await press(router, "load", model);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/upstreams"]);
    const there = await until(router, isOver);
    expect(there.loaded?.map(({ name }) => name)).toEqual([model]);
    // What is there is not loaded a second time.
    expect((await press(router, "load", model)).status).toBe(303);
    await press(router, "unload", model);
    const gone = await until(router, (state) => isOver(state) && state.loaded?.length === 0);
    expect(gone.loaded).toEqual([]);
    expect(server.orders).toEqual(orders);
  }),
);

test("a model that only makes vectors is loaded as Ollama loads those", () =>
  withServer("ollama", async (router, server) => {
    await until(router, ({ loadable }) => loadable !== undefined);
    server.refuses(400, { error: '"small" does not support generate' });
    await press(router, "load", "small");
    await until(router, hasFailed);
    expect(server.orders).toEqual(["POST /api/generate load small", "POST /api/embed load small"]);
  }));

test("a server that refuses is quoted on the page, until it is asked anew", () =>
  withServer("ollama", async (router, server) => {
    await until(router, ({ loadable }) => loadable !== undefined);
    server.refuses(500, { error: "model requires more <b>memory</b>" });
    await press(router, "load", "small");
    const { wishes } = await until(router, hasFailed);
    expect(wishes).toEqual([
      {
        model: "small",
        wish: "load",
        since: expect.any(String),
        error: "status 500: model requires more <b>memory</b>",
      },
    ]);
    const page = await (
      await fetch(`${router.url}/upstreams`, { headers: { accept: "text/html" } })
    ).text();
    expect(page).toContain(
      "small could not be loaded: status 500: model requires more &lt;b&gt;memory&lt;/b&gt;",
    );
  }));

test("only what a server lists is passed on to it, and only from the router's own pages", () =>
  withServer("ollama", async (router, server) => {
    await until(router, ({ loadable }) => loadable !== undefined);
    const unknown = await press(router, "load", "../../secret");
    expect(unknown.status).toBe(422);
    expect(await unknown.text()).toContain("This server lists no such model.");
    const odd = await press(router, "explode", "small");
    expect(odd.status).toBe(422);
    expect(await odd.text()).toContain("wish must be");
    const foreign = await press(router, "load", "small", { origin: "http://evil.example" });
    expect(foreign.status).toBe(403);
    expect(server.orders).toEqual([]);
  }));

test("a server that cannot be asked has no buttons", () =>
  withServer("vllm", async (router) => {
    const state = await until(router, ({ models }) => models.length > 0);
    expect(state.loadable).toBeUndefined();
    expect((await press(router, "load", "small")).status).toBe(422);
  }));

// `/v1/models` as its clients read it, and as servers are asked for it.
import { expect, test } from "bun:test";
import { freePort } from "../lab/free-port.ts";
import { withRouter } from "../lab/start-router.ts";
import { withFakes } from "../lab/with-fakes.ts";

interface Served {
  readonly url: string;
  readonly asked: { readonly path: string; readonly headers: Headers }[];
}

/** A server that lists what it is told to, to whom it wants to. */
async function withLister<Result>(
  list: (headers: Headers) => Response,
  run: (served: Served) => Promise<Result>,
): Promise<Result> {
  const asked: Served["asked"] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      asked.push({ path: new URL(request.url).pathname, headers: request.headers });
      return list(request.headers);
    },
  });
  try {
    return await run({ url: `http://127.0.0.1:${server.port}`, asked });
  } finally {
    await server.stop(true);
  }
}

const anthropicList = {
  data: [
    {
      id: "claude-1",
      type: "model",
      display_name: "Claude One",
      created_at: "2025-02-19T00:00:00Z",
    },
    { id: "plain", object: "model", created: 1_700_000_000 },
    { id: "undated" },
    { id: "odd", created: -1e300 },
  ],
};

test("objects carry what OpenAI's and Anthropic's clients read, side by side", () =>
  withLister(
    () => Response.json(anthropicList),
    ({ url }) =>
      withRouter(
        {
          env: { DEFAULT_UPSTREAM: url },
          routes: `aliases: { best: { instances: [{ url: "${url}", model: claude-1 }] } }`,
        },
        async (router) => {
          const list = (await (await fetch(`${router.url}/v1/models`)).json()) as {
            data: object[];
          };
          expect(list).toMatchObject({
            object: "list",
            has_more: false,
            first_id: "best",
            last_id: "odd",
          });
          expect(list.data).toEqual([
            {
              id: "best",
              object: "model",
              created: 0,
              owned_by: url,
              type: "model",
              display_name: "best",
              created_at: "1970-01-01T00:00:00Z",
            },
            {
              id: "claude-1",
              object: "model",
              created: 1_739_923_200,
              owned_by: "default",
              type: "model",
              display_name: "Claude One",
              created_at: "2025-02-19T00:00:00Z",
            },
            {
              id: "plain",
              object: "model",
              created: 1_700_000_000,
              owned_by: "default",
              type: "model",
              display_name: "plain",
              created_at: "2023-11-14T22:13:20Z",
            },
            expect.objectContaining({ id: "undated", created_at: "1970-01-01T00:00:00Z" }),
            expect.objectContaining({ id: "odd", created_at: "1970-01-01T00:00:00Z" }),
          ]);
          const one = await (await fetch(`${router.url}/v1/models/claude-1`)).json();
          expect(one).toEqual(list.data[1]);
        },
      ),
  ));

test("an empty list has neither a first nor a last", async () => {
  const gone = await freePort();
  await withRouter({ env: { DEFAULT_UPSTREAM: `http://127.0.0.1:${gone}` } }, async (router) => {
    expect(await (await fetch(`${router.url}/v1/models`)).json()).toEqual({
      object: "list",
      data: [],
      has_more: false,
      first_id: null,
      last_id: null,
    });
  });
});

test("servers are asked with their own key and headers, and Via, never with what a client sent", () =>
  withLister(
    () => Response.json({ data: [{ id: "m" }] }),
    (served) =>
      withRouter(
        {
          env: { DEFAULT_UPSTREAM: served.url },
          routes: `servers: { own: { url: "${served.url}/v1", api_key: k, headers: { X-Team: lab } } }`,
        },
        async (router) => {
          const headers = { authorization: "Bearer client", "x-api-key": "client", cookie: "a=1" };
          await (await fetch(`${router.url}/v1/models`, { headers })).text();
          expect(served.asked.length).toBeGreaterThan(0);
          for (const { headers: got } of served.asked) {
            expect(got.get("authorization") ?? "Bearer k").toBe("Bearer k");
            expect(got.get("x-api-key")).toBeNull();
            expect(got.get("cookie")).toBeNull();
            expect(got.get("via")).toMatch(/^1\.1 smolrouter-[\da-f]+$/);
          }
        },
      ),
  ));

test("where the default upstream wants a key, each caller sees what its own opens, and nobody else does", () =>
  withLister(
    (headers) => {
      const who = /^Bearer (ada|bob)$/.exec(headers.get("authorization") ?? "")?.[1];
      return who === undefined
        ? new Response("no", { status: 401 })
        : Response.json({ data: [{ id: `model-of-${who}` }] });
    },
    ({ url }) =>
      withRouter({ env: { DEFAULT_UPSTREAM: url } }, async (router) => {
        const seenBy = async (who: string | null) => {
          const headers = who === null ? {} : { authorization: `Bearer ${who}` };
          const list = (await (await fetch(`${router.url}/v1/models`, { headers })).json()) as {
            data: { id: string }[];
          };
          return list.data.map(({ id }) => id);
        };
        expect(await seenBy(null)).toEqual([]);
        expect(await seenBy("ada")).toEqual(["model-of-ada"]);
        expect(await seenBy("bob")).toEqual(["model-of-bob"]);
        expect(await seenBy("eve")).toEqual([]);
        expect(await seenBy(null)).toEqual([]);
      }),
  ));

test("a router that is its own upstream answers itself 508, for lists and for calls", async () => {
  const port = await freePort();
  const env = { LISTEN_PORT: String(port), DEFAULT_UPSTREAM: `http://127.0.0.1:${port}` };
  await withFakes({ a: {} }, ({ a }) =>
    withRouter(
      {
        env,
        routes: `aliases: { both: { instances: [{ url: "http://127.0.0.1:${port}", model: m }, { url: "${a.url}", model: m }] } }`,
      },
      async (router) => {
        const list = await fetch(`${router.url}/v1/models`);
        expect(list.status).toBe(200);
        const upstreams = await (await fetch(`${router.url}/api/upstreams`)).text();
        expect(upstreams).toContain("leads back to this router");
        const call = await router.post("/v1/chat/completions", { model: "both", messages: [] });
        expect(call.status).toBe(508);
        expect(await call.text()).toContain("routing_loop");
        expect(a.calls()).toHaveLength(0);
      },
    ),
  );
});

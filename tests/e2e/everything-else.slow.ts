// The rest of /v1: uploads, binary answers, encodings, redirects, methods, TLS, base paths, model lists.
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI, { toFile } from "openai";
import { freePort } from "../lab/free-port.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { selfSigned } from "../lab/self-signed.ts";
import { withRouter } from "../lab/start-router.ts";
import { withFakes } from "../lab/with-fakes.ts";

const path = "/v1/chat/completions";
const chat = (more: object = {}) => ({
  model: "m",
  messages: [{ role: "user", content: "hi" }],
  ...more,
});
const one = (fake: { url: string }) => ({ DEFAULT_UPSTREAM: fake.url });

test("an upload is routed by its model field, and only that field changes", () =>
  withFakes({ a: {}, b: { models: ["whisper"] } }, ({ a, b }) =>
    withRouter(
      {
        env: one(a),
        routes: `
routes: [{ match: { model: tiny }, route: { upstream: "${b.url}", model: whisper } }]
`,
      },
      async (router) => {
        const client = new OpenAI({ baseURL: `${router.url}/v1`, apiKey: "k", maxRetries: 0 });
        const bytes = new Uint8Array(300_000).map((_, at) => (at * 7) % 256);
        const answer = await client.audio.transcriptions.create({
          model: "tiny",
          file: await toFile(bytes, "speech.wav"),
        });
        expect(answer.text).toContain("300000");
        const [call] = b.calls();
        const sent = new Response(call!.body, {
          headers: {
            "content-type": new Headers(call!.headers as [string, string][]).get("content-type")!,
          },
        });
        // oxlint-disable-next-line typescript/no-deprecated -- a small form of the test's own
        const form = await sent.formData();
        expect(form.get("model")).toBe("whisper");
        expect(new Uint8Array(await (form.get("file") as File).arrayBuffer())).toEqual(bytes);
      },
    ),
  ));

test("a binary answer arrives byte for byte", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: one(a) }, async (router) => {
      const ask = { model: "m", input: "say this", voice: "x" };
      const direct = await fetch(`${a.url}/v1/audio/speech`, {
        method: "POST",
        body: JSON.stringify(ask),
      });
      const routed = await router.post("/v1/audio/speech", ask);
      expect(routed.headers.get("content-type")).toBe(direct.headers.get("content-type"));
      expect(await routed.bytes()).toEqual(await direct.bytes());
      expect(await router.row()).toMatchObject({
        state: "completed",
        response_body_encoding: "base64",
      });
    }),
  ));

describe("an answer that comes encoded though nobody asked is decoded", () => {
  test.each(["gzip", "deflate", "br"] as const)("%s, plain and streamed", (encoding) =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: one(a) }, async (router) => {
        for (const stream of [false, true]) {
          const plain = await (await router.post(path, chat({ stream }))).text();
          a.script([{ kind: "answer", encoding }]);
          const response = await router.post(path, chat({ stream }));
          expect(response.headers.get("content-encoding")).toBeNull();
          expect(await response.text()).toBe(plain);
        }
        expect(a.calls()[0]!.headers).toContainEqual(["accept-encoding", "identity"]);
      }),
    ),
  );
});

test("an upstream's redirect is neither followed nor passed on: it says what to correct", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: one(a) }, async (router) => {
      a.script([
        { kind: "status", status: 307, body: "", headers: { location: "http://elsewhere/v1" } },
      ]);
      const response = await router.post(path, chat());
      expect(response.status).toBe(502);
      expect(response.headers.get("location")).toBeNull();
      expect(await response.text()).toContain("http://elsewhere");
      expect((await router.row()).state).toBe("failed");
    }),
  ));

test.each(["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])(
  "%s reaches the upstream with its query, and its status comes back",
  (method) =>
    withFakes({ a: {} }, ({ a }) =>
      withRouter({ env: one(a) }, async (router) => {
        a.script(() => ({ kind: "status", status: 202, body: "accepted" }));
        const response = await fetch(`${router.url}/v1/batches/7?after=x%20y&limit=2`, { method });
        expect(response.status).toBe(202);
        expect(await response.text()).toBe(method === "HEAD" ? "" : "accepted");
        // Among those with which the router asks what is there.
        const sent = a.requests().filter((request) => request.path === "/v1/batches/7");
        expect(sent).toMatchObject([{ method, target: "/v1/batches/7?after=x%20y&limit=2" }]);
      }),
    ),
);

test("Upgrade gets 501", () =>
  withRouter({}, async (router) => {
    const exchange = await rawRequest(router.url, {
      path: "/v1/realtime",
      headers: { connection: "upgrade", upgrade: "websocket" },
    });
    expect((await exchange.whole()).status).toBe(501);
  }));

test.each(["", "/v1", "/v1/", "/base/v1", "/base/v1/"])("a base path %p is not doubled", (base) => {
  const basePath = base.startsWith("/base") ? "/base" : "";
  return withFakes({ a: { basePath } }, ({ a }) =>
    withRouter(
      { env: { DEFAULT_UPSTREAM: `http://127.0.0.1:${a.port}${base}` } },
      async (router) => {
        expect((await router.post(path, chat())).status).toBe(200);
        expect(a.calls()[0]!.target).toBe(`${basePath}${path}`);
      },
    ),
  );
});

describe("https upstreams", () => {
  const tls = selfSigned;
  const ca = join(tmpdir(), `smolrouter-ca-${process.pid}.pem`);
  writeFileSync(ca, tls.cert);
  test.each([
    ["a private CA is trusted where it is named", `ca: "${ca}"`, 200, "served"],
    ["the check can be skipped", "insecure: true", 200, "served"],
    ["an unknown CA is refused", "max_concurrency: 9", 502, "unreachable"],
  ])("%s", (_name, setting, status, reason) =>
    withFakes({ a: { tls } }, ({ a }) =>
      withRouter(
        {
          routes: `
servers: { lab: { url: "https://localhost:${a.port}", ${setting} } }
`,
        },
        async (router) => {
          expect((await router.post(path, chat({ model: "lab/m" }))).status).toBe(status);
          expect((await router.row()).attempts).toMatchObject([{ reason }]);
        },
      ),
    ),
  );
});

describe("model lists", () => {
  test("aliases, mapped names and every server's models, each id once, dead servers aside", async () => {
    const gone = await freePort();
    await withFakes({ a: { models: ["m", "n"] }, b: { models: ["n", "o:latest"] } }, ({ a, b }) =>
      withRouter(
        {
          env: { ...one(a), MODEL_MAP: '{"gpt-4": "m"}' },
          routes: `
servers: { b: { url: "${b.url}", type: ollama }, gone: "http://127.0.0.1:${gone}" }
aliases: { coder: { instances: ["b/n"] } }
`,
        },
        async (router) => {
          const client = new OpenAI({ baseURL: `${router.url}/v1`, apiKey: "k" });
          const { data } = await client.models.list();
          expect(data.map(({ id, owned_by }) => [id, owned_by])).toEqual([
            ["coder", "b"],
            ["gpt-4", "default"],
            ["n", "b"],
            ["o:latest", "b"],
            ["m", "default"],
          ]);
          expect((await client.models.retrieve("coder")).owned_by).toBe("b");
          expect((await fetch(`${router.url}/v1/models/org%2Fnone`)).status).toBe(404);
          expect(await router.rows()).toEqual([]);
        },
      ),
    );
  });

  test("a model that only one server lists is discovered there", () =>
    withFakes({ a: { models: ["m"] }, b: { models: ["only-b"] } }, ({ a, b }) =>
      withRouter({ env: one(a), routes: `servers: { b: "${b.url}" }` }, async (router) => {
        await fetch(`${router.url}/v1/models`);
        const response = await router.post(path, chat({ model: "only-b" }));
        expect(response.headers.get("x-smolrouter-upstream")).toBe("b");
        expect((await router.row()).route).toBe("discovered");
        expect((await router.post(path, chat())).headers.get("x-smolrouter-upstream")).toBe(
          "default",
        );
      }),
    ));

  test("a server's own key opens its list; a client's is shown to the default upstream only when asked for", () =>
    withFakes({ a: { models: ["secret-m"] }, b: { models: ["n"] } }, ({ a, b }) => {
      const authorised = (request: { headers: readonly (readonly [string, string])[] }) =>
        new Headers(request.headers as [string, string][]).get("authorization");
      a.script((request) =>
        authorised(request) === "Bearer client" ? undefined : { kind: "status", status: 401 },
      );
      return withRouter(
        { env: one(a), routes: `servers: { b: { url: "${b.url}", api_key: own } }` },
        async (router) => {
          const ids = async (headers: Record<string, string>) => {
            const response = await fetch(`${router.url}/v1/models`, { headers });
            const { data } = (await response.json()) as { data: { id: string }[] };
            return data.map(({ id }) => id);
          };
          expect(await ids({})).toEqual(["n"]);
          expect(await ids({ authorization: "Bearer client" })).toEqual(["n", "secret-m"]);
          expect(await ids({})).toEqual(["n"]);
          const lists = b.requests().filter(({ path }) => path === "/v1/models");
          expect(lists.map(authorised)).toEqual(["Bearer own"]);
        },
      );
    }));
});

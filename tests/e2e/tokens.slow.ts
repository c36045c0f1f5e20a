// JWT_SECRET on real sockets: who may call, who is let into pages, and where the token never goes.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startRouter, type TestRouter, withRouter } from "../lab/start-router.ts";
import { badTokens, goodTokens, testSecret, tokenOf } from "../lab/tokens.ts";
import { withFakes } from "../lab/with-fakes.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";

const chat = { model: "m", messages: [{ role: "user", content: "hi" }] };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const cookie = (token: string) => ({ cookie: `smolrouter_token=${token}` });

let fake: FakeModel;
let router: TestRouter;
beforeAll(async () => {
  fake = await startFakeModel({ name: "a", models: ["m"] });
  router = await startRouter({ env: { DEFAULT_UPSTREAM: fake.url, JWT_SECRET: testSecret } });
});
afterAll(async () => {
  await router.stop();
  await fake.stop();
});

describe("calls", () => {
  test.each(Object.keys(goodTokens))("are taken with a token %s", async (name) => {
    const token = goodTokens[name]!();
    expect((await router.post("/v1/chat/completions", chat, bearer(token))).status).toBe(200);
    const headers = { "x-smolrouter-token": token };
    expect((await router.post("/api/chat", { ...chat, stream: false }, headers)).status).toBe(200);
  });

  test.each(Object.keys(badTokens))("are refused with a token %s", async (name) => {
    const token = badTokens[name]!();
    for (const headers of [bearer(token), { "x-smolrouter-token": token }]) {
      const response = await router.post("/v1/chat/completions", chat, headers);
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toStartWith("Bearer");
      expect(await response.json()).toMatchObject({ error: { code: "invalid_api_key" } });
    }
  });

  test.each<[string, string, string]>([
    ["POST", "/v1/chat/completions", "openai"],
    ["GET", "/v1/models", "openai"],
    ["GET", "/v1/models/m", "openai"],
    ["GET", "/v1/anything", "openai"],
    ["OPTIONS", "/v1/anything", "openai"],
    ["POST", "/api/chat", "ollama"],
    ["POST", "/api/chat/", "ollama"],
    ["POST", "/api/generate", "ollama"],
    ["GET", "/api/tags", "ollama"],
    ["GET", "/api/ps", "ollama"],
    ["GET", "/api/version", "ollama"],
  ])("%s %s without a token is refused in the form of its clients", async (method, path, form) => {
    const response = await fetch(router.url + path, { method });
    expect(response.status).toBe(401);
    const { error } = (await response.json()) as { error: unknown };
    expect(typeof error).toBe(form === "openai" ? "object" : "string");
  });

  test("are refused with the sign-in cookie alone, which pages of this origin could be made to send", async () => {
    const response = await router.post("/v1/chat/completions", chat, cookie(tokenOf()));
    expect(response.status).toBe(401);
  });

  test("that are refused leave no row", async () => {
    const before = (await router.rows()).length;
    await router.post("/v1/chat/completions", chat);
    expect(await router.rows()).toHaveLength(before);
  });
});

test("an upstream's own key passes beside a token, which itself goes no further", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url, JWT_SECRET: testSecret } }, async (own) => {
      const token = tokenOf();
      await own.post("/v1/chat/completions", chat, {
        authorization: "Bearer upstream-key",
        "x-smolrouter-token": token,
      });
      await own.post("/v1/chat/completions", chat, bearer(token));
      await own.post("/v1/chat/completions", chat, {
        ...bearer(token),
        "x-smolrouter-token": token,
        cookie: `smolrouter_token=${token}; theirs=1`,
      });
      const sent = a.calls().map(({ headers }) => new Headers(headers as [string, string][]));
      expect(sent.map((headers) => headers.get("authorization"))).toEqual([
        "Bearer upstream-key",
        null,
        null,
      ]);
      expect(sent[2]?.get("cookie")).toBe("theirs=1");
      expect((await own.rows()).map(({ auth_user }) => auth_user)).toEqual(["ada", "ada", "ada"]);
    }),
  ));

test("a token may stand where Anthropic's clients have their key, and goes no further from there", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url, JWT_SECRET: testSecret } }, async (own) => {
      const token = tokenOf();
      const call = async (headers: Record<string, string>) => {
        const { status } = await own.post("/v1/messages", chat, headers);
        const sent = a.requests().findLast(({ path }) => path === "/v1/messages");
        const of = new Headers((sent?.headers ?? []) as [string, string][]);
        return [status, of.get("authorization"), of.get("x-api-key")];
      };
      expect(await call({ "x-api-key": token })).toEqual([200, null, null]);
      expect(await call({ "x-api-key": token, authorization: "Bearer theirs" })).toEqual([
        200,
        "Bearer theirs",
        null,
      ]);
      expect(await call({ "x-api-key": "theirs", ...bearer(token) })).toEqual([
        200,
        null,
        "theirs",
      ]);
      const stale = tokenOf({ payload: { exp: 1 } });
      expect(await call({ "x-api-key": token, ...bearer(stale) })).toEqual([200, null, null]);
      expect((await own.post("/v1/messages", chat, { "x-api-key": `${token}x` })).status).toBe(401);
      expect(
        (await fetch(`${own.url}/v1/models`, { headers: { "x-api-key": token } })).status,
      ).toBe(200);
    }),
  ));

test("the log shows headers under the names they were sent with", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url, JWT_SECRET: testSecret } }, async (own) => {
      await own.post("/v1/chat/completions?api_key=k", chat, bearer(tokenOf()));
      const row = await own.row();
      expect(row.path).toBe("/v1/chat/completions?api_key=[redacted]");
      expect(row.request_headers).toContainEqual(["authorization", "[redacted]"]);
      expect(JSON.stringify(row.request_headers)).not.toContain("x-smolrouter-token");
      const page = await (await fetch(`${own.url}/request/${row.id}`)).text();
      expect(page).toContain("authorization: Bearer ");
    }),
  ));

test("without JWT_SECRET a client's Authorization is forwarded as it is", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (own) => {
      await own.post("/v1/chat/completions", chat, bearer("theirs"));
      expect(a.calls()[0]!.headers).toContainEqual(["authorization", "Bearer theirs"]);
    }),
  ));

test("rules may match the token's user", () =>
  withFakes({ a: {}, b: {} }, ({ a, b }) =>
    withRouter(
      {
        env: { DEFAULT_UPSTREAM: a.url, JWT_SECRET: testSecret },
        routes: `routes: [{ match: { user: ada }, route: { upstream: "${b.url}" } }]`,
      },
      async (own) => {
        await own.post("/v1/chat/completions", chat, bearer(tokenOf()));
        await own.post("/v1/chat/completions", chat, bearer(tokenOf({ payload: { sub: "bob" } })));
        expect([b.calls().length, a.calls().length]).toEqual([1, 1]);
      },
    ),
  ));

const pages = ["/", "/upstreams", "/routes", "/performance", "/request/x", "/thread/x", "/nowhere"];
const reads = [
  "/api/logs",
  "/api/logs/01a205b4-8eed-7758-a486-f2ad3d7b7496",
  "/api/stats",
  "/api/openapi.json",
  "/api/inflight",
  "/api/performance",
  "/api/upstreams",
  "/api/events",
  "/metrics",
];
const writes = ["/upstreams/check"];
const proxied = { "x-forwarded-for": "203.0.113.9" };

describe.each<["NONE" | "AUTH_WHEN_PROXIED" | "ALWAYS_AUTH", direct: number, proxied: number]>([
  ["NONE", 0, 0],
  ["AUTH_WHEN_PROXIED", 0, 403],
  ["ALWAYS_AUTH", 401, 401],
])("WEBUI_SECURITY=%s", (security, whenDirect, whenProxied) => {
  let own: TestRouter;
  beforeAll(async () => {
    own = await startRouter({ env: { WEBUI_SECURITY: security, JWT_SECRET: testSecret } });
  });
  afterAll(() => own.stop());

  const status = async (method: string, path: string, headers: Record<string, string>) => {
    const stop = new AbortController();
    const asked = { accept: "text/html", ...headers };
    const init = { method, headers: asked, redirect: "manual" as const, signal: stop.signal };
    const response = await fetch(own.url + path, init);
    stop.abort(); // event streams do not end by themselves
    return response.status;
  };
  const all = [...pages, ...reads].map((path) => ["GET", path] as const);

  test.each([...all, ...writes.map((path) => ["POST", path] as const)])(
    "%s %s",
    async (method, path) => {
      const bad = { authorization: `Bearer ${tokenOf({ secret: "another" })}` };
      const shown = [
        [{}, bad, cookie("x")],
        [bearer(tokenOf()), cookie(tokenOf())],
      ] as const;
      for (const [way, refused] of [
        [{}, whenDirect],
        [proxied, whenProxied],
      ] as const) {
        for (const headers of shown[0]) {
          const got = await status(method, path, { ...way, ...headers });
          if (refused === 0) expect([401, 403]).not.toContain(got);
          else expect(got).toBe(refused);
        }
        for (const headers of shown[1])
          expect([401, 403]).not.toContain(await status(method, path, { ...way, ...headers }));
      }
    },
  );

  test("health checks and what the sign-in page needs are open", async () => {
    for (const path of ["/healthz", "/readyz", "/login"])
      expect(await status("GET", path, proxied)).toBe(200);
  });

  test("a page's refusal is a page to sign in at, and leads back", async () => {
    if (whenProxied === 0) return;
    const response = await fetch(`${own.url}/request/7?x=1`, {
      headers: { ...proxied, accept: "text/html,*/*" },
    });
    expect(response.status).toBe(whenProxied);
    const html = await response.text();
    expect(html).toContain('action="/login"');
    expect(html).toContain('value="/request/7?x=1"');
  });
});

describe("signing in", () => {
  const form = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${router.url}/login`, {
      method: "POST",
      headers: { origin: router.url, ...headers },
      body: new URLSearchParams(fields),
      redirect: "manual",
    });

  test("with a token gives a cookie that no script reads and no other site makes a browser send", async () => {
    const exp = Math.floor(Date.now() / 1_000) + 3_600;
    const token = tokenOf({ payload: { exp } });
    const response = await form({ token: ` ${token} `, next: "/routes" });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/routes");
    const [pair, ...flags] = response.headers.get("set-cookie")!.split("; ");
    expect(pair).toBe(`smolrouter_token=${token}`);
    expect(flags).toEqual(expect.arrayContaining(["HttpOnly", "SameSite=Strict", "Path=/"]));
    const age = Number(/Max-Age=(\d+)/.exec(flags.join())?.[1]);
    expect(age).toBeWithin(3_590, 3_601);
    const signedIn = { cookie: pair!, ...proxied };
    expect((await fetch(`${router.url}/api/stats`, { headers: signedIn })).status).toBe(200);
    expect((await fetch(`${router.url}/api/stats`, { headers: proxied })).status).toBe(403);
  });

  test("over https gives a Secure one", async () => {
    const https = { origin: router.url.replace("http", "https") };
    const secure = await form({ token: tokenOf() }, https);
    expect(secure.headers.get("set-cookie")).toContain("; Secure");
    expect((await form({ token: tokenOf() })).headers.get("set-cookie")).not.toContain("Secure");
  });

  test.each(Object.keys(badTokens))("fails with a token %s, and sets nothing", async (name) => {
    const response = await form({ token: badTokens[name]!() });
    expect(response.status).toBe(401);
    expect(response.headers.get("set-cookie")).toBeNull();
  });

  test("leads nowhere but into this router", async () => {
    const response = await form({ token: tokenOf(), next: "//evil.example" });
    expect(response.headers.get("location")).toBe("/");
  });

  test("is not for other web pages", async () => {
    for (const origin of ["https://evil.example", "http://localhost:1", "null"])
      expect((await form({ token: tokenOf() }, { origin })).status).toBe(403);
  });

  test("out takes the cookie away", async () => {
    const response = await fetch(`${router.url}/logout`, {
      method: "POST",
      redirect: "manual",
    });
    expect(response.headers.get("set-cookie")).toMatch(/^smolrouter_token=;.*Max-Age=0/);
  });

  test("is not to be had without JWT_SECRET, and says so", () =>
    withRouter({}, async (own) => {
      const response = await fetch(`${own.url}/login`);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain("JWT_SECRET");
    }));

  test("shows what a stranger sent as text only", async () => {
    const response = await fetch(`${router.url}/login?next=/"><script>alert(1)</script>`);
    expect(await response.text()).not.toContain("<script>alert");
  });
});

test("a planted token is found in no file, log line, page, figure or upstream request", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter(
      { env: { DEFAULT_UPSTREAM: a.url, JWT_SECRET: testSecret, LOG_LEVEL: "debug" } },
      async (own) => {
        const token = tokenOf({ payload: { sub: "planted" } });
        const signature = token.split(".")[2]!;
        const body = { ...chat, stream: true };
        for (const headers of [
          bearer(token),
          { "x-smolrouter-token": token, authorization: "Bearer sk-planted-key" },
          { ...bearer(token), cookie: `smolrouter_token=${token}` },
          { ...bearer(token), "x-smolrouter-token": token, "x-api-key": "sk-planted-key" },
        ]) {
          await (await own.post("/v1/chat/completions?key=sk-planted-key", body, headers)).text();
          await (await own.post("/api/chat", body, headers)).text();
          await own.post("/v1/chat/completions", "{not json", headers);
          await fetch(`${own.url}/v1/models`, { headers });
        }
        await fetch(`${own.url}/v1/models`, { headers: bearer(`${token}x`) });
        const rows = await own.rows();
        const seen = [JSON.stringify(a.requests()), own.log.join("\n")];
        for (const path of ["/metrics", "/", "/api/logs", "/api/inflight"])
          seen.push(
            await (await fetch(own.url + path, { headers: { accept: "text/html" } })).text(),
          );
        for (const { id } of rows)
          for (const path of [`/request/${id}`, `/api/logs/${id}`])
            seen.push(await (await fetch(own.url + path)).text());
        for (const file of readdirSync(own.folder, { recursive: true, withFileTypes: true }))
          if (file.isFile()) seen.push(readFileSync(join(file.parentPath, file.name), "latin1"));
        expect(rows.length).toBeGreaterThanOrEqual(12);
        for (const text of seen) {
          expect(text).not.toContain(signature);
          expect(text).not.toContain(testSecret);
        }
        // The key is the upstream's, so it goes there, and is kept nowhere.
        expect(seen[0]).toContain("sk-planted-key");
        for (const text of seen.slice(1)) expect(text).not.toContain("sk-planted-key");
      },
    ),
  ));

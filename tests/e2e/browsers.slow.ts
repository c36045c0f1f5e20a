// Web pages and the running router: CORS answers, DNS rebinding, and what browsers are told to do with answers.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { hostname } from "node:os";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { startRouter, type TestRouter, withRouter } from "../lab/start-router.ts";
import { testSecret } from "../lab/tokens.ts";

const chat = { model: "m", messages: [{ role: "user", content: "hi" }] };
const site = "https://chat.example";

let fake: FakeModel;
let router: TestRouter;
beforeAll(async () => {
  fake = await startFakeModel({ name: "a", models: ["m"] });
  router = await startRouter({ env: { DEFAULT_UPSTREAM: fake.url, ALLOWED_ORIGINS: site } });
});
afterAll(async () => {
  await router.stop();
  await fake.stop();
});

const ask = (path: string, headers: Record<string, string>, method = "GET") =>
  fetch(router.url + path, { method, headers: { accept: "text/html", ...headers } });

describe("an allowed page", () => {
  test.each(["/v1/chat/completions", "/api/chat"])(
    "may call %s and read the answer",
    async (path) => {
      const preflight = await ask(
        path,
        {
          origin: site,
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization,content-type",
        },
        "OPTIONS",
      );
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get("access-control-allow-origin")).toBe(site);
      expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
      for (const stream of [false, true]) {
        const response = await router.post(path, { ...chat, stream }, { origin: site });
        expect(response.status).toBe(200);
        expect(response.headers.get("access-control-allow-origin")).toBe(site);
        expect(response.headers.get("access-control-allow-credentials")).toBeNull();
        expect(response.headers.get("access-control-expose-headers")).toContain("X-Request-Id");
        expect(response.headers.get("vary")).toContain("Origin");
        await response.text();
      }
    },
  );

  test("may read errors, too, the router's own and an upstream's", async () => {
    const bad = await router.post("/v1/chat/completions", "{", { origin: site });
    expect(bad.status).toBe(400);
    expect(bad.headers.get("access-control-allow-origin")).toBe(site);
    await withRouter({ env: { JWT_SECRET: testSecret, ALLOWED_ORIGINS: site } }, async (own) => {
      const refused = await own.post("/v1/chat/completions", chat, { origin: site });
      expect(refused.status).toBe(401);
      expect(refused.headers.get("access-control-allow-origin")).toBe(site);
    });
  });

  test("is answered a preflight before any token is asked for", () =>
    withRouter({ env: { JWT_SECRET: testSecret, ALLOWED_ORIGINS: site } }, async (own) => {
      const response = await fetch(`${own.url}/v1/models`, {
        method: "OPTIONS",
        headers: { origin: site, "access-control-request-method": "GET" },
      });
      expect(response.status).toBe(204);
    }));

  test("may not load pages or read API", async () => {
    for (const path of ["/", "/api/logs", "/api/events", "/metrics"]) {
      const response = await ask(path, { origin: site });
      expect(response.status).toBe(403);
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});

describe("a foreign page", () => {
  const evil = { origin: "https://evil.example" };
  test.each([
    ["GET", "/v1/models"],
    ["POST", "/v1/chat/completions"],
    ["OPTIONS", "/v1/chat/completions"],
    ["POST", "/api/chat"],
    ["GET", "/"],
    ["GET", "/api/logs"],
    ["POST", "/login"],
    ["POST", "/logout"],
    ["POST", "/upstreams/check"],
    ["GET", "/healthz"],
    ["GET", "/assets/x.css"],
    ["GET", "/nowhere"],
  ])("%s %s gets 403, no CORS, no row, and the variable's name", async (method, path) => {
    const before = (await router.rows()).length;
    const asked = fake.calls().length;
    const response = await ask(path, evil, method);
    expect(response.status).toBe(403);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(await response.text()).toContain("ALLOWED_ORIGINS");
    expect(await router.rows()).toHaveLength(before);
    expect(fake.calls()).toHaveLength(asked);
  });
});

describe("a name that anyone could point here (DNS rebinding)", () => {
  const rebound = { host: "evil.example:1234" };
  test.each(["/", "/request/x", "/api/logs", "/api/stats", "/api/events", "/metrics", "/login"])(
    "%s gets 403 and the variable's name",
    async (path) => {
      const response = await ask(path, rebound);
      expect(response.status).toBe(403);
      expect(await response.text()).toContain("ALLOWED_HOSTS=evil.example");
    },
  );

  test("the machine's own name and allowed ones are fine", () =>
    withRouter({ env: { ALLOWED_HOSTS: "router.lan" } }, async (own) => {
      for (const host of [hostname(), "router.lan:80", "localhost", "[::1]:1"])
        expect((await fetch(`${own.url}/api/stats`, { headers: { host } })).status).toBe(200);
    }));

  test("calls keep working under any name: clients are not browsers", async () => {
    expect((await ask("/v1/models", rebound)).status).toBe(200);
  });

  test("under ALWAYS_AUTH any name is fine, for it opens nothing", () =>
    withRouter({ env: { WEBUI_SECURITY: "ALWAYS_AUTH", JWT_SECRET: testSecret } }, async (own) => {
      const response = await fetch(`${own.url}/api/stats`, { headers: rebound });
      expect(response.status).toBe(401);
    }));
});

describe("by an answer's headers", () => {
  test.each(["/", "/request/x", "/routes", "/upstreams", "/login", "/api/logs", "/nowhere"])(
    "%s may run nothing foreign, be framed by nobody, loaded by no other site and guessed at by none",
    async (path) => {
      const { headers } = await ask(path, {});
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    },
  );

  test("an upstream's page is not the router's: it runs nothing, and signs nobody in or out", async () => {
    fake.script(() => ({
      kind: "status",
      status: 200,
      body: "<script>fetch('/api/logs')</script>",
      headers: {
        "content-type": "text/html",
        "set-cookie": "smolrouter_token=theirs; Path=/",
        "clear-site-data": '"cookies"',
        "content-security-policy": "default-src *",
        "access-control-allow-origin": "*",
      },
    }));
    const { headers } = await ask("/v1/page", {});
    fake.script([]);
    expect(headers.get("content-type")).toBe("text/html");
    expect(headers.get("content-security-policy")).toStartWith("sandbox;");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    for (const name of ["set-cookie", "clear-site-data", "access-control-allow-origin"])
      expect(headers.get(name)).toBeNull();
  });

  test("answers that no browser runs are left as they are", async () => {
    const response = await router.post("/v1/chat/completions", { ...chat, stream: true });
    expect(response.headers.get("content-security-policy")).toBeNull();
    await response.text();
  });
});

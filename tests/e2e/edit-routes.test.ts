// A change of the routes file by the page of a whole router: tried, refused, saved and in force.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { startRouter, type TestRouter, withRouter } from "../lab/start-router.ts";
import { testSecret, tokenOf } from "../lab/tokens.ts";
import { withFakes } from "../lab/with-fakes.ts";

const submit = (
  router: TestRouter,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
) =>
  fetch(`${router.url}/routes`, {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
    headers: { origin: router.url, accept: "text/html", ...headers },
  });

const open = async (router: TestRouter, headers: Readonly<Record<string, string>> = {}) =>
  (await fetch(`${router.url}/routes`, { headers })).text();

const hashIn = (html: string) => /name="hash" value="([0-9a-f]{64})"/.exec(html)?.[1] ?? "";

test("a change is tried against the calls of the day, saved over a real file, and in force", () =>
  withFakes({ a: {}, b: {} }, ({ a, b }) => {
    const routes = `servers: { a: { url: "${a.url}", api_key: sk-literal }, b: "${b.url}" }
aliases: { x: { instances: [a/m] } }\n`;
    return withRouter({ routes, env: { ROUTES_EDIT: "true" } }, async (router) => {
      await (await router.post("/v1/chat/completions", { model: "x", messages: [] })).text();
      await router.rows();
      const page = await open(router);
      expect(page).toContain("sk-literal");
      const hash = hashIn(page);
      const text = routes.replace("[a/m]", "[b/m]");
      const tried = await (await submit(router, { do: "try", text, hash })).text();
      expect(tried).toContain("alias:x: b/m");
      const path = join(router.folder, "routes.yaml");
      expect(readFileSync(path, "utf8")).toBe(routes);

      const saved = await submit(router, { do: "save", text, hash });
      expect(saved.status).toBe(303);
      expect(readFileSync(path, "utf8")).toBe(text);
      const copies = readdirSync(router.folder).filter((name) => name.endsWith(".bak"));
      expect(copies.map((name) => readFileSync(join(router.folder, name), "utf8"))).toEqual([
        routes,
      ]);
      const answer = await router.post("/v1/chat/completions", { model: "x", messages: [] });
      await answer.text();
      expect(answer.headers.get("x-smolrouter-upstream")).toBe("b");

      // What was opened is not what is there now.
      expect((await submit(router, { do: "save", text: routes, hash })).status).toBe(409);
      expect((await submit(router, { do: "save", text: "servers: []", hash })).status).toBe(422);
    });
  }));

test("without ROUTES_EDIT nobody saves, and keys in the file are not shown", () =>
  withRouter(
    { routes: 'servers: { a: { url: "http://a:1", api_key: sk-literal } }' },
    async (router) => {
      const page = await open(router);
      expect(page).not.toContain("sk-literal");
      expect(page).toContain("[redacted]");
      expect(hashIn(page)).toBe("");
      expect((await submit(router, { do: "save", text: "{}", hash: "none" })).status).toBe(403);
    },
  ));

test("where nobody can sign in, neither a proxy nor another site counts as this machine", () =>
  withRouter(
    {
      routes: 'servers: { a: { url: "http://a:1", api_key: sk-literal } }',
      env: { ROUTES_EDIT: "true", WEBUI_SECURITY: "NONE" },
    },
    async (router) => {
      const hash = hashIn(await open(router));
      expect(hash).not.toBe("");
      const fields = { do: "save", text: "{}", hash };
      const proxied = { "x-forwarded-for": "10.0.0.1" };
      expect(await open(router, proxied)).not.toContain("sk-literal");
      expect((await submit(router, fields, proxied)).status).toBe(403);
      expect((await submit(router, fields, { origin: "http://evil.example" })).status).toBe(403);
      expect((await submit(router, fields, { "sec-fetch-site": "cross-site" })).status).toBe(403);
    },
  ));

test("where there are tokens only whoever is signed in saves, from wherever", async () => {
  const router = await startRouter({
    routes: 'servers: { a: { url: "http://a:1", api_key: sk-literal } }',
    env: { ROUTES_EDIT: "true", WEBUI_SECURITY: "NONE", JWT_SECRET: testSecret },
  });
  try {
    expect(await open(router)).not.toContain("sk-literal");
    const bad = { cookie: "smolrouter_token=no.good.token" };
    expect(await open(router, bad)).not.toContain("sk-literal");
    const good = { cookie: `smolrouter_token=${tokenOf()}` };
    const page = await open(router, good);
    expect(page).toContain("sk-literal");
    const fields = { do: "save", text: "{}", hash: hashIn(page) };
    expect((await submit(router, fields)).status).toBe(403);
    expect((await submit(router, fields, bad)).status).toBe(403);
    expect((await submit(router, fields, good)).status).toBe(303);
    expect(readFileSync(join(router.folder, "routes.yaml"), "utf8")).toBe("{}");
  } finally {
    await router.stop();
  }
});

// Calls from the router's own page: the rules of pages let them in, and they are calls like any other.
import { expect, test } from "bun:test";
import type { LogDetail } from "../../src/ports/browse.ts";
import { startRouter, type TestRouter, withRouter } from "../lab/start-router.ts";
import { testSecret, tokenOf } from "../lab/tokens.ts";
import { withFakes } from "../lab/with-fakes.ts";

function form(fields: Readonly<Record<string, string | Blob>>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}

const tryIt = (
  router: TestRouter,
  path: "/try" | "/api/try",
  body: FormData,
  headers: Readonly<Record<string, string>> = {},
) =>
  fetch(router.url + path, {
    method: "POST",
    body,
    headers: { origin: router.url, accept: "text/html", ...headers },
  });

test("a try streams through alias and failover, and leaves a row like any client's call", () =>
  withFakes({ a: {}, b: {} }, ({ a, b }) => {
    const routes = `servers: { a: "${a.url}", b: "${b.url}" }
aliases: { x: { instances: [a/m, b/m] } }`;
    return withRouter({ routes }, async (router) => {
      a.script([{ kind: "status", status: 500 }]);
      const fields = { model: "x", system: "Be brief", prompt: "Hello", temperature: "0.5" };
      const response = await tryIt(router, "/api/try", form(fields));
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toStartWith("text/event-stream");
      expect(await response.text()).toContain("data: [DONE]");
      const row: LogDetail = await router.row();
      expect(row).toMatchObject({
        id: response.headers.get("x-request-id"),
        path: "/v1/chat/completions",
        user_agent: "smolrouter-try",
        route: "alias:x",
        upstream: "b",
        state: "completed",
        stream: true,
      });
      expect(JSON.parse(row.request_body ?? "")).toEqual({
        model: "x",
        messages: [
          { role: "system", content: "Be brief" },
          { role: "user", content: "Hello" },
        ],
        temperature: 0.5,
        stream: true,
        stream_options: { include_usage: true },
      });
    });
  }));

test("without a script the answer stands on the page that comes back, with its fields", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
      const png = new Blob([new Uint8Array([1, 2, 3])], { type: "image/png" });
      const fields = { model: "m", prompt: "</textarea><b>Hi", image: png };
      const response = await tryIt(router, "/try", form(fields));
      const page = await response.text();
      expect(response.status).toBe(200);
      const row = await router.row();
      expect(page).toContain(`href="/request/${row.id}"`);
      expect(page).toContain("&lt;/textarea>&lt;b>Hi".replaceAll(">", "&gt;"));
      expect(page).not.toContain("<b>Hi");
      expect(row.request_body).toContain("data:image/png;base64,AQID");
    }),
  ));

test("what is wrong with a field is said beside the form, and nothing is sent", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
      const fields = { model: "m", prompt: "a", temperature: "hot" };
      const response = await tryIt(router, "/try", form(fields));
      expect(response.status).toBe(422);
      expect(await response.text()).toContain("The temperature must be a number from 0 to 2.");
      const scripted = await tryIt(router, "/api/try", form({ prompt: "a" }));
      expect([scripted.status, await scripted.json()]).toEqual([422, { error: "Name a model." }]);
      const none = await tryIt(router, "/api/try", form({ model: "m" }), { "content-type": "x" });
      expect([none.status, await none.json()]).toEqual([400, { error: "this is not a form" }]);
      expect(await router.rows()).toEqual([]);
    }),
  ));

test("a logged request of any protocol opens for a change", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
      const messages = [{ role: "user", content: "Hello <world>" }];
      await (
        await router.post("/v1/messages", {
          model: "m",
          max_tokens: 77,
          system: "Be kind",
          messages,
        })
      ).text();
      const { id } = await router.row();
      const page = await (
        await fetch(`${router.url}/try?from=${id}`, { headers: { accept: "text/html" } })
      ).text();
      expect(page).toContain(">Hello &lt;world&gt;</textarea>");
      expect(page).toContain(">Be kind</textarea>");
      expect(page).toContain('name="max_tokens" value="77"');
      const shown = await (
        await fetch(`${router.url}/request/${id}`, { headers: { accept: "text/html" } })
      ).text();
      expect(shown).toContain(`href="/try?from=${id}"`);
      const missing = await fetch(`${router.url}/try?from=nobody`, {
        headers: { accept: "text/html" },
      });
      expect(missing.status).toBe(404);
      expect(await missing.text()).toContain("The log has no such request.");
    }),
  ));

test("a try ends upstream when its reader leaves", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
      a.script([{ kind: "stall", when: "mid-content" }]);
      const control = new AbortController();
      const response = await fetch(`${router.url}/api/try`, {
        method: "POST",
        body: form({ model: "m", prompt: "a" }),
        headers: { origin: router.url },
        signal: control.signal,
      });
      await response.body!.getReader().read();
      control.abort();
      for (;;) {
        const [row] = await router.rows();
        if (row !== undefined && row.state !== "inflight") {
          expect(row).toMatchObject({ state: "cancelled", status_code: 499 });
          break;
        }
        await Bun.sleep(10);
      }
    }),
  ));

test("with tokens a try is of whoever is signed in, and no other page's", async () => {
  await withFakes({ a: {}, b: {} }, async ({ a, b }) => {
    const router = await startRouter({
      env: {
        JWT_SECRET: testSecret,
        WEBUI_SECURITY: "ALWAYS_AUTH",
        DEFAULT_UPSTREAM: a.url,
      },
      routes: `servers: { b: "${b.url}" }
routes: [{ match: { user: mara }, route: { upstream: b } }]`,
    });
    const cookie = `smolrouter_token=${tokenOf({ payload: { sub: "mara" } })}`;
    const fields = form({ model: "m", prompt: "a" });
    expect((await tryIt(router, "/api/try", fields)).status).toBe(401);
    const foreign = { cookie, origin: "http://evil.example" };
    expect((await tryIt(router, "/api/try", fields, foreign)).status).toBe(403);
    const response = await tryIt(router, "/api/try", fields, { cookie });
    expect([response.status, response.headers.get("x-smolrouter-upstream")]).toEqual([200, "b"]);
    await response.text();
    const list = await fetch(`${router.url}/api/logs`, { headers: { cookie } });
    const { logs } = (await list.json()) as { logs: { auth_user: string; id: string }[] };
    expect(logs.map(({ auth_user: who }) => who)).toEqual(["mara"]);
    const detail = await fetch(`${router.url}/api/logs/${logs[0]!.id}`, { headers: { cookie } });
    expect(await detail.text()).not.toContain("smolrouter_token");
    await router.stop();
  });
});

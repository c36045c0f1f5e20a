// Pages and read API as the running router serves them.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

let fake: FakeModel;
let router: TestRouter;
beforeAll(async () => {
  fake = await startFakeModel({ name: "a", models: ["m"] });
  router = await startRouter({ env: { DEFAULT_UPSTREAM: fake.url } });
  await router.post("/v1/chat/completions?key=s3cret", {
    model: "m",
    messages: [{ role: "user", content: "remember <b>me</b>" }],
  });
});
afterAll(async () => {
  await router.stop();
  await fake.stop();
});

test("the dashboard shows the request, and its page the conversation", async () => {
  const [row] = await router.rows();
  const dashboard = await (await fetch(router.url, { headers: { accept: "text/html" } })).text();
  expect(dashboard).toContain(`/request/${row!.id}`);
  const page = await (await fetch(`${router.url}/request/${row!.id}`)).text();
  expect(page).toContain("remember &lt;b");
  expect(page).not.toContain("<b>me");
  expect(page).not.toContain("s3cret");
});

test("figures count what happened", async () => {
  expect(await router.stats()).toMatchObject({
    total: { requests: 1, errors: 0 },
    inflight: 0,
    dropped_rows: { queue_full: 0, write_failed: 0 },
  });
});

describe("a request that came through a proxy sees neither pages nor read API", () => {
  test.each(["/", "/api/logs", "/api/stats", "/request/01a205b4-8eed-7758-a486-f2ad3d7b7496"])(
    "%s",
    async (path) => {
      const response = await fetch(router.url + path, {
        headers: { "x-forwarded-for": "1.2.3.4", accept: "text/html" },
      });
      expect(response.status).toBe(403);
      expect(await response.text()).toContain("WEBUI_SECURITY");
    },
  );

  test("/v1 and /healthz stay open to it", async () => {
    const headers = { "x-forwarded-for": "1.2.3.4" };
    expect((await fetch(`${router.url}/healthz`, { headers })).status).toBe(200);
    expect((await fetch(`${router.url}/v1/models`, { headers })).status).toBe(200);
  });
});

test("an unknown path is a 404 that names it", async () => {
  const response = await fetch(`${router.url}/nowhere`);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ error: "nothing is served at /nowhere" });
});

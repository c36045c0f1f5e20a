// A logged request sent once more through the whole router.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { headerValue } from "../../src/domain/http/headers.ts";
import type { LogDetail } from "../../src/ports/browse.ts";
import { until } from "../lab/live-view.ts";
import { type TestRouter, withRouter } from "../lab/start-router.ts";
import { withTempFolder } from "../lab/temp-folder.ts";
import { withFakes } from "../lab/with-fakes.ts";

const path = "/v1/chat/completions";
const messages = [{ role: "user", content: "hi" }];

async function again(
  router: TestRouter,
  id: string,
  form: Record<string, string>,
): Promise<string> {
  // A client may have all of an answer before the call has ended.
  await ended(router, id);
  const response = await fetch(`${router.url}/request/${id}/again`, {
    method: "POST",
    body: new URLSearchParams(form),
    headers: { origin: router.url },
    redirect: "manual",
  });
  expect(response.status).toBe(303);
  return (response.headers.get("location") ?? "").replace("/request/", "");
}

/** The row of a call that nobody waits for, once it is there and has ended. */
async function ended(router: TestRouter, id: string): Promise<LogDetail> {
  const found: LogDetail[] = [];
  await until(async () => {
    const response = await fetch(`${router.url}/api/logs/${id}`);
    const row = (await response.json()) as LogDetail;
    if (response.status !== 200 || row.state === "inflight") return false;
    found.push(row);
    return true;
  });
  return found[0]!;
}

test("it goes to another model with the server's own key, streams to its end, and both rows are linked", () =>
  withFakes({ a: {}, b: { models: ["other"] } }, ({ a, b }) =>
    withRouter(
      {
        env: { DEFAULT_UPSTREAM: a.url },
        routes: `servers: { own: { url: "${b.url}", api_key: sk-own } }`,
      },
      async (router) => {
        const headers = { authorization: "Bearer sk-client" };
        await (await router.post(path, { model: "m", messages, stream: true }, headers)).text();
        const first = await router.row();
        const id = await again(router, first.id, { model: "own/other" });
        const row = await ended(router, id);
        expect(row).toMatchObject({
          state: "completed",
          status_code: 200,
          original_model: "own/other",
          upstream: "own",
          stream: true,
        });
        expect(row.resent_from).toBe(first.id);
        expect(first.resent_from).toBeNull();
        const [call] = b.calls();
        expect(headerValue(call!.headers, "authorization")).toBe("Bearer sk-own");
        const repeats = await fetch(`${router.url}/api/logs?resent_from=${first.id}`);
        expect(await repeats.json()).toMatchObject({ logs: [{ id }], next: null });
        expect(row.response_body).toContain("[DONE]");
        const page = await (await fetch(`${router.url}/request/${first.id}`)).text();
        expect(page).toContain(`/request/${id}`);
      },
    ),
  ));

test("the link between a request and its repeat outlives the process", () =>
  withFakes({ a: {} }, ({ a }) =>
    withTempFolder(async (folder) => {
      const env = { DEFAULT_UPSTREAM: a.url, DB_PATH: join(folder, "kept.db") };
      const [first, id] = await withRouter({ env }, async (router) => {
        await (await router.post(path, { model: "m", messages })).text();
        const row = await router.row();
        return [row.id, (await ended(router, await again(router, row.id, {}))).id] as const;
      });
      await withRouter({ env }, async (router) => {
        const page = async (of: string) => (await fetch(`${router.url}/request/${of}`)).text();
        expect(await page(first)).toContain(`/request/${id}`);
        expect(await page(id)).toContain(`/request/${first}`);
      });
    }),
  ));

test("no client can claim that its call repeats another", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
      const claim = "0195a2c4-0000-7000-8000-000000000001";
      const headers = { "x-smolrouter-resent": claim, "resent-from": claim };
      await (await router.post(path, { model: "m", messages, resent_from: claim }, headers)).text();
      expect((await router.row()).resent_from).toBeNull();
    }),
  ));

test("a key given for this send reaches the upstream and nothing else", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
      const headers = { authorization: "Bearer sk-client" };
      await (await router.post(path, { model: "m", messages }, headers)).text();
      const first = await router.row();
      const row = await ended(router, await again(router, first.id, { key: "sk-once" }));
      expect(headerValue(a.calls()[1]!.headers, "authorization")).toBe("Bearer sk-once");
      expect(a.calls()[1]?.body).toEqual(a.calls()[0]!.body);
      expect(JSON.stringify(row)).not.toContain("sk-once");
      expect(router.log.join()).not.toContain("sk-once");
    }),
  ));

test("without one the client's redacted key is not made up", () =>
  withFakes({ a: {} }, ({ a }) =>
    withRouter({ env: { DEFAULT_UPSTREAM: a.url } }, async (router) => {
      const headers = { authorization: "Bearer sk-client" };
      await (await router.post(path, { model: "m", messages }, headers)).text();
      const first = await router.row();
      await ended(router, await again(router, first.id, {}));
      expect(headerValue(a.calls()[1]!.headers, "authorization")).toBeNull();
    }),
  ));

// Alerts of a whole router, to a receiver on a socket of its own.
import { expect, test } from "bun:test";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { AlertMessage } from "../../src/ports/alerts.ts";
import { withRouter } from "../lab/start-router.ts";

test("calls that fail are told to the webhook, once, and every page's title carries a mark", async () => {
  const model = await startFakeModel({ name: "a", models: ["m"] });
  const gone = model.url;
  await model.stop();
  const got: AlertMessage[] = [];
  const first = Promise.withResolvers<void>();
  const receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      got.push((await request.json()) as AlertMessage);
      first.resolve();
      return new Response(null, { status: 204 });
    },
  });
  const webhook = `http://127.0.0.1:${receiver.port}/hook/s3cret-topic`;
  await withRouter({ env: { DEFAULT_UPSTREAM: gone, ALERT_WEBHOOK: webhook } }, async (router) => {
    const html = { accept: "text/html" };
    const pageText = async (path: string) =>
      (await fetch(router.url + path, { headers: html })).text();
    expect(await pageText("/")).toContain("<title>Dashboard · SmolRouter</title>");
    for (let call = 0; call < 20; call++)
      expect((await router.post("/v1/chat/completions", { model: "m", messages: [] })).status).toBe(
        502,
      );
    await first.promise;
    const { what, url, title } = got[0]!;
    expect({ what, url, title }).toEqual({
      what: "errors",
      url: `${router.url}/?state=failed`,
      title: "20 of 20 calls failed",
    });
    for (const [path, name] of [
      ["/", "Dashboard"],
      ["/upstreams", "Upstreams"],
    ] as const) {
      const text = await pageText(path);
      expect(text).toContain(`<title>⚠ ${name} · SmolRouter</title>`);
      expect(text).toContain("Many calls have failed within the last five minutes.");
      expect(text).not.toContain("s3cret-topic");
    }
    expect(await pageText("/readyz")).toContain("Many calls have failed");
    expect(got).toHaveLength(1);
    expect(router.log.join()).not.toContain("s3cret-topic");
  });
  await receiver.stop(true);
}, 60_000);

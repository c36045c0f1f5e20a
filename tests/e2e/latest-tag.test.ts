// `name:latest` on every way a client can name a model (https://github.com/home-assistant/core/issues/170940).
import { expect, test } from "bun:test";
import { withFakes } from "../lab/with-fakes.ts";
import { withRouter } from "../lab/start-router.ts";

test("a name with the tag `latest` means the same model wherever a client writes it", () =>
  withFakes(
    { v1: { kind: "openai" }, box: { models: ["kept:latest"] }, home: {} },
    async ({ v1, box, home }) => {
      const routes = `
servers:
  v1: "${v1.url}"
  box: { url: "${box.url}", type: ollama }
aliases:
  both: { instances: [v1/m, box/kept] }
  boxed: { instances: [box/kept] }
`;
      await withRouter({ env: { DEFAULT_UPSTREAM: home.url }, routes }, async (router) => {
        const messages = [{ role: "user", content: "Hello" }];
        for (const path of ["/api/chat", "/v1/chat/completions", "/v1/responses"]) {
          const answer = await router.post(path, {
            model: "both:latest",
            messages,
            input: "Hello",
          });
          expect([path, answer.headers.get("x-smolrouter-upstream")]).toEqual([path, "v1"]);
          expect(answer.headers.get("x-smolrouter-model")).toBe("m");
        }
        const form = new FormData();
        form.set("model", "both:latest");
        form.set("file", new Blob(["sound"]), "a.wav");
        await fetch(`${router.url}/v1/audio/transcriptions`, { method: "POST", body: form });
        expect(new TextDecoder().decode(v1.calls().at(-1)?.body)).toContain("\r\n\r\nm\r\n");

        const shown = await router.post("/api/show", { model: "both:latest" });
        expect(shown.status).toBe(200);
        await router.post("/api/show", { model: "boxed:latest" });
        const sentTo = (path: string) =>
          box.requests().findLast((request) => request.path === path)?.json;
        expect(sentTo("/api/show")).toEqual({ model: "kept" });
        await router.post("/api/copy", { source: "boxed:latest", destination: "copy" });
        expect(sentTo("/api/copy")).toEqual({ source: "kept", destination: "copy" });
        const one = await fetch(`${router.url}/v1/models/both:latest`);
        expect(await one.json()).toMatchObject({ id: "both" });
        expect(home.calls()).toEqual([]);
      });
    },
  ));

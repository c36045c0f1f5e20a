// Base URLs as every SDK takes them, whether they end in /v1 or in a path of their own.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";
import { completion, saysWhole } from "../lab/sayings.ts";

/** Paths of base URLs, and where a call to /v1/chat/completions goes. */
const bases = {
  none: ["", "/v1/chat/completions"],
  slash: ["/", "/v1/chat/completions"],
  v1: ["/v1", "/v1/chat/completions"],
  "v1-slash": ["/v1/", "/v1/chat/completions"],
  "below-v1": ["/openai/v1", "/openai/v1/chat/completions"],
  gemini: ["/v1beta/openai/", "/v1beta/openai/chat/completions"],
  "gemini-bare": ["/v1beta/openai", "/v1beta/openai/chat/completions"],
  zhipu: ["/api/paas/v4", "/api/paas/v4/chat/completions"],
  volcano: ["/api/v3/", "/api/v3/chat/completions"],
} as const;

let fake: FakeModel;
let router: TestRouter;
beforeAll(async () => {
  fake = await startFakeModel({ name: "any", models: ["m"], keepRequests: true });
  fake.script(({ method, target }) => {
    if (method === "GET")
      return saysWhole({
        object: "list",
        data: [{ id: `listed${target.replaceAll("/", "-")}`, object: "model" }],
      });
    return saysWhole(completion({ content: target }));
  });
  const servers = Object.entries(bases).map(([name, [path]]) => `  ${name}: "${fake.url}${path}"`);
  router = await startRouter({
    env: { DEFAULT_UPSTREAM: `${fake.url}/by/default/` },
    routes: `servers:\n${servers.join("\n")}\nroutes:\n  - match: { model: by-url }\n    route: { upstream: "${fake.url}/rule/base" }\n`,
  });
});
afterAll(async () => {
  await router.stop();
  await fake.stop();
});

const post = async (path: string, body: object): Promise<string | undefined> => {
  const answer = await router.post(path, body);
  await answer.arrayBuffer();
  expect(answer.status).toBeLessThan(500);
  return fake.requests().findLast(({ method }) => method === "POST")?.target;
};

// https://github.com/QuantumNous/new-api/issues/853
describe.each(Object.entries(bases))("a base URL like %s", (name, [, target]) => {
  test("gets the calls where an SDK would send them", async () => {
    const model = `${name}/m`;
    expect(await post("/v1/chat/completions", { model, messages: [] })).toBe(target);
    expect(await post("/v1/chat/completions?x=1", { model, messages: [] })).toBe(`${target}?x=1`);
    expect(await post("/v1/embeddings", { model, input: "hi" })).toBe(
      target.replace("chat/completions", "embeddings"),
    );
    expect(await post("/v1/responses", { model, input: "hi" })).toBe(
      target.replace("chat/completions", "responses"),
    );
    expect(await post("/v1/audio/speech", { model, input: "hi" })).toBe(
      target.replace("chat/completions", "audio/speech"),
    );
    expect(await post("/api/chat", { model, messages: [{ role: "user", content: "hi" }] })).toBe(
      target,
    );
  });

  test("is asked for its models there, too", async () => {
    await (await fetch(`${router.url}/v1/models`)).arrayBuffer();
    const list = target.replace("chat/completions", "models");
    const { target: asked } = await fake.waitForRequest(
      (request) => request.method === "GET" && request.target === list,
    );
    expect(asked).toBe(list);
  });
});

test("the default upstream and a rule's URL are read in the same way", async () => {
  expect(await post("/v1/chat/completions", { model: "nobody-knows", messages: [] })).toBe(
    "/by/default/chat/completions",
  );
  expect(await post("/v1/chat/completions", { model: "by-url", messages: [] })).toBe(
    "/rule/base/chat/completions",
  );
});

test.each([
  "/v1/chat/completions",
  "/chat/completions/",
  "/v1/messages",
  "/v1/responses",
  "/v1/completions",
  "/v1/embeddings",
])(
  "a URL that ends in %s names an endpoint, and is refused with what would be right",
  async (path) => {
    const started = startRouter({ routes: `servers:\n  bad: "http://host.example:8000${path}"\n` });
    const refused = await started.then(
      (other) => other.stop().then(() => "started"),
      (error: unknown) => String(error),
    );
    expect(refused).toContain("routes.yaml:2:");
    expect(refused).toContain("host.example:8000");
    expect(refused).not.toBe("started");
  },
);

test("so is Ollama's /api on its port", async () => {
  const refused = await startRouter({
    routes: 'servers:\n  bad: { url: "http://host.example:11434/api", type: ollama }\n',
  }).then(
    (other) => other.stop().then(() => "started"),
    (error: unknown) => String(error),
  );
  expect(refused).toContain("11434");
  expect(refused).not.toBe("started");
});

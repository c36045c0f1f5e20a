// JSON that nests 50,000 deep, from clients and from models: answered at once, in words, and nothing stays behind.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { until } from "../lab/live-view.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { says, saysWhole } from "../lab/sayings.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

let model: FakeModel;
let router: TestRouter;
beforeAll(async () => {
  model = await startFakeModel({ name: "s", models: ["m"] });
  router = await startRouter({
    routes: `servers: { s: { url: "${model.url}", max_concurrency: 1, max_queue: 0 } }`,
  });
});
afterEach(() => model.reset());
afterAll(async () => {
  await Promise.all([model.stop(), router.stop()]);
});

const depth = 50_000;
const deep = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const messages = [{ role: "user", content: "hi" }];

/** A line of its own server: with a permit lost, 503 at once. */
async function theServerIsFree(): Promise<void> {
  const response = await router.post("/api/chat", { model: "s/m", stream: false, messages });
  expect(response.status).toBe(200);
}

test.each([
  ["/api/chat", `{"model":"s/m","messages":[],"tools":[${deep}]}`],
  ["/api/generate", `{"model":"s/m","prompt":"hi","format":${deep}}`],
  ["/v1/chat/completions", `{"model":"s/m","messages":[],"tools":[${deep}]}`],
  ["/v1/messages", `{"model":"s/m","messages":[],"metadata":${deep}}`],
])("a request that nests 50,000 deep gets a 400 that names the bound: %s", async (path, body) => {
  const response = await router.post(path, body);
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("nests arrays and objects deeper than 1000 levels");
  await theServerIsFree();
});

const call = (text: string) => ({
  id: "c",
  type: "function",
  function: { name: "f", arguments: text },
});
const wholeWith = (text: string) =>
  `{"choices":[{"index":0,"finish_reason":"tool_calls","message":${JSON.stringify({ role: "assistant", content: "", tool_calls: [call(text)] })}}]}`;
const eventWith = (choice: object) => `data: ${JSON.stringify({ choices: [choice] })}\n\n`;
describe("a model whose tool arguments nest 50,000 deep", () => {
  test("has them passed on as text in a translated answer", async () => {
    model.script([saysWhole(wholeWith(deep))]);
    const response = await router.post("/api/chat", { model: "s/m", stream: false, messages });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(JSON.stringify(deep).slice(1, 200));
    await theServerIsFree();
  });

  test("has them passed on as text in a translated stream", async () => {
    const delta = { tool_calls: [{ index: 0, ...call(deep) }] };
    model.script([
      says(
        {},
        `${eventWith({ index: 0, delta })}${eventWith({ index: 0, delta: {}, finish_reason: "tool_calls" })}data: [DONE]\n\n`,
      ),
    ]);
    const response = await router.post("/api/chat", { model: "s/m", messages });
    const text = await response.text();
    expect(text).toContain('"done":true');
    expect(text).toContain(JSON.stringify(deep).slice(1, 200));
    await theServerIsFree();
  });

  test("has them untouched where nothing is translated", async () => {
    model.script([saysWhole(wholeWith(deep))]);
    const response = await router.post("/v1/chat/completions", { model: "s/m", messages });
    expect(await response.text()).toBe(wholeWith(deep));
    await theServerIsFree();
  });
});

test.each(["/v1/chat/completions", "/api/chat"])(
  "an answer that itself nests 50,000 deep is a failure in words: %s",
  async (path) => {
    model.script([saysWhole(`{"choices":[],"x":${deep}}`)]);
    const response = await router.post(path, { model: "s/m", stream: false, messages });
    expect((await router.rows())[0]).toMatchObject({ state: "failed" });
    await response.arrayBuffer();
    await theServerIsFree();
  },
);

test("a client that leaves while its request is read leaves one row, cancelled", async () => {
  const upload = await rawRequest(router.url, {
    path: "/v1/chat/completions?left",
    body: '{"model":"s/m"',
    headers: { "Content-Length": "100000" },
  });
  upload.leave("reset");
  const left = async () => (await router.rows()).filter(({ path }) => path.endsWith("?left"));
  await until(async () => (await left()).length > 0);
  expect(await left()).toMatchObject([{ state: "cancelled", status_code: 499, attempts: [] }]);
});

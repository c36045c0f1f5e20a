// Cleaners in the running router: what they change, for whom, and what the log keeps.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { LogDetail } from "../../src/ports/browse.ts";
import { ndjsonValues, sseValues } from "../lab/split-events.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

let fake: FakeModel;
/** A server of its own: a default upstream at its address would be it, with its settings. */
let box: FakeModel;
let router: TestRouter;
beforeAll(async () => {
  const models = ["think-m", "json-m", "m"];
  [fake, box] = await Promise.all([
    startFakeModel({ name: "a", models }),
    startFakeModel({ name: "a", models }),
  ]);
  router = await startRouter({
    env: { DEFAULT_UPSTREAM: fake.url },
    routes: `
servers:
  box: { url: "${box.url}", type: ollama, strip_thinking: keep }
aliases:
  mover: { instances: ["box/think-m"], strip_thinking: move }
  plain: { instances: [{ server: box, model: json-m, strip_json_markdown: true }] }
  hinted: { instances: ["box/m"], disable_thinking: true }
`,
  });
});
afterAll(async () => {
  await router.stop();
  await Promise.all([fake.stop(), box.stop()]);
});

const path = "/v1/chat/completions";
const messages = [{ role: "user", content: "Hello there" }];

/** Content and reasoning of an answer, plain and streamed; the two have to agree. */
async function answer(model: string, headers: Record<string, string> = {}) {
  const plain = await (await router.post(path, { model, messages }, headers)).json();
  const stream = await (await router.post(path, { model, messages, stream: true }, headers)).text();
  const { message } = (plain as { choices: { message: Record<string, string> }[] }).choices[0]!;
  const said = (key: string) =>
    sseValues(stream)
      .map((event) => (event.choices[0]?.delta[key] as string | undefined) ?? "")
      .join("");
  expect(said("content")).toBe(message["content"]!);
  expect(said("reasoning_content")).toBe(message["reasoning_content"] ?? "");
  return { content: message["content"]!, reasoning: message["reasoning_content"] ?? "" };
}

test("by default thinking is stripped", async () => {
  const { content, reasoning } = await answer("think-m");
  expect(content).toStartWith("Hello");
  expect(reasoning).toBe("");
});

describe("the closest setting wins", () => {
  test.each<[string, string, Record<string, string>, boolean, boolean]>([
    ["a server's", "box/think-m", {}, true, false],
    ["an alias's over its server's", "mover", {}, false, true],
    ["the request's over all", "mover", { "x-smolrouter-thinking": "keep" }, true, false],
    [
      "the request's over the environment's",
      "think-m",
      { "x-smolrouter-thinking": "move" },
      false,
      true,
    ],
  ])("%s", async (_name, model, headers, kept, moved) => {
    const { content, reasoning } = await answer(model, headers);
    expect(content.includes("<think>")).toBe(kept);
    expect(reasoning !== "").toBe(moved);
  });

  test("the header is not forwarded", () => {
    for (const { headers } of [...fake.calls(), ...box.calls()])
      expect(headers.map(([name]) => name)).not.toContain("x-smolrouter-thinking");
  });
});

test("fenced JSON is unwrapped where asked, and only there", async () => {
  expect((await answer("json-m")).content).toStartWith("```json");
  expect(JSON.parse((await answer("plain")).content)).toBeObject();
});

test("/no_think goes to the last user message, and nothing else changes", async () => {
  const body = `{ "model": "hinted", "messages": [{"role":"user","content":"Hi"}], "seed": 1.0 }`;
  await router.post(path, body);
  expect(new TextDecoder().decode(box.calls().at(-1)!.body)).toBe(
    `{ "model": "m", "messages": [{"role":"user","content":"Hi /no_think"}], "seed": 1.0 }`,
  );
});

test("Ollama's answers are cleaned alike, plain and streamed", async () => {
  const ask = { model: "mover", messages };
  const plain = (await (await router.post("/api/chat", { ...ask, stream: false })).json()) as {
    message: { content: string; thinking: string };
  };
  const lines = ndjsonValues(await (await router.post("/api/chat", ask)).text());
  const said = (key: string) => lines.map((line) => line.message[key] ?? "").join("");
  expect(plain.message.content).toStartWith("Hello");
  expect(plain.message.thinking).not.toBe("");
  expect(said("content")).toBe(plain.message.content);
  expect(said("thinking")).toBe(plain.message.thinking);
});

test("an answer with nothing to clean arrives byte for byte", async () => {
  const ask = JSON.stringify({ model: "m", messages, stream: true });
  const direct = await (await fetch(fake.url + path, { method: "POST", body: ask })).text();
  expect(await (await router.post(path, ask)).text()).toBe(direct);
});

test("the log keeps the raw answer beside the one the client got, where they differ", async () => {
  const rowOf = async (response: Response) => {
    const body = await response.text();
    await router.rows();
    const id = response.headers.get("x-request-id")!;
    const detail = await (await fetch(`${router.url}/api/logs/${id}`)).json();
    return { body, detail: detail as LogDetail };
  };
  for (const stream of [false, true]) {
    const cleaned = await rowOf(await router.post(path, { model: "think-m", messages, stream }));
    expect(cleaned.detail.response_body).toContain("<think>");
    expect(cleaned.detail.response_body_clean).toBe(cleaned.body);
    const same = await rowOf(await router.post(path, { model: "m", messages, stream }));
    expect(same.detail.response_body).toBe(same.body);
    expect(same.detail).not.toHaveProperty("response_body_clean");
  }
});

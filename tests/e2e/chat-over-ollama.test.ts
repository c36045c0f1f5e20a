// The openai package before Ollama: natively, and through its own API where that is to be asked.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { type JsonRecord, textMember } from "../../src/domain/bytes/json.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

let ollama: FakeModel;
/** It has no `/v1`, as before 2024, or behind a proxy that lets `/api` through only. */
let bare: FakeModel;
let router: TestRouter;
let openai: OpenAI;

beforeAll(async () => {
  ollama = await startFakeModel({ name: "ollama", models: ["m", "think-m", "parallel-m"] });
  bare = await startFakeModel({ name: "bare", models: ["m"], kind: "ollama" });
  router = await startRouter({
    routes: `
servers:
  plain: { url: "${ollama.url}", type: ollama }
  bare: { url: "${bare.url}", type: ollama }
  own: { url: "${ollama.url}", type: ollama, speaks: { chat: translate } }
`,
  });
  openai = new OpenAI({ baseURL: `${router.url}/v1`, apiKey: "k", maxRetries: 0 });
});
afterAll(async () => {
  await router.stop();
  await Promise.all([ollama.stop(), bare.stop()]);
});

const hi = { role: "user" as const, content: "Hello there" };
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

const lastPath = () => ollama.calls().at(-1)?.path;
const lastSent = () => ollama.calls().at(-1)?.json as JsonRecord;

test("a chat is asked as it comes", async () => {
  await openai.chat.completions.create({ model: "plain/m", messages: [hi] });
  expect(lastPath()).toBe("/v1/chat/completions");
});

test("a chat is translated where there is nothing under /v1", async () => {
  const asked = { model: "bare/m", messages: [hi] };
  const { data, response } = await openai.chat.completions.create(asked).withResponse();
  expect(data.choices[0]?.message.content).toContain("m on bare");
  expect(response.headers.get("x-smolrouter-attempts")).toBe("1");
  await openai.chat.completions.create(asked);
  const paths = bare.requests().flatMap(({ method, path }) => (method === "POST" ? path : []));
  expect(paths).toEqual(["/v1/chat/completions", "/api/chat", "/api/chat"]);
});

describe("where its own API is to be asked", () => {
  test("plain and streamed answers read the same, thinking included", async () => {
    const asked = {
      model: "own/think-m",
      messages: [{ role: "developer" as const, content: "Be brief." }, hi],
      reasoning_effort: "low" as const,
      seed: 7,
      max_completion_tokens: 50,
    };
    const plain = await openai.chat.completions.create(asked);
    const [choice] = plain.choices;
    expect(lastPath()).toBe("/api/chat");
    expect(lastSent()).toMatchObject({
      think: "low",
      options: { num_predict: 50, seed: 7 },
      messages: [{ role: "system", content: "Be brief." }, hi],
    });
    expect(choice).toMatchObject({ finish_reason: "stop" });
    expect(plain.usage?.completion_tokens).toBeGreaterThan(0);
    const stream = await openai.chat.completions.create({
      ...asked,
      stream: true,
      stream_options: { include_usage: true },
    });
    let said = "";
    let thought = "";
    let counted: unknown = null;
    for await (const { choices, usage } of stream) {
      const delta = (choices[0]?.delta ?? {}) as JsonRecord;
      said += textMember(delta, "content") ?? "";
      thought += textMember(delta, "reasoning_content") ?? "";
      counted = usage ?? counted;
    }
    expect<unknown>(choice?.message).toMatchObject({ content: said, reasoning_content: thought });
    expect(thought).not.toBe("");
    expect(counted).toEqual(plain.usage);
  });

  test("tools run side by side, a picture is seen, an answer keeps to a schema", async () => {
    const tools = ["weather", "time"].map((name) => ({
      type: "function" as const,
      function: { name, parameters },
    }));
    const asked = { model: "own/parallel-m", messages: [hi], tools };
    const { choices } = await openai.chat.completions.create(asked);
    const calls = choices[0]?.message.tool_calls ?? [];
    expect(calls).toHaveLength(2);
    const results = calls.map(({ id }, at) => ({
      role: "tool" as const,
      tool_call_id: id,
      content: `result ${at}`,
    }));
    await openai.chat.completions.create({
      ...asked,
      messages: [hi, choices[0]!.message, ...results],
    });
    expect(lastSent()["messages"]).toMatchObject([
      hi,
      { role: "assistant", tool_calls: [{ function: { name: "weather" } }, {}] },
      { role: "tool", content: "result 0", tool_name: "weather" },
      { role: "tool", content: "result 1", tool_name: "time" },
    ]);
    const url = "data:image/png;base64,iVBORw0KGgo=";
    const seen = await openai.chat.completions.create({
      model: "own/m",
      messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }],
    });
    expect(seen.choices[0]?.message.content).toContain("1 image");
    const json_schema = { name: "place", schema: parameters };
    const kept = await openai.chat.completions.create({
      model: "own/m",
      messages: [hi],
      response_format: { type: "json_schema", json_schema },
    });
    expect(JSON.parse(kept.choices[0]?.message.content ?? "") as unknown).toEqual({
      city: expect.any(String),
    });
  });

  test("what it has nothing for is refused by name, and a broken stream is no end", async () => {
    const linked = { type: "image_url" as const, image_url: { url: "https://h/a.png" } };
    const refused: unknown = await openai.chat.completions
      .create({ model: "own/m", messages: [{ role: "user", content: [linked] }] })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 400 });
    expect(String(refused)).toContain("messages.content.image_url");
    ollama.script([{ kind: "truncate", when: "mid-content" }]);
    const stream = await openai.chat.completions.create({
      model: "own/m",
      messages: [hi],
      stream: true,
    });
    const read = async () => {
      for await (const { choices } of stream) expect(choices[0]?.finish_reason).toBeNull();
    };
    expect(read()).rejects.toThrow("upstream");
  });
});

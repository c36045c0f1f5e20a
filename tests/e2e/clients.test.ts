// The real clients through the router, on real sockets.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Ollama } from "ollama";
import OpenAI from "openai";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { freePort } from "../lab/free-port.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

let desk: FakeModel;
let attic: FakeModel;
let router: TestRouter;
let openai: OpenAI;

beforeAll(async () => {
  desk = await startFakeModel({ name: "desk", models: ["m"] });
  attic = await startFakeModel({ name: "attic", models: ["m", "mapped", "by-address"] });
  router = await startRouter({
    env: {
      DEFAULT_UPSTREAM: desk.url,
      MODEL_MAP: '{"gpt-4": "mapped", "/claude-(.*)/": "attic/$1"}',
    },
    routes: `
servers:
  attic: { url: "${attic.url}", type: ollama, api_key: own-key }
  gone: "http://127.0.0.1:${await freePort()}"
aliases:
  assistant: { instances: ["gone/m", "attic/m"] }
routes:
  - match: { source_host: "127.0.0.0/8", model: "by-address" }
    route: { upstream: attic }
  - match: { model: "mapped" }
    route: { upstream: attic }
`,
  });
  openai = new OpenAI({ baseURL: `${router.url}/v1`, apiKey: "client-key", maxRetries: 0 });
});
afterAll(async () => {
  await router.stop();
  await Promise.all([desk.stop(), attic.stop()]);
});

const messages = [{ role: "user" as const, content: "Hello there" }];

describe("the openai package", () => {
  test("gets a plain chat", async () => {
    const answer = await openai.chat.completions.create({ model: "m", messages });
    expect(answer.choices[0]?.message.content).toBe(
      "Hello, this is m on desk. You said “Hello there”.",
    );
    expect(answer.usage?.total_tokens).toBeGreaterThan(0);
  });

  test("gets a streamed chat", async () => {
    const stream = await openai.chat.completions.create({ model: "m", messages, stream: true });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe("Hello, this is m on desk. You said “Hello there”.");
  });

  const tools = [
    {
      type: "function" as const,
      function: {
        name: "weather",
        parameters: { type: "object", properties: { city: { type: "string" } } },
      },
    },
  ];

  test("gets tool calls, plain and streamed alike", async () => {
    const plain = await openai.chat.completions.create({ model: "m", messages, tools });
    const call = plain.choices[0]?.message.tool_calls?.[0];
    const streamed = await openai.chat.completions
      .stream({ model: "m", messages, tools })
      .finalChatCompletion();
    const streamedCall = streamed.choices[0]?.message.tool_calls?.[0];
    if (call?.type !== "function" || streamedCall?.type !== "function")
      throw new Error("no tool call");
    expect(call.function.name).toBe("weather");
    expect(streamedCall.function).toMatchObject(call.function);
  });

  test("is sent where MODEL_MAP, by name or by pattern, points", async () => {
    for (const model of ["gpt-4", "claude-m"]) {
      const { data, response } = await openai.chat.completions
        .create({ model, messages })
        .withResponse();
      expect(data.choices[0]?.message.content).toContain("on attic");
      expect(response.headers.get("x-smolrouter-upstream")).toBe("attic");
    }
  });

  test("is sent where a rule by source address points, with the server's own key", async () => {
    const answer = await openai.chat.completions.create({ model: "by-address", messages });
    expect(answer.choices[0]?.message.content).toContain("by-address on attic");
    const headers = new Headers(attic.calls().at(-1)?.headers as [string, string][]);
    expect(headers.get("authorization")).toBe("Bearer own-key");
  });

  test("never notices that an alias's first instance is down", async () => {
    const { data, response } = await openai.chat.completions
      .create({ model: "assistant", messages })
      .withResponse();
    expect(data.choices[0]?.message.content).toContain("m on attic");
    expect(response.headers.get("x-smolrouter-attempts")).toBe("2");
    const [row] = await router.rows();
    expect(row).toMatchObject({
      route: "alias:assistant",
      original_model: "assistant",
      mapped_model: "m",
      upstream: "attic",
      attempts: [
        { upstream: "gone", reason: "refused", status: null },
        { upstream: "attic", reason: "served", status: 200 },
      ],
    });
  });

  test("gets an upstream's own error with its status", async () => {
    const failure: unknown = await openai.chat.completions
      .create({ model: "unknown", messages })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 404, code: "model_not_found" });
  });
});

test("the ollama package reaches an Ollama server natively, with no option lost", async () => {
  const ollama = new Ollama({ host: router.url });
  const stream = await ollama.chat({
    model: "attic/m",
    messages,
    stream: true,
    options: { num_ctx: 4_096 },
  });
  let text = "";
  for await (const part of stream) text += part.message.content;
  expect(text).toContain("m on attic");
  expect(attic.calls().at(-1)?.json).toMatchObject({ model: "m", options: { num_ctx: 4_096 } });
});

// Anthropic's SDK before servers that refuse a part of what they are asked: they are asked without it, once and for a while.
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { JsonRecord } from "../../src/domain/bytes/json.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

let ollama: FakeModel;
let chat: FakeModel;
let vllm: FakeModel;
let claude: FakeModel;
let router: TestRouter;

beforeAll(async () => {
  const models = ["m", "strict"];
  ollama = await startFakeModel({ name: "ollama", models, kind: "ollama" });
  chat = await startFakeModel({ name: "chat", models, kind: "openai" });
  // A fake owns its models by its name, as vLLM does.
  vllm = await startFakeModel({ name: "vllm", models, kind: "openai" });
  claude = await startFakeModel({ name: "claude", models, kind: "openai" });
  router = await startRouter({
    routes: `
servers:
  ollama: { url: "${ollama.url}", type: ollama }
  chat: { url: "${chat.url}", speaks: [chat] }
  gpu: { url: "${vllm.url}", speaks: [chat] }
  claude: { url: "${claude.url}", type: anthropic }
`,
  });
});
afterAll(async () => {
  await router.stop();
  await Promise.all([ollama, chat, vllm, claude].map((fake) => fake.stop()));
});

const client = () => new Anthropic({ apiKey: "k", baseURL: router.url, maxRetries: 0 });
const hello = { max_tokens: 100, messages: [{ role: "user" as const, content: "Hello there" }] };

function lastSent(fake: FakeModel): JsonRecord {
  return fake.calls().at(-1)?.json as JsonRecord;
}

function refuse(fake: FakeModel, error: unknown, times = 1): void {
  const body = { error } as JsonRecord;
  fake.script(Array.from({ length: times }, () => ({ kind: "status", status: 400, body })));
}

test("a model of Ollama's that cannot think is asked without", async () => {
  const params = { ...hello, model: "ollama/m", thinking: { type: "adaptive" as const } };
  refuse(ollama, `"m" does not support thinking`);
  const first = await client().messages.create(params).withResponse();
  expect(first.data.stop_reason).toBe("end_turn");
  expect(first.response.headers.get("x-smolrouter-attempts")).toBe("1");
  expect(first.response.headers.get("x-smolrouter-dropped")).toBe("thinking");
  expect(ollama.calls()).toHaveLength(2);
  expect(lastSent(ollama)).not.toContainKey("think");
  await client().messages.create(params);
  expect(ollama.calls()).toHaveLength(3);
  expect(lastSent(ollama)).not.toContainKey("think");
  // Another model may be another case.
  await client().messages.create({ ...params, model: "ollama/strict" });
  expect(lastSent(ollama)).toMatchObject({ think: true });
});

test("schemas are made plain for a server that cannot read one", async () => {
  const pattern = "^(?=x)";
  const input_schema = { type: "object" as const, properties: { a: { type: "string", pattern } } };
  const params = { ...hello, model: "chat/m", tools: [{ name: "edit", input_schema }] };
  refuse(chat, { message: "failed to parse grammar", type: "invalid_request_error" });
  const { data, response } = await client().messages.create(params).withResponse();
  expect(data.stop_reason).toBe("tool_use");
  expect(response.headers.get("x-smolrouter-dropped")).toBe("tools.pattern");
  expect(chat.calls()).toHaveLength(2);
  expect(chat.calls().map(({ body }) => new TextDecoder().decode(body).includes("(?=x)"))).toEqual([
    true,
    false,
  ]);
});

test("what is refused again is the client's to hear of", async () => {
  const params = { ...hello, model: "chat/strict", temperature: 0.5 };
  const refusal = {
    message: "Unsupported value: 'temperature' does not support 0.5 with this model.",
    code: "unsupported_value",
  };
  refuse(chat, refusal, 2);
  const before = chat.calls().length;
  const failure: unknown = await client()
    .messages.create(params)
    .catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(Anthropic.BadRequestError);
  expect(String(failure)).toContain("'temperature' does not support 0.5");
  expect(chat.calls()).toHaveLength(before + 2);
});

test("a chat before a model of Claude's that takes no temperature", async () => {
  const openai = new OpenAI({ baseURL: `${router.url}/v1`, apiKey: "k", maxRetries: 0 });
  const error = {
    type: "invalid_request_error",
    message: "`temperature` is deprecated for this model.",
  };
  claude.script([{ kind: "status", status: 400, body: { type: "error", error } }]);
  const { data, response } = await openai.chat.completions
    .create({
      model: "claude/m",
      temperature: 0.2,
      messages: [{ role: "user", content: "Hello there" }],
    })
    .withResponse();
  expect(data.choices[0]?.finish_reason).toBe("stop");
  expect(response.headers.get("x-smolrouter-dropped")).toBe("temperature");
});

test("a native refusal is passed on as it came", async () => {
  const openai = new OpenAI({ baseURL: `${router.url}/v1`, apiKey: "k", maxRetries: 0 });
  refuse(chat, { message: "failed to parse grammar" });
  const before = chat.calls().length;
  const failure: unknown = await openai.chat.completions
    .create({ model: "chat/m", messages: [{ role: "user", content: "hi" }] })
    .catch((thrown: unknown) => thrown);
  expect(failure).toMatchObject({ status: 400 });
  expect(chat.calls()).toHaveLength(before + 1);
});

test("vLLM, as its model list says, gets pictures in the results of tools where they are", async () => {
  await client().models.list();
  const source = {
    type: "base64" as const,
    media_type: "image/png" as const,
    data: "iVBORw0KGgo=",
  };
  const messages: Anthropic.MessageParam[] = [
    ...hello.messages,
    { role: "assistant", content: [{ type: "tool_use", id: "c", name: "f", input: {} }] },
    {
      role: "user",
      content: [
        {
          type: "tool_result",
          tool_use_id: "c",
          is_error: true,
          content: [
            { type: "text", text: "look" },
            { type: "image", source },
          ],
        },
      ],
    },
  ];
  await client().messages.create({ ...hello, model: "gpu/m", messages });
  expect(lastSent(vllm)["messages"]).toMatchObject([
    {},
    {},
    {
      role: "tool",
      tool_call_id: "c",
      content: [
        { type: "text", text: "Error: " },
        { type: "text", text: "look" },
        { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
      ],
    },
  ]);
});

// Anthropic's own SDK, and the AI SDK's provider for it, through the router: before a server that speaks
// Messages, one that speaks chat only, and Ollama.
import { createAnthropic } from "@ai-sdk/anthropic";
import Anthropic from "@anthropic-ai/sdk";
import { generateText, isStepCount, streamText, tool as aiTool } from "ai";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

const models = ["m", "think-m", "parallel-m"];
const kinds = { native: "openai", chat: "openai", ollama: "ollama" } as const;
/** The path that each is asked at. */
const paths = { native: "/v1/messages", chat: "/v1/chat/completions", ollama: "/api/chat" };
const servers = ["native", "chat", "ollama"] as const;

const fakes = new Map<string, FakeModel>();
let router: TestRouter;

beforeAll(async () => {
  for (const [name, kind] of Object.entries(kinds))
    fakes.set(name, await startFakeModel({ name, models, kind }));
  router = await startRouter({
    routes: `
servers:
  native: "${fake("native").url}"
  chat: { url: "${fake("chat").url}", speaks: [chat] }
  ollama: { url: "${fake("ollama").url}", type: ollama }
aliases:
  mixed: { instances: ["chat/m", "native/m", "ollama/m"] }
`,
  });
});

afterAll(async () => {
  await router.stop();
  await Promise.all([...fakes.values()].map((one) => one.stop()));
});

function fake(name: string): FakeModel {
  const found = fakes.get(name);
  if (found === undefined) throw new Error(`no server ${name}`);
  return found;
}

const client = () => new Anthropic({ apiKey: "k", baseURL: router.url, maxRetries: 0 });
const hello = { max_tokens: 100, messages: [{ role: "user" as const, content: "Hello there" }] };

const tool = (name: string) => ({
  name,
  description: "what it is like there",
  input_schema: { type: "object" as const, properties: { city: { type: "string" } } },
});
const tools = [tool("weather"), tool("time")];

function textOf({ content }: Anthropic.Message): string {
  return content.map((block) => (block.type === "text" ? block.text : "")).join("");
}

describe.each(servers)("before %s", (server) => {
  const asked = { ...hello, model: `${server}/m` };

  test("plain and streamed answers read the same", async () => {
    const plain = await client().messages.create(asked);
    expect(textOf(plain)).toContain(`m on ${server}`);
    expect(plain).toMatchObject({ type: "message", role: "assistant", stop_reason: "end_turn" });
    expect(plain.id).toStartWith("msg_");
    expect(plain.usage.input_tokens).toBeGreaterThan(0);
    const texts: string[] = [];
    const stream = client().messages.stream(asked);
    stream.on("text", (text) => void texts.push(text));
    const streamed = await stream.finalMessage();
    expect(streamed.content).toMatchObject([{ type: "text", text: textOf(plain) }]);
    expect(streamed.stop_reason).toBe("end_turn");
    expect(streamed.usage.output_tokens).toBe(plain.usage.output_tokens);
    expect(texts.length).toBeGreaterThan(1);
    const short = await client().messages.create({ ...asked, max_tokens: 2 });
    expect(short.stop_reason).toBe("max_tokens");
    expect(fake(server).calls().at(-1)?.path).toBe(paths[server]);
  });

  test("a loop of parallel calls, a picture in a result, blocks of system", async () => {
    const system = [
      { type: "text" as const, text: "x-anthropic-billing-header: a" },
      { type: "text" as const, text: "Be brief.", cache_control: { type: "ephemeral" as const } },
    ];
    const params = { ...asked, model: `${server}/parallel-m`, system, tools };
    const first = await client().messages.stream(params).finalMessage();
    expect(first.stop_reason).toBe("tool_use");
    const calls = first.content.filter((block) => block.type === "tool_use");
    expect(calls.map(({ name }) => name)).toEqual(["weather", "time"]);
    for (const { input } of calls) expect(input).toMatchObject({ city: expect.any(String) });
    const plain = await client().messages.create(params);
    expect(plain.content.map(({ type }) => type)).toEqual(first.content.map(({ type }) => type));
    const source = {
      type: "base64" as const,
      media_type: "image/png" as const,
      data: "iVBORw0KGgo=",
    };
    const results = calls.map(({ id }, at) => ({
      type: "tool_result" as const,
      tool_use_id: id,
      content: [
        { type: "text" as const, text: `result ${at}` },
        ...(at === 0 ? [{ type: "image" as const, source }] : []),
      ],
    }));
    const messages: Anthropic.MessageParam[] = [
      ...asked.messages,
      { role: "assistant", content: first.content },
      { role: "user", content: results },
    ];
    const none = { tool_choice: { type: "none" as const } };
    const answer = await client().messages.create({ ...params, ...none, messages });
    expect(textOf(answer)).toContain(`parallel-m on ${server}`);
    expect(answer.stop_reason).toBe("end_turn");
    const sent = new TextDecoder().decode(fake(server).calls().at(-1)?.body);
    for (const said of ["Be brief.", "result 0", "result 1", "iVBORw0KGgo="])
      expect(sent).toContain(said);
  });

  test("a picture is seen, and an answer keeps to a schema", async () => {
    const image = {
      type: "base64" as const,
      media_type: "image/png" as const,
      data: "iVBORw0KGgo=",
    };
    const content = [
      { type: "text" as const, text: "What is it?" },
      { type: "image" as const, source: image },
    ];
    const messages = [{ role: "user" as const, content }];
    expect(textOf(await client().messages.create({ ...asked, messages }))).toContain("1 image");
    const schema = {
      type: "object" as const,
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    };
    const format = { type: "json_schema" as const, schema };
    const said = await client().messages.create({ ...asked, output_config: { format } });
    expect(JSON.parse(textOf(said)) as unknown).toEqual({ city: expect.any(String) });
  });

  test("an aborted stream lets the server go", async () => {
    const before = fake(server).calls().length;
    fake(server).script([{ kind: "stall", when: "mid-content", perEvent: true }]);
    const stream = client().messages.stream(asked);
    for await (const event of stream) if (event.type === "content_block_delta") break;
    stream.abort();
    await fake(server).waitForAbort(before + 1);
  });

  test("an answer that breaks off is an error, never an end", async () => {
    fake(server).script([{ kind: "truncate", when: "mid-content" }]);
    const stream = client().messages.stream(asked);
    const seen: string[] = [];
    stream.on("streamEvent", ({ type }) => void seen.push(type));
    const failure: unknown = await stream.finalMessage().catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(Anthropic.APIError);
    expect(seen).toContain("content_block_delta");
    expect(seen).not.toContain("message_delta");
    expect(seen).not.toContain("message_stop");
  });

  test("an upstream's refusal is of the SDK's kind, in the upstream's words", async () => {
    const body = { error: { message: "no such luck", type: "invalid_request_error" } };
    fake(server).script([{ kind: "status", status: 400, body }]);
    const failure: unknown = await client()
      .messages.create(asked)
      .catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(Anthropic.BadRequestError);
    expect(String(failure)).toContain("no such luck");
  });
});

describe.each(servers)("the AI SDK before %s", (server) => {
  const model = () => createAnthropic({ apiKey: "k", baseURL: `${router.url}/v1` })(`${server}/m`);

  test("chats and streams", async () => {
    const { text, usage, finishReason } = await generateText({
      model: model(),
      maxOutputTokens: 100,
      prompt: "Hello there",
    });
    expect(text).toContain(`m on ${server}`);
    expect(usage.outputTokens).toBeGreaterThan(0);
    expect(finishReason).toBe("stop");
    const streamed = streamText({
      model: model(),
      maxOutputTokens: 100,
      prompt: "Hello there",
    });
    expect(await streamed.text).toBe(text);
    expect((await streamed.usage).outputTokens).toBe(usage.outputTokens);
  });

  test("goes on with what its tools say", async () => {
    const weather = aiTool({
      inputSchema: z.object({ city: z.string() }),
      execute: ({ city }) => `sunny in ${city}`,
    });
    const streamed = streamText({
      model: model(),
      maxOutputTokens: 100,
      prompt: "Hello there",
      tools: { weather },
      stopWhen: isStepCount(2),
    });
    expect(await streamed.text).toContain("sunny in");
    expect((await streamed.steps).map(({ finishReason }) => finishReason)).toEqual([
      "tool-calls",
      "stop",
    ]);
  });
});

describe.each(["chat", "ollama"])("from %s", (server) => {
  const asked = { ...hello, model: `${server}/think-m` };

  test.each([
    ["beside the text", { type: "enabled" as const, budget_tokens: 2_000 }],
    ["in it", { type: "adaptive" as const }],
  ])("thinking that the server has %s is a block of its own", async (_, thinking) => {
    const plain = await client().messages.create({ ...asked, thinking });
    const streamed = await client()
      .messages.stream({ ...asked, thinking })
      .finalMessage();
    expect<unknown>(streamed.content).toEqual(plain.content);
    const [thought, said] = plain.content;
    expect(thought).toMatchObject({ type: "thinking", thinking: expect.stringMatching(/\w/) });
    expect(said).toMatchObject({ type: "text", text: expect.stringMatching(/^Hello/) });
  });

  test("thinking that nobody asked for is taken out of the text", async () => {
    const { content } = await client().messages.stream(asked).finalMessage();
    expect(content).toMatchObject([{ type: "text", text: expect.stringMatching(/^Hello/) }]);
    const kept = await client().messages.create(asked, {
      headers: { "X-SmolRouter-Thinking": "keep" },
    });
    // Ollama heeds that it is switched off, where chat servers may not.
    expect(textOf(kept)).toStartWith(server === "ollama" ? "Hello" : "<think>");
  });

  test("the AI SDK reads it as reasoning", async () => {
    const anthropic = createAnthropic({ apiKey: "k", baseURL: `${router.url}/v1` });
    const { finalStep, text } = await generateText({
      model: anthropic(asked.model),
      prompt: "Hello there",
      providerOptions: { anthropic: { thinking: { type: "adaptive" } } },
    });
    expect(finalStep.reasoningText).toMatch(/\w/);
    expect(text).toStartWith("Hello");
  });
});

test("an alias of all three goes on where the first fails before it said anything", async () => {
  const { messages } = client();
  fake("chat").script([{ kind: "truncate", when: "before-content" }]);
  const second = await messages.stream({ ...hello, model: "mixed" }).finalMessage();
  expect(textOf(second)).toContain("m on native");
});

test("what was dropped is named", async () => {
  const asked = { ...hello, model: "chat/m", top_k: 3, metadata: { user_id: "u" } };
  const headers = { "anthropic-beta": "context-management-2025-06-27" };
  const { response } = await client().messages.create(asked, { headers }).withResponse();
  expect(response.headers.get("x-smolrouter-dropped")).toBe("metadata.user_id,anthropic-beta");
  const native = { ...asked, model: "native/m" };
  const kept = await client().messages.create(native, { headers }).withResponse();
  expect(kept.response.headers.has("x-smolrouter-dropped")).toBe(false);
  const refused: unknown = await client()
    .messages.create({ ...asked, messages: [] })
    .catch((thrown: unknown) => thrown);
  expect(refused).toBeInstanceOf(Anthropic.BadRequestError);
});

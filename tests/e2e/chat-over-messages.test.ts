// The real clients of chat completions and of Ollama before a server that speaks Messages only, and as strictly as Anthropic's.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { isStepCount, streamText, tool as aiTool } from "ai";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Ollama, type Message, type Tool } from "ollama";
import OpenAI from "openai";
import type { JsonRecord } from "../../src/domain/bytes/json.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { messagesKey, type MessagesServer, startMessagesServer } from "../lab/messages-server.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

let claude: MessagesServer;
let other: FakeModel;
let router: TestRouter;
let openai: OpenAI;
let ollama: Ollama;

beforeAll(async () => {
  claude = startMessagesServer();
  other = await startFakeModel({ name: "other", models: ["m"] });
  router = await startRouter({
    env: { DEFAULT_UPSTREAM: claude.url },
    routes: `
servers:
  claude: { url: "${claude.url}", type: anthropic, api_key: ${messagesKey}, max_output_tokens: 32000 }
  other: "${other.url}"
aliases:
  both: { instances: ["claude/claude", "other/m"] }
`,
  });
  openai = new OpenAI({ baseURL: `${router.url}/v1`, apiKey: "client-key", maxRetries: 0 });
  ollama = new Ollama({ host: router.url });
});
afterAll(async () => {
  await router.stop();
  await Promise.all([claude.stop(), other.stop()]);
});

const model = "claude/claude";
const hi = { role: "user" as const, content: "Hello there" };
const text = (words: string) => ({ type: "text", text: words });
const usage = { input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 5 };
const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const weather = { name: "weather", description: "Today's weather", parameters };
const twoCalls = {
  content: [
    { type: "thinking", thinking: "two cities", signature: "c2ln" },
    text("Let me look."),
    { type: "tool_use", id: "toolu_1", name: "weather", input: { city: "Oslo" } },
    { type: "tool_use", id: "toolu_2", name: "weather", input: { city: "Rome" } },
  ],
  stop: "tool_use",
  usage,
};
const answer = { content: [text("Oslo is cold, "), text("Rome is not.")], usage };

describe("the openai package", () => {
  test("gets a plain answer, with the system's words and a picture seen", async () => {
    claude.says({ content: [text("A dot.")], usage });
    const { data, response } = await openai.chat.completions
      .create({
        model,
        max_completion_tokens: 50,
        temperature: 1.5,
        messages: [
          { role: "system", content: "Be brief." },
          {
            role: "user",
            content: [
              { type: "text", text: "What is it?" },
              { type: "image_url", image_url: { url: `data:image/png;base64,${pixel}` } },
            ],
          },
        ],
      })
      .withResponse();
    expect(data.choices[0]).toMatchObject({
      message: { role: "assistant", content: "A dot." },
      finish_reason: "stop",
    });
    expect(data.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 });
    expect(data.id).toStartWith("chatcmpl-");
    expect(response.headers.get("x-smolrouter-dropped")).toBe("temperature");
    expect(claude.asked.at(-1)).toMatchObject({
      model: "claude",
      max_tokens: 50,
      system: [text("Be brief.")],
      messages: [{ content: [text("What is it?"), { type: "image", source: { data: pixel } }] }],
    });
  });

  test("gets a stream, with usage where it asks for it", async () => {
    claude.says(answer);
    const stream = await openai.chat.completions.create({
      model,
      messages: [hi],
      stream: true,
      stream_options: { include_usage: true },
    });
    let said = "";
    let counted: unknown = null;
    for await (const chunk of stream) {
      said += chunk.choices[0]?.delta.content ?? "";
      counted = chunk.usage ?? counted;
    }
    expect(said).toBe("Oslo is cold, Rome is not.");
    expect(counted).toMatchObject({ prompt_tokens: 7, completion_tokens: 5 });
  });

  test("gets one answer although the server streams it unasked", async () => {
    claude.says({ ...twoCalls, streams: true }, { ...answer, streams: true, cutAfter: 8 });
    const asked = { model, messages: [hi] };
    const whole = await openai.chat.completions.create(asked);
    expect(whole.choices[0]).toMatchObject({
      message: { content: "Let me look.", tool_calls: [{ id: "toolu_1" }, { id: "toolu_2" }] },
      finish_reason: "tool_calls",
    });
    expect(whole.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 5 });
    const cut: unknown = await openai.chat.completions
      .create(asked)
      .catch((error: unknown) => error);
    expect(cut).toMatchObject({ status: 502 });
  });

  test.each([true, false])("runs tools side by side, streamed: %p", async (streams) => {
    claude.says(twoCalls, answer);
    const asked: string[] = [];
    const options = {
      model,
      messages: [hi],
      parallel_tool_calls: true,
      tools: [
        {
          type: "function" as const,
          function: {
            ...weather,
            parse: (given: string) => JSON.parse(given) as { city: string },
            function: ({ city }: { city: string }) => {
              asked.push(city);
              return city === "Oslo" ? "cold" : "";
            },
          },
        },
      ],
    };
    const runner = streams
      ? openai.chat.completions.runTools({ ...options, stream: true })
      : openai.chat.completions.runTools(options);
    expect(await runner.finalContent()).toBe("Oslo is cold, Rome is not.");
    expect(asked).toEqual(["Oslo", "Rome"]);
    expect(claude.asked.at(-1)).toMatchObject({
      messages: [
        {},
        { content: twoCalls.content },
        {
          content: [
            { type: "tool_result", tool_use_id: "toolu_1", content: [text("cold")] },
            { type: "tool_result", tool_use_id: "toolu_2" },
          ],
        },
      ],
    });
  });

  test("gets structured output", async () => {
    claude.says({ content: [text('{"city":"Oslo"}')], usage });
    const { choices } = await openai.chat.completions.parse({
      model,
      messages: [hi],
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "place",
          strict: true,
          schema: { ...parameters, additionalProperties: false },
        },
      },
    });
    expect(choices[0]?.message.parsed).toEqual({ city: "Oslo" });
  });

  test("gets the server's errors with its status and words", async () => {
    claude.says({ status: 429, type: "rate_limit_error", message: "Slow down." });
    const refused: unknown = await openai.chat.completions
      .create({ model, messages: [hi] })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
    expect(String(refused)).toContain("Slow down.");
  });

  test("notices that a stream failed", async () => {
    claude.says({ ...answer, breaksAfter: 5 });
    const stream = await openai.chat.completions.create({ model, messages: [hi], stream: true });
    const read = async () => {
      for await (const _ of stream);
    };
    expect(read()).rejects.toThrow("Overloaded");
  });

  test.each([6, 8, 12, 13])("notices that a stream was cut after %i events", async (cutAfter) => {
    claude.says({ ...answer, cutAfter });
    const stream = await openai.chat.completions.create({ model, messages: [hi], stream: true });
    const finishes: unknown[] = [];
    const read = async () => {
      for await (const chunk of stream) finishes.push(chunk.choices[0]?.finish_reason ?? null);
    };
    expect(read()).rejects.toThrow("upstream");
    expect(finishes.every((finish) => finish === null)).toBe(true);
  });

  test("is refused what the server has nothing for", async () => {
    const refused: unknown = await openai.chat.completions
      .create({ model, messages: [hi], n: 2 })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 400 });
    expect(String(refused)).toContain("n cannot be carried");
  });
});

describe("the AI SDK's package for compatible servers", () => {
  test("runs tools side by side from a stream, and counts", async () => {
    claude.says(twoCalls, answer);
    const provider = createOpenAICompatible({
      name: "smolrouter",
      baseURL: `${router.url}/v1`,
      apiKey: "client-key",
      includeUsage: true,
    });
    const cities: string[] = [];
    const { text: said, usage: counted } = streamText({
      model: provider(model),
      prompt: "Hello there",
      tools: {
        weather: aiTool({
          inputSchema: z.object({ city: z.string() }),
          execute({ city }) {
            cities.push(city);
            return `sunny in ${city}`;
          },
        }),
      },
      stopWhen: isStepCount(2),
    });
    expect(await said).toBe("Oslo is cold, Rome is not.");
    expect(cities).toEqual(["Oslo", "Rome"]);
    expect(await counted).toMatchObject({ inputTokens: 14, outputTokens: 10 });
  });
});

describe("the ollama package", () => {
  const tools = [{ type: "function", function: weather }] as unknown as Tool[];

  test("gets a plain answer, with a picture seen", async () => {
    claude.says({ content: [text("A dot.")], usage });
    const {
      message,
      prompt_eval_count: prompt,
      eval_count: completion,
    } = await ollama.chat({
      model,
      messages: [
        { role: "system", content: "Be brief." },
        { ...hi, images: [pixel] },
      ],
      options: { num_predict: 60 },
    });
    expect(message.content).toBe("A dot.");
    expect({ prompt, completion }).toEqual({ prompt: 7, completion: 5 });
    expect(claude.asked.at(-1)).toMatchObject({ max_tokens: 60, system: [text("Be brief.")] });
  });

  test("runs tools side by side from a stream, and thinks", async () => {
    claude.says(twoCalls, answer);
    const messages: Message[] = [hi];
    const stream = await ollama.chat({ model, messages, tools, stream: true, think: true });
    const reply: Message = { role: "assistant", content: "", thinking: "", tool_calls: [] };
    for await (const { message } of stream) {
      reply.content += message.content;
      reply.thinking += message.thinking ?? "";
      reply.tool_calls?.push(...(message.tool_calls ?? []));
    }
    expect(reply).toMatchObject({ content: "Let me look.", thinking: "two cities" });
    expect(reply.tool_calls?.map((call) => call.function.arguments as unknown)).toEqual([
      { city: "Oslo" },
      { city: "Rome" },
    ]);
    messages.push(
      reply,
      { role: "tool", content: "cold", tool_name: "weather" },
      { role: "tool", content: "warm", tool_name: "weather" },
    );
    const { message } = await ollama.chat({ model, messages, tools });
    expect(message.content).toBe("Oslo is cold, Rome is not.");
    const [, , results] = claude.asked.at(-1)!["messages"] as readonly JsonRecord[];
    expect(results).toMatchObject({
      content: [{ tool_use_id: "toolu_1" }, { tool_use_id: "toolu_2" }],
    });
  });

  test("notices that a stream was cut", async () => {
    claude.says({ ...answer, cutAfter: 8 });
    const stream = await ollama.chat({ model, messages: [hi], stream: true });
    const read = async () => {
      for await (const { done } of stream) expect(done).toBe(false);
    };
    expect(read()).rejects.toThrow("upstream");
  });

  test("gets structured output, and generates", async () => {
    claude.says({ content: [text('{"city":"Oslo"}')], usage });
    const generated = await ollama.generate({ model, prompt: "where?", format: parameters });
    expect(JSON.parse(generated.response ?? "") as unknown).toEqual({ city: "Oslo" });
  });
});

test("the row says what was added that the server wants and the client did not send", async () => {
  claude.says(answer, answer);
  await openai.chat.completions.create({ model, messages: [hi] });
  await openai.chat.completions.create({ model, messages: [hi], max_completion_tokens: 99_999 });
  const [limited, unlimited] = await router.rows();
  expect(unlimited).toMatchObject({ warnings: ["added: max_tokens"], dropped: [] });
  expect(limited).toMatchObject({ warnings: [], dropped: ["max_completion_tokens"] });
  expect(claude.asked.slice(-2)).toMatchObject([{ max_tokens: 32_000 }, { max_tokens: 32_000 }]);
});

test("a client that leaves is left for, upstream too", async () => {
  claude.says({ ...answer, stallsAfter: 6 });
  const stream = await openai.chat.completions.create({ model, messages: [hi], stream: true });
  for await (const chunk of stream) if ((chunk.choices[0]?.delta.content ?? "") !== "") break;
  stream.controller.abort();
  await claude.aborted();
});

describe("an alias of servers of both kinds", () => {
  test.each(["before it began", "before it said anything"])(
    "goes on to the other where the first fails %s",
    async (when) => {
      const overloaded = { status: 529, type: "overloaded_error", message: "Overloaded" };
      claude.says(when === "before it began" ? overloaded : { ...answer, breaksAfter: 2 });
      const stream = await openai.chat.completions.create({
        model: "both",
        messages: [hi],
        stream: true,
      });
      let said = "";
      for await (const chunk of stream) said += chunk.choices[0]?.delta.content ?? "";
      expect(said).toContain("m on other");
    },
  );

  test("fails in the client's own words where all have failed", async () => {
    claude.says({ status: 400, type: "invalid_request_error", message: "No such thing." });
    const refused: unknown = await ollama
      .chat({ model, messages: [hi] })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ status_code: 400, error: "No such thing." });
  });
});

test("the log counts as the servers do, what the cache had included", async () => {
  const rows = await router.rows();
  const served = rows.filter(
    ({ status_code: status, error_message: error, upstream }) =>
      status === 200 && error === null && upstream === "claude",
  );
  expect(served.length).toBeGreaterThan(6);
  for (const row of served)
    expect(row).toMatchObject({ prompt_tokens: 7, completion_tokens: 5, cached_tokens: 4 });
});

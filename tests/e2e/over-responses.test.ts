// The real clients of chats, Messages and Ollama before a server that speaks Responses only, and as strictly as OpenAI's.
import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Message, Ollama, type Tool } from "ollama";
import OpenAI from "openai";
import type { JsonRecord } from "../../src/domain/bytes/json.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import {
  responsesKey,
  type ResponsesServer,
  startResponsesServer,
} from "../lab/responses-server.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

let server: ResponsesServer;
let other: FakeModel;
let router: TestRouter;
let openai: OpenAI;
let anthropic: Anthropic;
let ollama: Ollama;
/** Those that are meant to be. */
const refused: string[] = [];

beforeAll(async () => {
  server = startResponsesServer();
  other = await startFakeModel({ name: "other", models: ["m"] });
  router = await startRouter({
    env: { DEFAULT_UPSTREAM: other.url },
    routes: `
servers:
  gpt: { url: "${server.url}", speaks: [responses], api_key: ${responsesKey} }
  other: "${other.url}"
aliases:
  both: { instances: ["gpt/gpt", "other/m"] }
`,
  });
  openai = new OpenAI({ baseURL: `${router.url}/v1`, apiKey: "client-key", maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: router.url, apiKey: "client-key", maxRetries: 0 });
  ollama = new Ollama({ host: router.url });
});
afterAll(async () => {
  expect(server.refusals).toEqual(refused);
  await router.stop();
  await Promise.all([server.stop(), other.stop()]);
});

const model = "gpt/gpt";
const hi = { role: "user" as const, content: "Hello there" };
const message = (text: string) => ({ type: "message", content: [{ type: "output_text", text }] });
const usage = {
  input_tokens: 7,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 12,
};
const answer = { output: [message("Oslo is cold, Rome is not.")], usage };
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const weather = { name: "weather", description: "Today's weather", parameters };
const sealed = (text: string, encrypted_content: string) => ({
  type: "reasoning",
  summary: [{ type: "summary_text", text }],
  encrypted_content,
});
const call = (call_id: string, city: string) => ({
  type: "function_call",
  call_id,
  name: "weather",
  arguments: JSON.stringify({ city }),
});
const twoCalls = {
  output: [
    sealed("two cities", "E1"),
    message("Let me look."),
    call("c1", "Oslo"),
    call("c2", "Rome"),
  ],
  usage,
};
const words = { type: "message", role: "assistant", content: "Let me look." };
const results = [
  { type: "function_call_output", call_id: "c1", output: "cold" },
  { type: "function_call_output", call_id: "c2", output: "warm" },
];
const inputs = () => server.asked.at(-1)!["input"] as readonly JsonRecord[];
const whole = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };

const tooLong = {
  code: "context_length_exceeded",
  message: "Your input exceeds the context window of this model.",
};

async function failureOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.catch((error: unknown) => error);
}

describe("the openai package", () => {
  test("gets a plain answer", async () => {
    server.says(answer);
    const { data, response } = await openai.chat.completions
      .create({
        model,
        max_completion_tokens: 5,
        temperature: 0.5,
        messages: [{ role: "system", content: "Be brief." }, hi],
      })
      .withResponse();
    expect(data.choices[0]).toMatchObject({
      message: { role: "assistant", content: "Oslo is cold, Rome is not." },
      finish_reason: "stop",
    });
    expect(data.usage).toMatchObject(whole);
    expect(response.headers.get("x-smolrouter-dropped")).toBe("max_completion_tokens");
    expect(response.headers.get("x-smolrouter-protocol")).toBe("translated");
    expect(server.asked.at(-1)).toMatchObject({
      model: "gpt",
      max_output_tokens: 16,
      temperature: 0.5,
      store: false,
      input: [
        { type: "message", role: "system", content: "Be brief." },
        { type: "message", role: "user", content: "Hello there" },
      ],
    });
  });

  test.each(["pieces", "items", "end"] as const)("gets a stream that sends %s", async (sends) => {
    server.says({ ...answer, sends });
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
    expect(counted).toMatchObject(whole);
  });

  test("gets one answer although the server streams it unasked", async () => {
    server.says({ ...answer, streams: true }, { ...answer, streams: true, cutAfter: 8 });
    const asked = { model, messages: [hi] };
    const { choices } = await openai.chat.completions.create(asked);
    expect(choices[0]?.message.content).toBe("Oslo is cold, Rome is not.");
    expect(await failureOf(openai.chat.completions.create(asked))).toMatchObject({ status: 502 });
  });

  test("gets the server's errors with its status and words", async () => {
    server.says({ status: 429, code: "rate_limit_exceeded", message: "Slow down." });
    const refused = await failureOf(openai.chat.completions.create({ model, messages: [hi] }));
    expect(refused).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
    expect(String(refused)).toContain("Slow down.");
  });

  test.each([false, true])(
    "recognises a context that is too long, streamed: %p",
    async (stream) => {
      server.says({ status: 400, ...tooLong }, { ...answer, sends: "end", fails: tooLong });
      for (let tries = 0; tries < 2; tries++)
        expect(
          await failureOf(openai.chat.completions.create({ model, messages: [hi], stream })),
        ).toMatchObject({ status: 400, code: "context_length_exceeded" });
    },
  );

  test("notices that a stream failed", async () => {
    server.says(
      { ...answer, breaksAfter: 5 },
      { ...answer, fails: { code: "server_error", message: "Gone." } },
    );
    for (const words of ["The server had an error.", "Gone."]) {
      const stream = await openai.chat.completions.create({ model, messages: [hi], stream: true });
      const read = async () => {
        for await (const _ of stream);
      };
      expect(read()).rejects.toThrow(words);
    }
  });

  test.each([5, 8, 10, 11, 12, 13])(
    "notices that a stream was cut after %i events",
    async (cutAfter) => {
      server.says({ ...answer, cutAfter });
      const stream = await openai.chat.completions.create({ model, messages: [hi], stream: true });
      const finishes: unknown[] = [];
      const read = async () => {
        for await (const chunk of stream) finishes.push(chunk.choices[0]?.finish_reason ?? null);
      };
      expect(read()).rejects.toThrow("upstream");
      expect(finishes.every((finish) => finish === null)).toBe(true);
    },
  );

  test("is refused what the server has nothing for", async () => {
    const refused = await failureOf(
      openai.chat.completions.create({ model, messages: [hi], n: 2 }),
    );
    expect(refused).toMatchObject({ status: 400 });
    expect(String(refused)).toContain("n cannot be carried");
  });
});

describe("tools side by side", () => {
  const turn = [
    sealed("two cities", "E1"),
    words,
    call("c1", "Oslo"),
    call("c2", "Rome"),
    ...results,
  ];

  test.each([true, false])("by the openai package, streamed: %p", async (streams) => {
    server.says(twoCalls, answer);
    const options = {
      model,
      messages: [hi],
      parallel_tool_calls: true,
      reasoning_effort: "low" as const,
      tools: [
        {
          type: "function" as const,
          function: {
            ...weather,
            parse: (given: string) => JSON.parse(given) as { city: string },
            function: ({ city }: { city: string }) => (city === "Oslo" ? "cold" : "warm"),
          },
        },
      ],
    };
    const runner = streams
      ? openai.chat.completions.runTools({ ...options, stream: true })
      : openai.chat.completions.runTools(options);
    expect(await runner.finalContent()).toBe("Oslo is cold, Rome is not.");
    expect(inputs()).toMatchObject([{ role: "user" }, ...turn]);
    expect(server.asked.at(-1)).toMatchObject({
      reasoning: { effort: "low", summary: "auto" },
      tools: [{ type: "function", ...weather, strict: false }],
    });
  });

  test.each([true, false])("by Anthropic's package, streamed: %p", async (streams) => {
    server.says(twoCalls, answer);
    const asked = {
      model,
      max_tokens: 100,
      thinking: { type: "adaptive" as const },
      tools: [
        {
          name: "weather",
          description: "Today's weather",
          input_schema: { ...parameters, type: "object" as const },
        },
      ],
    };
    const ask = async (messages: Anthropic.MessageParam[]) =>
      streams
        ? anthropic.messages.stream({ ...asked, messages }).finalMessage()
        : anthropic.messages.create({ ...asked, messages });
    const first = await ask([hi]);
    // A matcher puts itself in the place of what it has matched.
    expect(structuredClone(first)).toMatchObject({
      stop_reason: "tool_use",
      content: [
        { type: "thinking", thinking: "two cities", signature: expect.stringMatching(/^sr1\./) },
        { type: "text", text: "Let me look." },
        { type: "tool_use", id: "c1", input: { city: "Oslo" } },
        { type: "tool_use", id: "c2", input: { city: "Rome" } },
      ],
      usage: { input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 5 },
    });
    const answered = results.map(({ call_id: id, output }) => ({
      type: "tool_result" as const,
      tool_use_id: id,
      content: output,
    }));
    const last = await ask([
      hi,
      { role: "assistant", content: first.content },
      { role: "user", content: answered },
    ]);
    expect(last.content).toMatchObject([{ text: "Oslo is cold, Rome is not." }]);
    expect(inputs()).toMatchObject([{ role: "user" }, ...turn]);
  });

  test("by the ollama package", async () => {
    server.says(twoCalls, answer);
    const tools = [{ type: "function", function: weather }] as unknown as Tool[];
    const messages: Message[] = [hi];
    const stream = await ollama.chat({ model, messages, tools, stream: true, think: true });
    const reply: Message = { role: "assistant", content: "", thinking: "", tool_calls: [] };
    for await (const { message: said } of stream) {
      reply.content += said.content;
      reply.thinking += said.thinking ?? "";
      reply.tool_calls?.push(...(said.tool_calls ?? []));
    }
    expect(reply).toMatchObject({ content: "Let me look.", thinking: "two cities" });
    messages.push(
      reply,
      { role: "tool", content: "cold", tool_name: "weather" },
      { role: "tool", content: "warm", tool_name: "weather" },
    );
    const { message: said } = await ollama.chat({ model, messages, tools, stream: false });
    expect(said.content).toBe("Oslo is cold, Rome is not.");
    expect(inputs()).toMatchObject([{ role: "user" }, ...turn]);
  });
});

describe("the ollama package", () => {
  test.each(["pieces", "items", "end"] as const)("gets a stream that sends %s", async (sends) => {
    server.says({ ...answer, sends });
    const stream = await ollama.chat({ model, messages: [hi], stream: true });
    let said = "";
    let counted = 0;
    for await (const {
      message: { content },
      eval_count: count,
    } of stream) {
      said += content;
      counted = count ?? counted;
    }
    expect([said, counted]).toEqual(["Oslo is cold, Rome is not.", 5]);
  });

  test("generates in the form that it asks for", async () => {
    server.says({ output: [message('{"city":"Oslo"}')], usage });
    const { response } = await ollama.generate({ model, prompt: "where?", format: parameters });
    expect(JSON.parse(response ?? "") as unknown).toEqual({ city: "Oslo" });
    expect(server.asked.at(-1)).toMatchObject({
      text: { format: { type: "json_schema", schema: parameters } },
    });
  });

  test("is refused raw prompts", async () => {
    const failure = await failureOf(ollama.generate({ model, prompt: "x", raw: true }));
    expect(failure).toMatchObject({ status_code: 400 });
  });
});

describe("Anthropic's package", () => {
  const asked = { model, max_tokens: 100, messages: [hi] };

  test.each(["pieces", "items", "end"] as const)("gets a stream that sends %s", async (sends) => {
    server.says({ ...answer, sends });
    const said = await anthropic.messages.stream(asked).finalText();
    expect(said).toBe("Oslo is cold, Rome is not.");
  });

  test.each([false, true])(
    "recognises a context that is too long, streamed: %p",
    async (stream) => {
      server.says({ status: 400, ...tooLong }, { ...answer, sends: "end", fails: tooLong });
      for (let tries = 0; tries < 2; tries++) {
        const failure = await failureOf(anthropic.messages.create({ ...asked, stream }));
        expect(failure).toMatchObject({ status: 400 });
        expect(String(failure)).toContain("capability_rejected: prompt_too_long");
      }
    },
  );

  test.each([5, 9, 12])("notices that a stream was cut after %i events", async (cutAfter) => {
    server.says({ ...answer, cutAfter });
    const stream = anthropic.messages.stream(asked);
    expect(stream.finalMessage()).rejects.toThrow("upstream");
  });
});

describe("what the server refuses", () => {
  const notVerified =
    "The encrypted content E1... could not be verified. Reason: Encrypted content could not be decrypted or parsed.";
  const tools = [{ type: "function" as const, function: weather }];

  test.each(["with a status", "in the stream"])(
    "of reasoning is left out, and asked again: it says so %s",
    async (how) => {
      server.says(twoCalls);
      const { choices } = await openai.chat.completions.create({ model, messages: [hi], tools });
      if (how === "with a status") {
        server.forgets();
        refused.push(notVerified);
      } else
        server.says({
          ...answer,
          sends: "end",
          fails: { code: "invalid_encrypted_content", message: notVerified },
        });
      server.says(answer);
      const given = results.map(({ call_id: id, output }) => ({
        role: "tool" as const,
        tool_call_id: id,
        content: output,
      }));
      const { data, response } = await openai.chat.completions
        .create({ model, messages: [hi, choices[0]!.message, ...given], tools, stream: true })
        .withResponse();
      let said = "";
      for await (const chunk of data) said += chunk.choices[0]?.delta.content ?? "";
      expect(said).toBe("Oslo is cold, Rome is not.");
      expect(response.headers.get("x-smolrouter-attempts")).toBe("1");
      expect(inputs()).toMatchObject([
        { role: "user" },
        words,
        call("c1", "Oslo"),
        call("c2", "Rome"),
        ...results,
      ]);
    },
  );

  test.each<[string, Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>, string]>([
    [
      "Unsupported value: 'none' is not supported with the 'gpt' model.",
      { reasoning_effort: "none" },
      "reasoning_effort",
    ],
    [
      "Unsupported parameter: 'text.verbosity' is not supported with this model.",
      { verbosity: "low" },
      "verbosity",
    ],
    [
      "Your organization must be verified to generate reasoning summaries.",
      { reasoning_effort: "low" },
      "",
    ],
    ["Unknown parameter: 'prompt_cache_key'.", { prompt_cache_key: "k" }, "prompt_cache_key"],
    [
      "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
      { reasoning_effort: "low" },
      "reasoning_effort",
    ],
  ])("%s", async (words, settings, dropped) => {
    server.says({ status: 400, code: "unsupported", message: words }, answer);
    const { data, response } = await openai.chat.completions
      .create({ model, messages: [hi], ...settings })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe("Oslo is cold, Rome is not.");
    expect(response.headers.get("x-smolrouter-dropped") ?? "").toBe(dropped);
  });
});

test("a client that leaves is left for, upstream too", async () => {
  server.says({ ...answer, stallsAfter: 6 });
  const stream = await openai.chat.completions.create({ model, messages: [hi], stream: true });
  for await (const chunk of stream) if ((chunk.choices[0]?.delta.content ?? "") !== "") break;
  stream.controller.abort();
  await server.aborted();
});

describe("an alias of servers of both kinds", () => {
  test.each([
    ["before it began", { status: 503, code: "server_is_overloaded", message: "Overloaded" }],
    ["before it said anything", { ...answer, breaksAfter: 3 }],
    [
      "as a whole",
      { ...answer, sends: "end" as const, fails: { code: "server_error", message: "No." } },
    ],
  ])("goes on to the other where the first fails %s", async (_, script) => {
    server.says(script);
    const stream = await openai.chat.completions.create({
      model: "both",
      messages: [hi],
      stream: true,
    });
    let said = "";
    for await (const chunk of stream) said += chunk.choices[0]?.delta.content ?? "";
    expect(said).toContain("m on other");
  });
});

test("the log counts as the server does", async () => {
  const rows = await router.rows();
  const served = rows.filter(
    ({ status_code: status, error_message: error, upstream }) =>
      status === 200 && error === null && upstream === "gpt",
  );
  expect(served.length).toBeGreaterThan(4);
  for (const row of served)
    expect(row).toMatchObject({ prompt_tokens: 7, completion_tokens: 5, cached_tokens: 4 });
  const ways = new Set(served.map(({ protocol }) => protocol));
  expect(ways).toEqual(
    new Set<string | null>(["chat>responses", "messages>responses", "ollama>responses"]),
  );
});

// The real clients of chats, Messages and Ollama before a server that speaks Responses only, and as strictly as OpenAI's.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import OpenAI from "openai";
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
});
afterAll(async () => {
  expect(server.refusals).toEqual([]);
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
const whole = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };

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

  test.each(["pieces", "items", "end"] as const)("gets a stream that tells %s", async (tells) => {
    server.says({ ...answer, tells });
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

  test("is told apart what is too long", async () => {
    const error = {
      code: "context_length_exceeded",
      message: "Your input exceeds the context window.",
    };
    server.says({ status: 400, ...error }, { ...answer, fails: error });
    for (const status of [400, 502])
      expect(
        await failureOf(openai.chat.completions.create({ model, messages: [hi] })),
      ).toMatchObject({ status });
  });

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
      { ...answer, tells: "end" as const, fails: { code: "server_error", message: "No." } },
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
});

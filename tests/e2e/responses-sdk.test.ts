// OpenAI's own SDK, and the AI SDK's providers for it and for Open Responses, speaking Responses through the router:
// before servers that speak chat only, Ollama, Messages only, and Responses themselves.
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenResponses } from "@ai-sdk/open-responses";
import { generateText, isStepCount, Output, streamText, tool as aiTool } from "ai";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { readResponseStream } from "../lab/responses-checker.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

const models = ["m", "think-m", "parallel-m"];
const kinds = {
  chat: "openai",
  ollama: "ollama",
  messages: "openai",
  responses: "openai",
} as const;
/** The path that each is asked at. */
const paths = {
  chat: "/v1/chat/completions",
  ollama: "/api/chat",
  messages: "/v1/messages",
  responses: "/v1/responses",
};
const servers = ["chat", "ollama", "messages", "responses"] as const;

const fakes = new Map<string, FakeModel>();
let router: TestRouter;
let client: OpenAI;

beforeAll(async () => {
  for (const [name, kind] of Object.entries(kinds))
    fakes.set(name, await startFakeModel({ name, models, kind }));
  router = await startRouter({
    routes: `
servers:
  chat: { url: "${fake("chat").url}", speaks: [chat] }
  ollama: { url: "${fake("ollama").url}", type: ollama }
  messages: { url: "${fake("messages").url}", type: anthropic }
  responses: { url: "${fake("responses").url}", speaks: [responses] }
aliases:
  mixed: { instances: ["chat/m", "messages/m", "ollama/m"] }
`,
  });
  client = new OpenAI({ apiKey: "k", baseURL: `${router.url}/v1`, maxRetries: 0 });
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

const tool = (name: string) => ({
  type: "function" as const,
  name,
  description: "what it is like there",
  strict: false,
  parameters: { type: "object", properties: { city: { type: "string" } } },
});
const tools = [tool("weather"), tool("time")];

/** What was said goes back as it came; the SDK's types of the two differ in what this server never says. */
function asInput(output: readonly OpenAI.Responses.ResponseOutputItem[]) {
  return output as OpenAI.Responses.ResponseInputItem[];
}

/** The AI SDK's providers, as programs make them. */
const providers = {
  "@ai-sdk/openai": () => {
    const provider = createOpenAI({ apiKey: "k", baseURL: `${router.url}/v1` });
    return { model: (name: string) => provider(name), options: { openai: { store: false } } };
  },
  "@ai-sdk/open-responses": () => {
    const url = `${router.url}/v1/responses`;
    const provider = createOpenResponses({ name: "smolrouter", apiKey: "k", url });
    return { model: (name: string) => provider(name), options: {} };
  },
} as const;

const city = z.object({ city: z.string() });

describe.each(servers)("before %s", (server) => {
  const asked = { model: `${server}/m`, input: "Hello there" };

  test("plain and streamed answers read the same", async () => {
    const plain = await client.responses.create(asked);
    expect(plain.output_text).toContain(`m on ${server}`);
    expect(plain).toMatchObject({ object: "response", status: "completed" });
    expect(plain.id).toStartWith("resp_");
    expect(plain.usage?.input_tokens).toBeGreaterThan(0);
    const texts: string[] = [];
    const stream = client.responses.stream(asked);
    stream.on("response.output_text.delta", ({ delta }) => void texts.push(delta));
    const streamed = await stream.finalResponse();
    expect(streamed.output_text).toBe(plain.output_text);
    expect(texts.length).toBeGreaterThan(1);
    const short = await client.responses.create({ ...asked, max_output_tokens: 16 });
    expect(["completed", "incomplete"]).toContain(short.status ?? "");
    expect(fake(server).calls().at(-1)?.path).toBe(paths[server]);
  });

  test("its stream holds to the grammar", async () => {
    const answer = await router.post("/v1/responses", { ...asked, stream: true });
    const { state, response } = readResponseStream(await answer.text());
    expect(state).toBe("completed");
    expect(response["usage"].input_tokens).toBeGreaterThan(0);
  });

  test("parse gets an object of a schema", async () => {
    const text = { format: zodTextFormat(city, "city") };
    const plain = await client.responses.parse({ ...asked, text });
    expect(plain.output_parsed).toEqual({ city: expect.any(String) });
    const streamed = await client.responses.stream({ ...asked, text }).finalResponse();
    expect(streamed.output_parsed).toEqual(plain.output_parsed);
  });

  test("a loop of parallel calls, with a picture in a result", async () => {
    const params = { ...asked, model: `${server}/parallel-m`, tools, instructions: "Be brief." };
    const first = await client.responses.stream(params).finalResponse();
    const calls = first.output.filter((item) => item.type === "function_call");
    expect(calls.map(({ name }) => name)).toEqual(["weather", "time"]);
    for (const call of calls)
      expect(JSON.parse(call.arguments)).toMatchObject({ city: expect.any(String) });
    const plain = await client.responses.create(params);
    expect(plain.output.map(({ type }) => type)).toEqual(first.output.map(({ type }) => type));
    const outputs = calls.map(({ call_id }, at) => ({
      type: "function_call_output" as const,
      call_id,
      output:
        at === 0
          ? [
              { type: "input_text" as const, text: "result 0" },
              {
                type: "input_image" as const,
                image_url: "data:image/png;base64,iVBORw0KGgo=",
                detail: "auto" as const,
              },
            ]
          : "result 1",
    }));
    const answer = await client.responses.create({
      ...params,
      tool_choice: "none",
      input: [{ role: "user", content: "Hello there" }, ...calls, ...outputs],
    });
    expect(answer.output_text).toContain(`parallel-m on ${server}`);
    const sent = new TextDecoder().decode(fake(server).calls().at(-1)?.body);
    for (const said of ["Be brief.", "result 0", "result 1", "iVBORw0KGgo="])
      expect(sent).toContain(said);
  });

  test("reasoning is an item of its own, and goes back sealed", async () => {
    const params = {
      ...asked,
      model: `${server}/think-m`,
      reasoning: { effort: "high" as const, summary: "auto" as const },
      include: ["reasoning.encrypted_content" as const],
    };
    const first = await client.responses.create(params);
    const [thought] = first.output;
    expect(thought).toMatchObject({
      type: "reasoning",
      summary: [{ type: "summary_text", text: expect.stringMatching(/./) }],
      encrypted_content: expect.stringMatching(server === "responses" ? /./ : /^sr1\./),
    });
    const again = await client.responses.create({
      ...params,
      input: [
        { role: "user", content: "Hello there" },
        ...asInput(first.output),
        { role: "user", content: "And?" },
      ],
    });
    expect(again.status).toBe("completed");
  });

  // Time for what precedes the cut to be read: fetch drops what comes together with a broken end.
  const cut: Behaviour = { kind: "cut", when: "mid-content", beforeFaultMs: 500 };
  const breaks = () => fake(server).script([cut]);

  test("a stream that breaks is an error", async () => {
    breaks();
    const broken = client.responses.stream(asked).finalResponse();
    expect(await broken.catch(String)).toContain("upstream connection lost");
    breaks();
    const answer = await router.post("/v1/responses", { ...asked, stream: true });
    expect(readResponseStream(await answer.text())).toMatchObject({
      state: "failed",
      error: { message: expect.stringContaining("upstream connection lost") },
    });
  });

  describe.each(Object.entries(providers))("%s", (_, made) => {
    test("plays a loop of tools", async () => {
      const { model, options } = made();
      const ran: string[] = [];
      const done = await generateText({
        model: model(`${server}/parallel-m`),
        prompt: "Hello there",
        providerOptions: options,
        stopWhen: isStepCount(2),
        tools: {
          weather: aiTool({
            description: "the weather",
            inputSchema: city,
            execute: (where) => {
              ran.push(where.city);
              return Promise.resolve("fine");
            },
          }),
        },
      });
      expect(done.steps.length).toBe(2);
      expect(ran.length).toBeGreaterThan(0);
      expect(done.text).toContain("The tool said");
    });

    test("streams", async () => {
      const { model } = made();
      const streamed = streamText({ model: model(`${server}/m`), prompt: "Hello there" });
      expect(await streamed.text).toContain(`m on ${server}`);
      expect(await streamed.finishReason).toBe("stop");
      expect((await streamed.usage).outputTokens).toBeGreaterThan(0);
    });

    test("hears of a stream that breaks", async () => {
      const { model } = made();
      breaks();
      const heard: string[] = [];
      const streamed = streamText({
        model: model(`${server}/m`),
        prompt: "Hello there",
        maxRetries: 0,
        onError: ({ error }) => void heard.push(String(error)),
      });
      await streamed.consumeStream();
      expect(heard.join()).toContain("upstream connection lost");
      expect(await streamed.finishReason).toBe("error");
    });

    test("shows reasoning, and hands it back", async () => {
      const { model, options } = made();
      const thinks = { model: model(`${server}/think-m`), reasoning: "high" } as const;
      const first = await generateText({
        ...thinks,
        prompt: "Hello there",
        providerOptions: options,
      });
      const again = await generateText({
        ...thinks,
        providerOptions: options,
        messages: [
          { role: "user", content: "Hello there" },
          ...first.responseMessages,
          { role: "user", content: "And?" },
        ],
      });
      expect(again.text).toContain("And?");
      const streamed = streamText({ ...thinks, prompt: "Hello there" });
      const { reasoningText } = await streamed.finalStep;
      expect(reasoningText).toBe(first.finalStep.reasoningText);
    });

    test("gets an object of a schema, and one of any JSON", async () => {
      const { model } = made();
      const asks = { model: model(`${server}/m`), prompt: "Hello there" };
      const ofSchema = await generateText({ ...asks, output: Output.object({ schema: city }) });
      expect(ofSchema.output).toEqual({ city: expect.any(String) });
      // Anthropic has schemas only.
      if (server === "messages") return;
      const ofAny = await generateText({ ...asks, output: Output.json() });
      expect(ofAny.output).toBeInstanceOf(Object);
    });
  });
});

test("one that fails is covered by the next", async () => {
  fake("chat").script([{ kind: "status", status: 503 }]);
  const answer = await client.responses.create({ model: "mixed", input: "Hello there" });
  expect(answer.output_text).toContain("m on messages");
  const [row] = await router.rows();
  expect(row).toMatchObject({ path: "/v1/responses", protocol: "responses>messages" });
  expect(row?.attempts.map(({ protocol }) => protocol)).toEqual([
    "responses>chat",
    "responses>messages",
  ]);
});

test("what needs stored answers is refused with what would be right", async () => {
  const asked = { model: "chat/m", input: "hi", previous_response_id: "resp_1" };
  const refused = await client.responses.create(asked).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    status: 400,
    message: expect.stringContaining("send the whole conversation as input"),
  });
});

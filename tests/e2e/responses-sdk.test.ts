// OpenAI's own SDK, and the AI SDK's provider for it, speaking Responses through the router: before
// servers that speak chat only, Ollama, and Messages only.
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, isStepCount, streamText, tool as aiTool } from "ai";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { z } from "zod";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { readResponseStream } from "../lab/responses-checker.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

const models = ["m", "think-m", "parallel-m"];
const kinds = { chat: "openai", ollama: "ollama", messages: "openai" } as const;
/** The path that each is asked at. */
const paths = { chat: "/v1/chat/completions", ollama: "/api/chat", messages: "/v1/messages" };
const servers = ["chat", "ollama", "messages"] as const;

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

describe.each(servers)("before %s", (server) => {
  const asked = { model: `${server}/m`, input: "Hello there" };

  test("plain and streamed answers read the same", async () => {
    const plain = await client.responses.create(asked);
    expect(plain.output_text).toContain(`m on ${server}`);
    expect(plain).toMatchObject({ object: "response", status: "completed", store: false });
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
      encrypted_content: expect.stringMatching(/^sr1\./),
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

  test("the AI SDK's provider plays a loop of tools", async () => {
    const provider = createOpenAI({ apiKey: "k", baseURL: `${router.url}/v1` });
    const ran: string[] = [];
    const done = await generateText({
      model: provider(`${server}/parallel-m`),
      prompt: "Hello there",
      providerOptions: { openai: { store: false } },
      stopWhen: isStepCount(2),
      tools: {
        weather: aiTool({
          description: "the weather",
          inputSchema: z.object({ city: z.string() }),
          execute: ({ city }) => {
            ran.push(city);
            return Promise.resolve("fine");
          },
        }),
      },
    });
    expect(done.steps.length).toBe(2);
    expect(ran.length).toBeGreaterThan(0);
  });

  test("the AI SDK's provider streams", async () => {
    const provider = createOpenAI({ apiKey: "k", baseURL: `${router.url}/v1` });
    const streamed = streamText({ model: provider(`${server}/m`), prompt: "Hello there" });
    expect(await streamed.text).toContain(`m on ${server}`);
    expect(await streamed.finishReason).toBe("stop");
  });
});

test("one that fails is covered by the next, and a stream that breaks says so", async () => {
  fake("chat").script([{ kind: "status", status: 503 }]);
  const answer = await client.responses.create({ model: "mixed", input: "Hello there" });
  expect(answer.output_text).toContain("m on messages");
  const [row] = await router.rows();
  expect(row).toMatchObject({ path: "/v1/responses", protocol: "responses>messages" });
  expect(row?.attempts.map(({ protocol }) => protocol)).toEqual([
    "responses>chat",
    "responses>messages",
  ]);
  fake("chat").script([{ kind: "cut", when: "mid-content", betweenMs: 20 }]);
  const broken = await router.post("/v1/responses", { model: "chat/m", input: "hi", stream: true });
  const { state, error } = readResponseStream(await broken.text());
  expect(state).toBe("failed");
  expect(error?.["message"]).toContain("upstream connection lost");
});

test("what needs stored answers is refused with what would be right", async () => {
  const asked = { model: "chat/m", input: "hi", previous_response_id: "resp_1" };
  const refused = await client.responses.create(asked).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    status: 400,
    message: expect.stringContaining("send the whole conversation as input"),
  });
});

// The fake's Ollama answers, read by Ollama's own client.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Ollama } from "ollama";
import type { FakeModel } from "../../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../../src/adapters/fake-model/start-fake-model.ts";
import { ndjsonValues } from "../../lab/split-events.ts";

let fake: FakeModel;
let client: Ollama;

const messages = [{ role: "user", content: "hi there" }];
const sentence = "Hello, this is llama3.2:3b on box. You said “hi there”.";

/** What a call is refused with; fails where it is not. */
const refusal = async (call: Promise<unknown>): Promise<string> => {
  const reason: unknown = await call.then(
    () => "was not refused",
    (error: unknown) => error,
  );
  return String(reason);
};

beforeAll(async () => {
  fake = await startFakeModel({
    name: "box",
    models: ["llama3.2:3b", "llava:latest", "think:1b", "embed:latest"],
    kind: "ollama",
  });
  client = new Ollama({ host: fake.url });
});
afterAll(() => fake.stop());

test("a chat says the same whole and streamed, with counts and durations at its end", async () => {
  const whole = await client.chat({ model: "llama3.2:3b", messages });
  const parts = await Array.fromAsync(
    await client.chat({ model: "llama3.2:3b", messages, stream: true }),
  );
  expect(whole.message.content).toBe(sentence);
  expect(parts.map((part) => part.message.content).join("")).toBe(sentence);
  for (const last of [whole, parts.at(-1)!])
    expect(last).toMatchObject({
      done: true,
      done_reason: "stop",
      prompt_eval_count: 2,
      eval_count: 10,
      total_duration: 14_000_000,
    });
  expect(parts.slice(0, -1).every((part) => !part.done)).toBe(true);
});

test("a stream is newline-delimited JSON, and what comes unless it is declined", async () => {
  const body = JSON.stringify({ model: "llama3.2:3b", prompt: "hi there" });
  const answer = await fetch(`${fake.url}/api/generate`, { method: "POST", body });
  expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
  const values = ndjsonValues(await answer.text());
  expect(values.map((value) => value.response).join("")).toBe(sentence);
  expect(values.at(-1).context).toEqual([1, 2]);
});

test("generate counts system and suffix, gives its context on and sees images", async () => {
  const answer = await client.generate({
    model: "llava",
    prompt: "look",
    system: "be kind",
    context: [7],
    images: ["AA=="],
  });
  expect(answer.response).toBe("Hello, this is llava on box. You said “look”. I see 1 image.");
  expect(answer.prompt_eval_count).toBe(3);
  expect(answer.context).toHaveLength(4);
});

test("a tool is called with arguments as an object, whole and streamed", async () => {
  const parameters = { type: "object", properties: { city: { type: "string" } } };
  const tool = { type: "function", function: { name: "weather", description: "", parameters } };
  const body = { model: "llama3.2:3b", messages, tools: [tool] };
  const expected = [{ function: { name: "weather", arguments: { city: "sample city" } } }];
  expect((await client.chat(body)).message.tool_calls).toEqual(expected);
  const parts = await Array.fromAsync(await client.chat({ ...body, stream: true }));
  expect(parts.flatMap((part) => part.message.tool_calls ?? [])).toEqual(expected);
});

test.each([
  ["stands in the text unless asked about", undefined, /^<think>/, /^$/],
  ["stands beside it when asked for", true, /^Hello/, /said “hi there”/],
  ["is left out when declined", false, /^Hello/, /^$/],
])("thinking %s", async (_rule, think, content, thinking) => {
  const body = { model: "think:1b", messages, ...(think === undefined ? {} : { think }) };
  const { message } = await client.chat(body);
  expect(message.content).toMatch(content);
  expect(message.thinking ?? "").toMatch(thinking);
});

test("a format is kept: JSON, or a schema", async () => {
  const format = { type: "object", properties: { n: { type: "number" } } };
  const bySchema = await client.chat({ model: "llama3.2:3b", messages, format });
  expect(JSON.parse(bySchema.message.content)).toEqual({ n: 1 });
  const any = await client.generate({ model: "llama3.2:3b", prompt: "hi", format: "json" });
  expect(JSON.parse(any.response ?? "")).toMatchObject({ said: "hi" });
});

test("num_predict cuts the answer and says so", async () => {
  const options = { num_predict: 2 };
  const answer = await client.generate({ model: "llama3.2:3b", prompt: "hi", options });
  expect(answer).toMatchObject({ response: "Hello, this ", done_reason: "length", eval_count: 2 });
});

test("a request with nothing to say loads the model", async () => {
  const answer = await client.generate({ model: "llama3.2:3b", prompt: "" });
  expect(answer).toMatchObject({ response: "", done: true, done_reason: "load" });
});

test("both kinds of embeddings agree", async () => {
  const { embeddings } = await client.embed({ model: "embed", input: ["one", "two"] });
  const { embedding } = await client.embeddings({ model: "embed", prompt: "two" });
  expect(embeddings).toHaveLength(2);
  expect(embedding).toEqual(embeddings[1]!);
});

test("models are listed, shown with their abilities, and run once called", async () => {
  expect((await client.list()).models.map((model) => model.name)).toContain("llama3.2:3b");
  expect((await client.list()).models[0]!.details.parameter_size).toBe("3B");
  expect((await client.show({ model: "llava" })).capabilities).toContain("vision");
  const own = await startFakeModel({ name: "fresh", models: ["a", "b"] });
  const fresh = new Ollama({ host: own.url });
  await fresh.generate({ model: "b", prompt: "hi" });
  expect((await fresh.ps()).models.map((model) => model.name)).toEqual(["b"]);
  await own.stop();
});

test("a model that is not there is refused in Ollama’s form", async () => {
  expect(await refusal(client.chat({ model: "nope", messages }))).toContain(
    'model "nope" not found',
  );
  expect(await refusal(client.show({ model: "nope" }))).toContain('model "nope" not found');
});

test("management answers: pull with progress, copy and delete, version, HEAD /", async () => {
  const states = await Array.fromAsync(await client.pull({ model: "x", stream: true }));
  expect(states.at(-1)!.status).toBe("success");
  expect(await client.copy({ source: "llava", destination: "b" })).toMatchObject({
    status: "success",
  });
  expect(await refusal(client.delete({ model: "nope" }))).toContain("not found");
  expect((await client.version()).version).toMatch(/^\d+\.\d+/);
  const root = await fetch(`${fake.url}/`);
  expect(await root.text()).toBe("Ollama is running");
  const head = await fetch(`${fake.url}/`, { method: "HEAD" });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, "17"]);
});

test("a server of one kind does not know the other’s paths", async () => {
  const only = await startFakeModel({ name: "o", models: ["m"], kind: "openai" });
  const status = async (url: string): Promise<number> => (await fetch(url)).status;
  expect(await status(`${only.url}/v1/models`)).toBe(200);
  expect(await status(`${only.url}/api/tags`)).toBe(404);
  expect(await status(`${fake.url}/v1/models`)).toBe(404);
  await only.stop();
});

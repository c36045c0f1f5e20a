// The fake's OpenAI and Anthropic answers, read by the clients people use.
import { afterAll, beforeAll, expect, test } from "bun:test";
import OpenAI, { toFile } from "openai";
import type { FakeModel } from "../../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../../src/adapters/fake-model/start-fake-model.ts";
import { sseEvents, sseValues } from "../../lab/split-events.ts";

let fake: FakeModel;
let client: OpenAI;

const models = ["m", "think-m", "json-m", "parallel-m"];
const user = (content: string) => [{ role: "user" as const, content }];
const weather = {
  type: "function" as const,
  function: {
    name: "weather",
    parameters: {
      type: "object",
      properties: {
        city: { type: "string" },
        days: { type: "integer", minimum: 3 },
        unit: { enum: ["celsius", "kelvin"] },
      },
    },
  },
};
const clock = { type: "function" as const, function: { name: "clock", parameters: {} } };
const weatherArguments = { city: "sample city", days: 3, unit: "celsius" };
const sentence = "Hello, this is m on alpha. You said “hi there”.";

beforeAll(async () => {
  fake = await startFakeModel({ name: "alpha", models });
  client = new OpenAI({ baseURL: `${fake.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterAll(() => fake.stop());

const chatText = async (body: object): Promise<string> => {
  const answer = await client.chat.completions.create({
    model: "m",
    messages: user("hi there"),
    ...body,
  });
  return answer.choices[0]!.message.content ?? "";
};

test("a chat says which server and model answered and quotes the user", async () => {
  const answer = await client.chat.completions.create({ model: "m", messages: user("hi there") });
  expect(answer.choices[0]!.message.content).toBe(sentence);
  expect(answer.model).toBe("m");
  expect(answer.usage).toEqual({ prompt_tokens: 2, completion_tokens: 10, total_tokens: 12 });
});

test("the same chat gets the same bytes, another one others", async () => {
  const bytes = async (text: string): Promise<string> => {
    const body = JSON.stringify({ model: "m", stream: true, messages: user(text) });
    return (await fetch(`${fake.url}/v1/chat/completions`, { method: "POST", body })).text();
  };
  const once = await bytes("one");
  expect(await bytes("one")).toBe(once);
  expect(await bytes("two")).not.toBe(once);
});

test("a streamed chat opens with a role, says the same word by word and ends with its reason", async () => {
  const stream = await client.chat.completions.create({
    model: "m",
    messages: user("hi there"),
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = await Array.fromAsync(stream);
  expect(chunks[0]!.choices[0]!.delta).toEqual({ role: "assistant", content: "" });
  expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe(sentence);
  expect(chunks.at(-2)!.choices[0]!.finish_reason).toBe("stop");
  expect(chunks.at(-1)!.usage!.total_tokens).toBe(12);
  expect(chunks).toHaveLength(13);
});

test("several choices differ and a stream tells them apart", async () => {
  const body = { model: "m", messages: user("hi there"), n: 2 };
  const whole = await client.chat.completions.create(body);
  const texts = whole.choices.map((choice) => choice.message.content!);
  expect(texts).toEqual([sentence, `${sentence} (2)`]);
  const streamed = ["", ""];
  for await (const chunk of await client.chat.completions.create({ ...body, stream: true }))
    for (const choice of chunk.choices) streamed[choice.index] += choice.delta.content ?? "";
  expect(streamed).toEqual(texts);
});

test("a chat with tools calls the first with arguments that fit its schema, streamed as whole", async () => {
  const body = { model: "m", messages: user("hi"), tools: [weather, clock] };
  const whole = await client.chat.completions.create(body);
  const streamed = await client.chat.completions.stream(body).finalChatCompletion();
  for (const answer of [whole, streamed]) {
    expect(answer.choices[0]!.finish_reason).toBe("tool_calls");
    const calls = answer.choices[0]!.message.tool_calls!;
    expect(calls).toHaveLength(1);
    const call = calls[0] as OpenAI.ChatCompletionMessageFunctionToolCall;
    expect(call.function.name).toBe("weather");
    expect(JSON.parse(call.function.arguments)).toEqual(weatherArguments);
  }
  const pieces = await Array.fromAsync(
    await client.chat.completions.create({ ...body, stream: true }),
  );
  expect(pieces.length).toBeGreaterThan(5);
});

test("a model named parallel calls every tool", async () => {
  const body = { model: "parallel-m", messages: user("hi"), tools: [weather, clock] };
  const { choices } = await client.chat.completions.stream(body).finalChatCompletion();
  const calls = choices[0]!.message.tool_calls as OpenAI.ChatCompletionMessageFunctionToolCall[];
  expect(calls.map((call) => call.function.name)).toEqual(["weather", "clock"]);
  expect(new Set(calls.map((call) => call.id)).size).toBe(2);
});

test("a tool's result is answered in words", async () => {
  const text = await chatText({
    tools: [weather],
    messages: [
      ...user("hi"),
      { role: "assistant", tool_calls: [{ id: "c", type: "function", function: weather }] },
      { role: "tool", tool_call_id: "c", content: "sunny" },
    ],
  });
  expect(text).toContain("The tool said “sunny”.");
});

test.each([
  [
    "a tool that is named is the one called",
    { tool_choice: { type: "function", function: { name: "clock" } } },
    "clock",
  ],
  ["tools that are forbidden are not called", { tool_choice: "none" }, undefined],
])("%s", async (_rule, more, expected) => {
  const body = { model: "m", messages: user("hi"), tools: [weather, clock], ...more };
  const answer = await client.chat.completions.create(body as never);
  const call = (answer as OpenAI.ChatCompletion).choices[0]!.message.tool_calls?.[0];
  expect((call as OpenAI.ChatCompletionMessageFunctionToolCall)?.function.name).toBe(expected!);
});

test("a JSON schema is answered with a value that fits it", async () => {
  const schema = {
    type: "object",
    properties: { list: { type: "array", items: { $ref: "#/$defs/item" } } },
    $defs: { item: { type: "object", properties: { ok: { type: "boolean" } } } },
  };
  const text = await chatText({
    response_format: { type: "json_schema", json_schema: { name: "s", schema } },
  });
  expect(JSON.parse(text)).toEqual({ list: [{ ok: true }] });
});

test.each([
  ["JSON that is asked for comes bare", { response_format: { type: "json_object" } }, /^\{.*\}$/],
  ["a model named json fences it", { model: "json-m" }, /^```json\n\{.*\}\n```$/],
  ["a model named think thinks aloud", { model: "think-m" }, /^<think>\n.*\n<\/think>\n\nHello/],
  ["unless it is told not to", { model: "think-m", messages: user("hi /no_think") }, /^Hello/],
  ["a limit on tokens is kept", { max_tokens: 2 }, /^Hello, this $/],
])("%s", async (_rule, body, expected) => {
  expect(await chatText(body)).toMatch(expected);
});

test("an answer cut by its limit says so", async () => {
  const body = { model: "m", messages: user("hi"), max_completion_tokens: 1 };
  expect((await client.chat.completions.create(body)).choices[0]!.finish_reason).toBe("length");
});

test("images in a chat are seen", async () => {
  const image = { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } };
  const content = [{ type: "text", text: "look" }, image];
  expect(await chatText({ messages: [{ role: "user", content }] })).toEndWith("I see 1 image.");
});

test("a legacy completion says the same whole and streamed", async () => {
  const body = { model: "m", prompt: "hi there" };
  const whole = await client.completions.create(body);
  const pieces = await Array.fromAsync(await client.completions.create({ ...body, stream: true }));
  expect(whole.choices[0]!.text).toBe(sentence);
  expect(pieces.map((piece) => piece.choices[0]!.text).join("")).toBe(sentence);
  expect(pieces.at(-1)!.choices[0]!.finish_reason).toBe("stop");
});

test("embeddings depend on the text alone, and base64 holds the same floats", async () => {
  const create = async (encoding_format: "float" | "base64") => {
    const body = { model: "m", input: ["one", "two"], encoding_format };
    return (await client.embeddings.create(body)).data.map((item) => item.embedding);
  };
  const floats = await create("float");
  expect(floats[0]).toHaveLength(16);
  expect(Math.hypot(...floats[0]!)).toBeCloseTo(1, 5);
  expect(floats[1]).not.toEqual(floats[0]!);
  const encoded = (await create("base64")) as unknown as string[];
  const bytes = Buffer.from(encoded[0]!, "base64");
  const decoded = Array.from({ length: 16 }, (_, index) => bytes.readFloatLE(index * 4));
  expect(decoded).toEqual(floats[0]!);
  // The package asks for base64 by itself and decodes it.
  const usual = await client.embeddings.create({ model: "m", input: "one", dimensions: 16 });
  expect([...usual.data[0]!.embedding]).toEqual(floats[0]!);
});

test("a response says the same whole and streamed", async () => {
  const body = { model: "m", input: "hi there" };
  const whole = await client.responses.create(body);
  const stream = client.responses.stream(body);
  const types = (await Array.fromAsync(stream)).map((event) => event.type);
  expect(whole.output_text).toBe(sentence);
  expect((await stream.finalResponse()).output_text).toBe(sentence);
  expect(types[0]).toBe("response.created");
  expect(types.filter((type) => type === "response.output_text.delta")).toHaveLength(10);
  expect(types.at(-1)).toBe("response.completed");
});

test("a response with tools calls the first, whole and streamed", async () => {
  const { name, parameters } = weather.function;
  const tool = { type: "function" as const, name, parameters, strict: false };
  const body = { model: "m", input: "hi", tools: [tool] };
  const whole = await client.responses.create(body);
  const streamed = await client.responses.stream(body).finalResponse();
  for (const answer of [whole, streamed]) {
    const call = answer.output[0] as OpenAI.Responses.ResponseFunctionToolCall;
    expect(call).toMatchObject({ type: "function_call", name: "weather" });
    expect(JSON.parse(call.arguments)).toEqual(weatherArguments);
  }
});

test("models are listed and described one by one", async () => {
  expect((await client.models.list()).data.map((model) => model.id)).toEqual(models);
  expect((await client.models.retrieve("m")).owned_by).toBe("alpha");
  const error: unknown = await client.models.retrieve("nope").catch((reason: unknown) => reason);
  expect(String(error)).toContain("404 The model `nope` does not exist");
});

test("a transcription names the file and its size, speech and images are bytes", async () => {
  const file = await toFile(Buffer.from("\r\n--boundary-like\r\n"), "talk.wav");
  const heard = await client.audio.transcriptions.create({ model: "m", file });
  expect(heard.text).toBe("m on alpha heard talk.wav, 19 bytes.");
  const speech = await client.audio.speech.create({ model: "m", voice: "alloy", input: "ab" });
  const bytes = Buffer.from(await speech.arrayBuffer());
  expect(bytes).toHaveLength(2048);
  expect(bytes[0xff]).toBe(0xff);
  const images = await client.images.generate({ model: "m", prompt: "a cat", n: 2 });
  expect(images.data!.map((image) => image.b64_json!.slice(0, 8))).toEqual([
    "iVBORw0K",
    "iVBORw0K",
  ]);
  const edited = await client.images.edit({ model: "m", prompt: "a dog", image: file });
  expect(edited.data).toHaveLength(1);
});

test.each([
  ["a model that does not exist", { model: "nope" }, 404, "model_not_found"],
  ["no model at all", {}, 400, null],
])("%s is refused in OpenAI’s form", async (_case, body, status, code) => {
  const answer = await fetch(`${fake.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { type: "invalid_request_error", code } });
});

const anthropic = async (body: object): Promise<Response> =>
  fetch(`${fake.url}/v1/messages`, {
    method: "POST",
    body: JSON.stringify({ model: "m", max_tokens: 50, messages: user("hi there"), ...body }),
  });

test("Anthropic’s messages say the same whole and streamed", async () => {
  expect(await (await anthropic({})).json()).toMatchObject({
    type: "message",
    content: [{ type: "text", text: sentence }],
    stop_reason: "end_turn",
    usage: { input_tokens: 2, output_tokens: 10 },
  });
  const text = await (await anthropic({ stream: true })).text();
  const [events, values] = [sseEvents(text), sseValues(text)];
  expect(events.map((event) => event.event)).toEqual(values.map((value) => value.type));
  expect(values.map((value) => value.delta?.text ?? "").join("")).toBe(sentence);
  expect([values[0].type, values.at(-1).type]).toEqual(["message_start", "message_stop"]);
});

test("Anthropic’s tools are called, and an unknown model refused in its own form", async () => {
  const tools = [{ name: "weather", input_schema: weather.function.parameters }];
  expect(await (await anthropic({ tools })).json()).toMatchObject({
    content: [{ type: "tool_use", name: "weather", input: weatherArguments }],
    stop_reason: "tool_use",
  });
  expect(await (await anthropic({ model: "nope" })).json()).toMatchObject({ type: "error" });
});

// Answers of Responses that later requests refer to by their ids: over servers that keep nothing, over one
// that keeps all itself, and from one to the other; across a restart, and for their owners only.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, isStepCount, type ModelMessage, streamText, tool as aiTool } from "ai";
import { rmSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { z } from "zod";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import {
  type ResponsesStateServer,
  startResponsesStateServer,
} from "../lab/responses-state-server.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

const kinds = {
  chat: "openai",
  ollama: "ollama",
  messages: "openai",
  responses: "openai",
} as const;
const servers = ["chat", "ollama", "messages", "responses"] as const;
type Server = (typeof servers)[number];

const fakes = new Map<Server, FakeModel>();
let one: ResponsesStateServer;
let other: ResponsesStateServer;
let forgetful: ResponsesStateServer;
let router: TestRouter;
let client: OpenAI;

const routes = () => `
servers:
  chat: { url: "${fake("chat").url}", speaks: [chat] }
  ollama: { url: "${fake("ollama").url}", type: ollama }
  messages: { url: "${fake("messages").url}", type: anthropic }
  responses: { url: "${fake("responses").url}", speaks: [responses] }
  one: { url: "${one.url}", speaks: [responses] }
  other: { url: "${other.url}", speaks: [responses] }
  forgetful: { url: "${forgetful.url}", speaks: [responses] }
aliases:
  native: { instances: ["one/m", "other/m", "chat/m"] }
`;

function clientOf(at: TestRouter, key = "k"): OpenAI {
  return new OpenAI({ apiKey: key, baseURL: `${at.url}/v1`, maxRetries: 0 });
}

beforeAll(async () => {
  for (const name of servers)
    fakes.set(
      name,
      await startFakeModel({ name, models: ["m", "think-m", "tool-m"], kind: kinds[name] }),
    );
  one = startResponsesStateServer("one");
  other = startResponsesStateServer("other");
  forgetful = startResponsesStateServer("forgetful", false);
  router = await startRouter({ routes: routes() });
  client = clientOf(router);
});

afterAll(async () => {
  await router.stop();
  for (const server of [one, other, forgetful]) await server[Symbol.asyncDispose]();
  await Promise.all([...fakes.values()].map((fakeModel) => fakeModel.stop()));
});

beforeEach(() => {
  for (const server of [one, other, forgetful]) {
    server.fails(null);
    server.ignores(false);
  }
});

function fake(name: Server): FakeModel {
  const found = fakes.get(name);
  if (found === undefined) throw new Error(`no server ${name}`);
  return found;
}

/** How the SDK throws; null: it does not. */
function refused(asked: PromiseLike<unknown>): PromiseLike<unknown> {
  return asked.then(
    () => null,
    (error: unknown) => error,
  );
}

function lastAsked(server: Server): string {
  return new TextDecoder().decode(fake(server).calls().at(-1)?.body);
}

describe.each(servers)("before %s, which keeps nothing", (server) => {
  const model = `${server}/m`;
  /** Its own words pass as they are. */
  const isNative = server === "responses";

  test("a conversation continues an answer, streamed or not", async () => {
    const first = await client.responses.create({ model, input: "My name is Ada." });
    expect(first).toMatchObject({ store: !isNative });
    const second = await client.responses
      .stream({ model, input: "I live in Oslo.", previous_response_id: first.id })
      .finalResponse();
    expect(second.previous_response_id).toBe(isNative ? null : first.id);
    const third = await client.responses.create({
      model,
      input: [{ role: "user", content: "Who am I?" }],
      previous_response_id: second.id,
    });
    expect(third.status).toBe("completed");
    const sent = lastAsked(server);
    for (const said of ["My name is Ada.", "I live in Oslo.", "Who am I?", first.output_text])
      expect(sent).toContain(JSON.stringify(said).slice(1, -1));
    // Two can continue one answer.
    await client.responses.create({ model, input: "Otherwise", previous_response_id: first.id });
    expect(lastAsked(server)).not.toContain("Oslo");
  });

  test("an answer is given back, listed and removed", async () => {
    const asked = { model, input: "Once.", instructions: "Be brief." };
    const made = await client.responses.create({ ...asked, metadata: { a: "b" } });
    const next = await client.responses.create({
      model,
      input: "Twice.",
      previous_response_id: made.id,
    });
    const { output_text, ...rest } = made;
    expect(await client.responses.retrieve(made.id)).toMatchObject(rest);
    expect(output_text).not.toBe("");
    const items = await client.responses.inputItems.list(next.id, { order: "asc" });
    expect(items.data.map((item) => ("role" in item ? item.role : item.type))).toEqual([
      "user",
      "assistant",
      "user",
    ]);
    for (const { id } of items.data) expect(id).toMatch(/./);
    const page = await client.responses.inputItems.list(next.id, { limit: 2 });
    const all: unknown[] = [];
    for await (const item of page) all.push(item);
    expect(all).toEqual(items.data.toReversed());
    await client.responses.delete(made.id);
    expect(await refused(client.responses.retrieve(made.id))).toMatchObject({ status: 404 });
    // What continued it has all of it.
    const third = await client.responses.create({
      model,
      input: "Thrice.",
      previous_response_id: next.id,
    });
    expect(third.status).toBe("completed");
    expect(lastAsked(server)).toContain("Once.");
  });

  test("a tool loop continues the answer with the calls", async () => {
    const params = {
      model: `${server}/tool-m`,
      tools: [
        {
          type: "function" as const,
          name: "weather",
          strict: false,
          parameters: { type: "object", properties: { city: { type: "string" } } },
        },
      ],
    };
    const first = await client.responses.create({ ...params, input: "How is it?" });
    const call = first.output.find((item) => item.type === "function_call");
    const second = await client.responses.create({
      ...params,
      previous_response_id: first.id,
      tool_choice: "none",
      input: [
        { type: "function_call_output", call_id: call?.call_id ?? "", output: "rain, 4 degrees" },
      ],
    });
    expect(second.status).toBe("completed");
    expect(lastAsked(server)).toContain("rain, 4 degrees");
  });

  test("what is not to be kept is not", async () => {
    const first = await client.responses.create({ model, input: "Secret.", store: false });
    expect(first).toMatchObject({ store: false });
    expect(await refused(client.responses.retrieve(first.id))).toMatchObject({ status: 404 });
    const next = client.responses.create({ model, input: "?", previous_response_id: first.id });
    expect(await refused(next)).toMatchObject({
      status: 400,
      code: "previous_response_not_found",
      param: "previous_response_id",
    });
  });

  test("the AI SDK with its defaults refers to items by their ids", async () => {
    const provider = createOpenAI({ apiKey: "k", baseURL: `${router.url}/v1` });
    const aiModel = provider(`${server}/tool-m`);
    const messages: ModelMessage[] = [{ role: "user", content: "How is it?" }];
    for (const say of ["And tomorrow?", "And then?"]) {
      const { responseMessages } = await generateText({
        model: aiModel,
        messages,
        stopWhen: isStepCount(3),
        tools: {
          weather: aiTool({
            inputSchema: z.object({ city: z.string().optional() }),
            execute: async () => "rain",
          }),
        },
      });
      messages.push(...responseMessages, { role: "user", content: say });
    }
    const asked = fake(server).calls().length;
    const last = streamText({ model: provider(model), messages });
    expect(await last.text).not.toBe("");
    expect(fake(server).calls().length).toBe(asked + 1);
    for (const said of ["How is it?", "And tomorrow?", "And then?", "rain"])
      expect(lastAsked(server)).toContain(said);
  });
});

describe("before a server that keeps its answers", () => {
  test("it gets the id, and nothing that it knows", async () => {
    const first = await client.responses.create({ model: "one/m", input: "First." });
    expect(first.id).toStartWith("resp_one");
    await client.responses.create({
      model: "one/m",
      input: "Second.",
      previous_response_id: first.id,
    });
    expect(one.asked.at(-1)).toEqual({
      model: "m",
      input: "Second.",
      previous_response_id: first.id,
    });
    expect((await client.responses.retrieve(first.id)).output_text).toBe(first.output_text);
  });

  test("another gets all of it, without what only the first understands", async () => {
    const first = await client.responses
      .stream({ model: "native", input: "First." })
      .finalResponse();
    expect(first.id).toStartWith("resp_one");
    one.fails(503);
    const { data: second, response } = await client.responses
      .create({ model: "native", input: "Second.", previous_response_id: first.id })
      .withResponse();
    expect(second.id).toStartWith("resp_other");
    expect(response.headers.get("x-smolrouter-dropped")).toContain("previous_response_id");
    expect(other.asked.at(-1)).toEqual({
      model: "m",
      input: [
        { type: "message", role: "user", content: [{ type: "input_text", text: "First." }] },
        expect.not.objectContaining({ id: expect.anything() }),
        { type: "message", role: "user", content: [{ type: "input_text", text: "Second." }] },
      ],
    });
    // Its maker is asked first, wherever it stands in the alias.
    one.fails(null);
    await client.responses.create({
      model: "native",
      input: "Third.",
      previous_response_id: second.id,
    });
    expect(other.asked.at(-1)).toMatchObject({ previous_response_id: second.id, input: "Third." });
    // And a server of another protocol gets it, too.
    one.fails(503);
    other.fails(503);
    const third = await client.responses.create({
      model: "native",
      input: "Fourth.",
      previous_response_id: second.id,
    });
    expect(third.status).toBe("completed");
    for (const said of ["First.", "Second.", "Fourth."]) expect(lastAsked("chat")).toContain(said);
  });

  test("one that has forgotten gets it within the same attempt", async () => {
    const first = await client.responses.create({ model: "one/m", input: "First." });
    one.forget();
    const { data, response } = await client.responses
      .create({ model: "one/m", input: "Second.", previous_response_id: first.id })
      .withResponse();
    expect(data.output_text).toBe("one read 3 items");
    expect(response.headers.get("x-smolrouter-attempts")).toBe("1");
  });

  test("one that ignores the id gets it, too", async () => {
    const first = await client.responses.create({ model: "one/m", input: "First." });
    one.ignores(true);
    const asked = { model: "one/m", input: "Second.", previous_response_id: first.id };
    const { data, response } = await client.responses.create(asked).withResponse();
    expect(data.output_text).toBe("one read 3 items");
    expect(response.headers.get("x-smolrouter-attempts")).toBe("1");
    const streamed = await client.responses.stream(asked).finalResponse();
    expect(streamed.output_text).toBe("one read 3 items");
  });

  test("one that keeps nothing, and says so, gets it at once", async () => {
    const first = await client.responses.create({ model: "forgetful/m", input: "First." });
    expect(first).toMatchObject({ store: false });
    const count = forgetful.asked.length;
    const next = { model: "forgetful/m", input: "Second.", previous_response_id: first.id };
    // Its own reasoning it does not know again, either.
    const second = await client.responses.create(next);
    expect(second.output_text).toBe("forgetful read 3 items");
    expect(forgetful.asked.length).toBe(count + 2);
  });

  test("items by their ids", async () => {
    const first = await client.responses.create({ model: "one/m", input: "First." });
    const input = [
      { role: "user" as const, content: "First." },
      ...first.output.map(({ id }) => ({ type: "item_reference" as const, id: id ?? "" })),
      { role: "user" as const, content: "Second." },
    ];
    await client.responses.create({ model: "one/m", input });
    expect(one.asked.at(-1)?.input).toEqual(input);
    await client.responses.create({ model: "chat/m", input });
    expect(lastAsked("chat")).toContain(first.output_text);
  });
});

describe("what cannot be found", () => {
  test.each([
    ["previous_response_id", { input: "?", previous_response_id: "resp_nobody" }],
    [
      "input[1].id",
      {
        input: [
          { role: "user", content: "?" },
          { type: "item_reference", id: "x" },
        ],
      },
    ],
  ])("is refused, and no server is asked: %s", async (param, more) => {
    const count = fake("chat").calls().length;
    const answer = await router.post("/v1/responses", { model: "chat/m", ...more });
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ code: "previous_response_not_found", param });
    expect(fake("chat").calls().length).toBe(count);
  });

  test.each([
    ["conversation", "conv_1"],
    ["prompt", { id: "pmpt_1" }],
    ["background", true],
  ])("what nobody keeps here is refused, natively, too: %s", async (param, value) => {
    for (const model of ["chat/m", "one/m"]) {
      const answer = await router.post("/v1/responses", { model, input: "?", [param]: value });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ error: { param } });
    }
  });

  test("another's answers are as if they were not there", async () => {
    const mallory = clientOf(router, "another key");
    for (const model of ["chat/m", "one/m"]) {
      const made = await client.responses.create({ model, input: "Mine." });
      expect(await refused(mallory.responses.retrieve(made.id))).toMatchObject({ status: 404 });
      expect(await refused(mallory.responses.inputItems.list(made.id))).toMatchObject({
        status: 404,
      });
      expect(await refused(mallory.responses.delete(made.id))).toMatchObject({ status: 404 });
      expect(
        await refused(
          mallory.responses.create({ model, input: "?", previous_response_id: made.id }),
        ),
      ).toMatchObject({ status: 400, code: "previous_response_not_found" });
      const [item] = made.output;
      expect(
        await refused(
          mallory.responses.create({
            model,
            input: [{ type: "item_reference", id: item?.id ?? "" }],
          }),
        ),
      ).toMatchObject({ status: 400 });
      expect((await client.responses.retrieve(made.id)).id).toBe(made.id);
    }
  });

  test("nothing is made in the background that could be cancelled", async () => {
    const made = await client.responses.create({ model: "chat/m", input: "Now." });
    expect(await refused(client.responses.cancel(made.id))).toMatchObject({ status: 400 });
  });
});

test("a restart loses nothing", async () => {
  const folder = join(router.folder, "again");
  const env = { DB_PATH: join(folder, "requests.db"), BLOB_STORAGE_PATH: join(folder, "blobs") };
  const before = await startRouter({ routes: routes(), env });
  const made: { id: string; text: string }[] = [];
  let previous: string | null = null;
  for (const model of ["chat/m", "one/m", "messages/m"]) {
    const { id, output_text: text }: OpenAI.Responses.Response = await clientOf(
      before,
    ).responses.create({ model, input: `To ${model}.`, previous_response_id: previous });
    made.push({ id, text });
    previous = id;
  }
  await before.stop();
  const after = await startRouter({ routes: routes(), env });
  try {
    for (const { id, text } of made)
      expect((await clientOf(after).responses.retrieve(id)).output_text).toBe(text);
    const [item] = (await clientOf(after).responses.retrieve(made[0]?.id ?? "")).output;
    await clientOf(after).responses.create({
      model: "ollama/m",
      input: [
        { type: "item_reference", id: item?.id ?? "" },
        { role: "user", content: "Go on." },
      ],
      previous_response_id: previous,
    });
    for (const said of ["To chat/m.", "To one/m.", "To messages/m.", "Go on."])
      expect(lastAsked("ollama")).toContain(said);
  } finally {
    await after.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("without a log nothing is kept, and answers say so", async () => {
  const bare = await startRouter({ routes: routes(), env: { ENABLE_LOGGING: "false" } });
  try {
    const asked = { model: "chat/m", input: "Hello" };
    const made = await clientOf(bare).responses.create(asked);
    expect(made).toMatchObject({ store: false });
    expect(
      await refused(clientOf(bare).responses.create({ ...asked, previous_response_id: made.id })),
    ).toMatchObject({ status: 400, message: expect.stringContaining("ENABLE_LOGGING") });
    expect(await refused(clientOf(bare).responses.retrieve(made.id))).toMatchObject({
      status: 404,
    });
  } finally {
    await bare.stop();
  }
});

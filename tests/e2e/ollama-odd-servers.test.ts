// Ollama's clients before servers that do not do what they are asked: what comes is still Ollama's form, and true.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Ollama } from "ollama";
import {
  ndjson,
  plain,
  type ScriptedServer,
  sse,
  startScriptedServer,
} from "../lab/scripted-server.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

const digits = '{"channel": 1234567890123456789, "b": 1.0, "2": "x", "1": "y"}';
const called = (holder: string, more = "") =>
  `{"choices":[{"index":0,"${holder}":{"content":"","tool_calls":[{"index":0,"id":"x","type":"function",` +
  `"function":{"name":"f","arguments":${JSON.stringify(digits)}}}]},"finish_reason":"tool_calls"}]${more}}`;
const usage = '{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}';
const said = (content: string, finish: string | null = null) =>
  JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] });
const error = '{"error":{"code":502,"message":"provider gone"},"choices":[]}';
const line = (content: string, more: object = { done: false }) =>
  JSON.stringify({ model: "m", message: { role: "assistant", content }, ...more });
const image = (url: string) =>
  `{"choices":[{"index":0,"message":{"content":"see","images":[{"type":"image_url","image_url":{"url":"${url}"}}]},"finish_reason":"stop"}]}`;

let foreign: ScriptedServer;
let native: ScriptedServer;
let router: TestRouter;

beforeAll(async () => {
  foreign = startScriptedServer({
    calls: plain(called("message")),
    "calls-streamed": sse(called("delta"), usage, "[DONE]"),
    streams: sse(
      '{"choices":[{"index":0,"delta":{"reasoning_content":"Hm"},"finish_reason":null}]}',
      said("Look"),
      said("ing.", "stop"),
      called("delta"),
      usage,
      "[DONE]",
    ),
    fails: sse(said("half"), error, "[DONE]"),
    cut: sse(said("half")),
    whole: plain(called("message", ',"usage":{"prompt_tokens":3,"completion_tokens":2}')),
    lines: ndjson(said("Look"), said("ing.", "stop"), usage),
    vectors: { type: "text/event-stream", body: '{"data":[{"embedding":[1.0, 1e-05]}]}' },
    refuses: plain('{"choices":[],"error":{"message":"provider gone"}}'),
    odd: plain('{"message":"quota exceeded"}'),
    picture: plain(image("data:image/png;base64,iVBORw0KGgo=")),
    link: plain(image("https://example.com/a.png")),
    good: sse(said("from two", "stop"), "[DONE]"),
  });
  native = startScriptedServer({
    streams: ndjson(
      line("Look"),
      line("ing.", {
        done: false,
        message: {
          role: "assistant",
          content: "ing.",
          tool_calls: [{ function: { name: "f", arguments: {} } }],
        },
      }).replace('"arguments":{}', `"arguments":${digits}`),
      line("", { done: true, done_reason: "stop", eval_count: 7 }),
    ),
    fails: ndjson(line("half"), '{"error":"llama runner process has terminated"}'),
  });
  router = await startRouter({
    env: { DEFAULT_UPSTREAM: foreign.url, STRIP_THINKING: "move" },
    routes: `
servers:
  one: "${foreign.url}"
  nat: { url: "${native.url}", type: ollama }
aliases:
  both: { instances: ["one/fails", "one/good"] }
  nboth: { instances: ["nat/fails", "one/good"] }
`,
  });
});
afterAll(async () => {
  await router.stop();
  await Promise.all([foreign.stop(), native.stop()]);
});

const messages = [{ role: "user", content: "hi" }];
const chat = (model: string, stream: boolean, more: object = {}) =>
  router.post("/api/chat", { model, messages, stream, ...more });

describe("numbers and the order of keys are the model's own", () => {
  test.each(["calls", "calls-streamed", "whole"])("%s, streamed and not", async (model) => {
    for (const stream of [true, false]) {
      const answer = await (await chat(`one/${model}`, stream)).text();
      expect(answer).toContain(`"arguments":${digits}`);
    }
  });

  test("and the client's own in a request", async () => {
    const tools = `[{"type":"function","function":{"name":"f","parameters":{"properties":{"2":{"maximum":1e400},"1":{"minimum":1.0}}}}}]`;
    const format = '{"type": "object", "properties": {"10": {}, "9": {}}}';
    await router.post(
      "/api/chat",
      `{"model":"one/calls","stream":false,"options":{"seed":12345678901234567890,"temperature":1.0},` +
        `"tools":${tools},"format":${format},"messages":[{"role":"user","content":"a"},` +
        `{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":${digits}}}]}]}`,
    );
    const sent = foreign.lastBody();
    for (const part of [
      `"tools":${tools}`,
      `"schema":${format}`,
      '"seed":12345678901234567890',
      '"temperature":1.0',
      `"arguments":${JSON.stringify(digits)}`,
    ])
      expect(sent).toContain(part);
  });
});

describe("who asks for no stream gets one object, whatever comes", () => {
  test("a /v1 server's events, with thinking, calls and counts", async () => {
    const answer = await chat("one/streams", false);
    expect(answer.headers.get("content-type")).toBe("application/json");
    const text = await answer.text();
    expect(text).toContain(`"arguments":${digits}`);
    expect(JSON.parse(text)).toMatchObject({
      model: "streams",
      message: { role: "assistant", content: "Looking.", thinking: "Hm" },
      done: true,
      done_reason: "stop",
      prompt_eval_count: 3,
      eval_count: 2,
    });
  });

  test("an Ollama server's lines", async () => {
    const text = await (await chat("nat/streams", false)).text();
    expect(text).toContain(`"arguments":${digits}`);
    expect(JSON.parse(text)).toMatchObject({
      message: { role: "assistant", content: "Looking." },
      done: true,
      eval_count: 7,
    });
  });

  test("chat events a line each", async () => {
    expect(await (await chat("one/lines", false)).json()).toMatchObject({
      message: { content: "Looking." },
      done: true,
      eval_count: 2,
    });
    const lines = (await (await chat("one/lines", true)).text()).trimEnd().split("\n");
    expect(lines.map((text) => (JSON.parse(text) as { done: boolean }).done)).toEqual([
      false,
      false,
      true,
    ]);
  });

  test("vectors said to be a stream", async () => {
    const answer = await router.post("/api/embed", { model: "one/vectors", input: "hi" });
    expect(await answer.text()).toContain('"embeddings":[[1.0, 1e-05]]');
  });

  test("the ollama package reads it, chat and generate", async () => {
    const ollama = new Ollama({ host: router.url });
    const chatted = await ollama.chat({ model: "one/streams", messages });
    expect(chatted.message.content).toBe("Looking.");
    const generated = await ollama.generate({ model: "one/streams", prompt: "hi" });
    expect(generated.response).toBe("Looking.");
  });

  test.each([
    ["one/fails", "provider gone"],
    ["nat/fails", "llama runner process has terminated"],
    ["one/cut", "ended before the answer was complete"],
    ["one/refuses", "provider gone"],
  ])("an error, too: %s", async (model, words) => {
    const answer = await chat(model, false);
    expect(answer.status).toBe(502);
    const body = (await answer.json()) as { error: string };
    expect(Object.keys(body)).toEqual(["error"]);
    expect(body.error).toContain(words);
  });

  test.each(["both", "nboth"])("the next server is asked first: %s", async (model) => {
    const answer = await chat(model, false);
    expect(answer.headers.get("x-smolrouter-attempts")).toBe("2");
    expect(await answer.json()).toMatchObject({ message: { content: "from two" }, done: true });
  });
});

describe("what is not an answer is not made one", () => {
  test.each([true, false])("a chat, streamed: %p", async (stream) => {
    const answer = await chat("one/odd", stream);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toEqual({
      error: "upstream one: the upstream's answer is not one of /v1/chat/completions",
    });
  });

  test("vectors", async () => {
    const answer = await router.post("/api/embed", { model: "one/odd", input: "hi" });
    expect(answer.status).toBe(502);
  });
});

describe("who asks for a stream gets lines", () => {
  test("of an answer that came whole", async () => {
    const answer = await chat("one/whole", true);
    expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = (await answer.text()).trimEnd().split("\n");
    expect(lines.map((text) => (JSON.parse(text) as { done: boolean }).done)).toEqual([
      false,
      true,
    ]);
    expect(lines[0]).toContain(`"arguments":${digits}`);
    expect(JSON.parse(lines[1]!)).toMatchObject({ prompt_eval_count: 3, eval_count: 2 });
  });

  test("and an error among them is the last", async () => {
    const lines = (await (await chat("one/fails", true)).text()).trimEnd().split("\n");
    expect(lines.map((text) => JSON.parse(text) as object)).toMatchObject([
      { message: { content: "half" }, done: false },
      { error: "provider gone" },
    ]);
  });
});

describe("pictures in an answer", () => {
  test("go into the message's images", async () => {
    const answer = await chat("one/picture", false);
    expect(answer.headers.has("x-smolrouter-dropped")).toBe(false);
    expect(await answer.json()).toMatchObject({
      message: { content: "see", images: ["iVBORw0KGgo="] },
    });
  });

  test("that Ollama's form has no room for are named, in the row where the head was sent", async () => {
    const answer = await chat("one/link", false);
    expect(answer.headers.get("x-smolrouter-dropped")).toBe("answer.images");
    await answer.text();
    const generated = await router.post("/api/generate", {
      model: "one/picture",
      prompt: "hi",
      stream: false,
    });
    expect(generated.headers.get("x-smolrouter-dropped")).toBe("answer.images");
    await generated.text();
    const rows = await router.rows();
    const row = rows.find(({ id }) => id === generated.headers.get("x-request-id"));
    expect(row?.dropped).toEqual(["answer.images"]);
  });
});

// What gateways that translate Messages to chat have been reported for, tried on this one: over real
// sockets, through the whole router, each stream read by the strictest of readers.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../src/domain/bytes/json.ts";
import { readStrictly } from "../domain/protocols/anthropic-messages/block-grammar.ts";
import { plain, type ScriptedServer, sse, startScriptedServer } from "../lab/scripted-server.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

const chunk = (delta: JsonRecord, finish: string | null = null) =>
  JSON.stringify({
    id: "c",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
const text = (content: string) => chunk({ content });
const reasoning = (reasoning_content: string) => chunk({ reasoning_content });
const call = (index: number, given: string, head: JsonRecord = {}) => {
  const { id, name } = head;
  const called = { arguments: given, ...(name === undefined ? {} : { name }) };
  const type = id === undefined ? {} : { id, type: "function" };
  return { index, ...type, function: called };
};
const calls = (...pieces: readonly JsonRecord[]) => chunk({ tool_calls: pieces });
const finish = (reason: string) => chunk({}, reason);
const usage = JSON.stringify({
  choices: [],
  usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
});
const whole = (message: JsonRecord, finish_reason = "stop") =>
  JSON.stringify({
    id: "c",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason }],
    usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
  });

const said = (words: string) => ({ type: "text", text: words });
const thought = (thinking: string) => ({
  type: "thinking",
  thinking,
  signature: expect.stringMatching(/^sr1\./),
});
const used = (id: string, input: JsonRecord, name = "read") => ({
  type: "tool_use",
  id,
  name,
  input,
});

interface Report {
  /** Where people wrote of it. */
  readonly links: readonly string[];
  readonly events: readonly string[];
  readonly content: readonly unknown[];
  readonly stop?: string;
}

const github = "https://github.com/";

const reports: Readonly<Record<string, Report>> = {
  "the chunk that opens a call holds arguments already": {
    links: [`${github}BerriAI/litellm/issues/25321`],
    events: [
      text("Look: "),
      calls(call(0, '{"path":', { id: "a", name: "read" })),
      calls(call(0, '"x"}')),
      finish("tool_calls"),
    ],
    content: [said("Look: "), used("a", { path: "x" })],
    stop: "tool_use",
  },
  "thinking has blocks of its own, before, between and after text and calls": {
    links: [
      `${github}BerriAI/litellm/issues/32357`,
      `${github}BerriAI/litellm/issues/33224`,
      `${github}musistudio/claude-code-router/issues/1397`,
      `${github}ollama/ollama/issues/14816`,
      `${github}QuantumNous/new-api/issues/5482`,
    ],
    events: [
      reasoning("one"),
      text("first"),
      reasoning("two"),
      calls(call(0, "{}", { id: "a", name: "read" })),
      text("last"),
      finish("tool_calls"),
    ],
    content: [thought("one"), said("first"), thought("two"), used("a", {}), said("last")],
    stop: "tool_use",
  },
  "an empty text opens no block, and a call makes it a turn of tools, whatever the server's word": {
    links: [`${github}BerriAI/litellm/issues/34692`, `${github}BerriAI/litellm/issues/37273`],
    events: [text(""), calls(call(0, "{}", { id: "a", name: "read" })), text(""), finish("stop")],
    content: [used("a", {})],
    stop: "tool_use",
  },
  "arguments of several calls come in the last chunk": {
    links: [`${github}QuantumNous/new-api/pull/6394`, `${github}decolua/9router/pull/2248`],
    events: [
      calls(call(0, "", { id: "a", name: "read" }), call(1, "", { id: "b", name: "read" })),
      calls(call(1, '{"path":"b"}'), call(0, '{"path":"a"}')),
      finish("tool_calls"),
    ],
    content: [used("a", { path: "a" }), used("b", { path: "b" })],
    stop: "tool_use",
  },
  "the first words come with the role": {
    links: [`${github}QuantumNous/new-api/pull/1579`],
    events: [chunk({ role: "assistant", content: "Hel" }), text("lo"), finish("stop")],
    content: [said("Hello")],
  },
  "an id on every chunk of a call is one call": {
    links: [`${github}diegosouzapw/OmniRoute/issues/682`],
    events: [
      calls(call(0, '{"path":', { id: "a", name: "read" })),
      calls(call(0, '"x"}', { id: "a" })),
      finish("tool_calls"),
    ],
    content: [used("a", { path: "x" })],
    stop: "tool_use",
  },
  "calls are counted by the server from where it likes": {
    links: [`${github}router-for-me/CLIProxyAPI/issues/539`],
    events: [
      text("Both."),
      calls(call(3, "{}", { id: "a", name: "read" })),
      calls(call(7, "{}", { id: "b", name: "read" })),
      finish("tool_calls"),
    ],
    content: [said("Both."), used("a", {}), used("b", {})],
    stop: "tool_use",
  },
  "a filter's word is a refusal, not an empty turn": {
    links: [
      `${github}BerriAI/litellm/issues/40857`,
      `${github}router-for-me/CLIProxyAPI/issues/4958`,
    ],
    events: [text("I "), finish("content_filter")],
    content: [said("I ")],
    stop: "refusal",
  },
};

const names = Object.keys(reports);
const modelOf = (name: string) => `stream-${names.indexOf(name)}`;

let chat: ScriptedServer;
let router: TestRouter;
beforeAll(async () => {
  const streams = names.map((name) => [
    modelOf(name),
    sse(...(reports[name]?.events ?? []), usage, "[DONE]"),
  ]);
  chat = startScriptedServer({
    ...Object.fromEntries(streams),
    ok: plain(whole({ content: "ok" })),
    "ok-stream": sse(text("ok"), finish("stop"), usage, "[DONE]"),
    "fails-after": sse(text("half"), JSON.stringify({ error: { message: "out of memory" } })),
    "fails-thinking": sse(reasoning("hm"), JSON.stringify({ error: { message: "gone" } })),
  });
  router = await startRouter({
    routes: `
servers:
  chat: { url: "${chat.url}", speaks: [chat] }
aliases:
  held: { commit: first_answer, instances: ["chat/fails-thinking", "chat/ok-stream"] }
`,
  });
});
afterAll(async () => {
  await router.stop();
  await chat.stop();
});

async function streamOf(model: string): Promise<string> {
  const answer = await router.post("/v1/messages", {
    model,
    max_tokens: 100,
    stream: true,
    thinking: { type: "enabled", budget_tokens: 1_024 },
    messages: [{ role: "user", content: "hi" }],
  });
  expect(answer.status).toBe(200);
  return answer.text();
}

describe("streams", () => {
  test.each(names)("%s", async (name) => {
    const { content, stop = "end_turn" } = reports[name] ?? { content: [] };
    const { message, complete } = readStrictly(await streamOf(`chat/${modelOf(name)}`));
    expect(message).toMatchObject({ content, stop_reason: stop });
    expect(complete).toBe(true);
  });

  // https://github.com/vercel/ai/issues/17326, https://github.com/BerriAI/litellm/issues/24176
  test("a stream begins with a count of the prompt, which its end puts right", async () => {
    const stream = await streamOf("chat/ok-stream");
    const [first, last] = [...stream.matchAll(/"input_tokens":(\d+)/g)].map(([, n]) => Number(n));
    expect(first).toBeGreaterThan(0);
    expect(last).toBe(12);
  });

  // https://github.com/router-for-me/CLIProxyAPI/pull/4980, https://github.com/BerriAI/litellm/pull/38606,
  // https://github.com/Alishahryar1/free-claude-code/issues/1543
  test("an error in a stream that began with 200 is an error, and no end", async () => {
    const { error, complete } = readStrictly(await streamOf("chat/fails-after"));
    expect(error).toContain("out of memory");
    expect(complete).toBe(false);
  });

  // https://github.com/router-for-me/CLIProxyAPI/issues/4658
  test("reasoning can be held, so that a server that fails after it costs the client nothing", async () => {
    const { message, complete } = readStrictly(await streamOf("held"));
    expect(message).toMatchObject({ content: [said("ok")] });
    expect(complete).toBe(true);
  });
});

interface Sent {
  readonly body: JsonRecord;
  readonly dropped: readonly string[];
}

/** The request as the chat server got it. */
async function sent(request: JsonRecord): Promise<Sent> {
  const answer = await router.post("/v1/messages", {
    model: "chat/ok",
    max_tokens: 100,
    messages: [{ role: "user", content: "hi" }],
    ...request,
  });
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
  return {
    body: JSON.parse(chat.lastBody()) as JsonRecord,
    dropped: answer.headers.get("x-smolrouter-dropped")?.split(",") ?? [],
  };
}

const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown) => ({ role: "assistant", content });
const result = (id: string, content: unknown) => ({
  type: "tool_result",
  tool_use_id: id,
  content,
});
const picture = {
  type: "image",
  source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" },
};
const tool = { name: "read", input_schema: { type: "object" } };

describe("requests", () => {
  // https://github.com/anthropics/claude-code/issues/68551, https://github.com/ollama/ollama/issues/15287
  test("thinking is translated, and off where nobody asks for it", async () => {
    const asked = await sent({ thinking: { type: "adaptive" } });
    expect(asked.body).not.toContainKey("thinking");
    expect(asked.body).toMatchObject({ chat_template_kwargs: { enable_thinking: true } });
    const silent = await sent({});
    expect(silent.body).toMatchObject({ chat_template_kwargs: { enable_thinking: false } });
  });

  // https://github.com/anthropics/claude-code/issues/21612, https://github.com/maximhq/bifrost/issues/1935
  test("what the server does not know is named, not sent", async () => {
    const { body, dropped } = await sent({
      context_management: { edits: [] },
      container: "c",
      system: [{ type: "text", text: "be brief", cache_control: { type: "ephemeral" } }],
    });
    expect(body).not.toContainAnyKeys(["context_management", "container", "cache_control"]);
    expect(dropped).toEqual(
      expect.arrayContaining(["cache_control", "container", "context_management"]),
    );
    expect(JSON.stringify(body)).not.toContain("ephemeral");
  });

  // https://github.com/ggml-org/llama.cpp/issues/27367, https://github.com/QwenLM/Qwen3.8/issues/244,
  // https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/2298, https://github.com/ollama/ollama/issues/16372
  test("one system message, at the start, and what comes later in its place among the user's", async () => {
    const { body } = await sent({
      system: [
        { type: "text", text: "one" },
        { type: "text", text: "two" },
      ],
      messages: [
        user("hi"),
        assistant("hello"),
        user("go on"),
        { role: "system", content: "be brief" },
      ],
    });
    expect(body["messages"]).toEqual([
      { role: "system", content: "one\n\ntwo" },
      { role: "user", content: "hi" },
      { role: "assistant", content: "hello" },
      { role: "user", content: "go on\n\nbe brief" },
    ]);
  });

  // https://github.com/BerriAI/litellm/issues/23712, https://github.com/BerriAI/litellm/pull/34462,
  // https://github.com/sgl-project/sglang/pull/19233, https://github.com/BerriAI/litellm/pull/19360,
  // https://github.com/router-for-me/CLIProxyAPI/pull/2620, https://github.com/Helicone/helicone/pull/5324
  test("parallel calls are one message, their results follow, and a picture in one is seen", async () => {
    const { body } = await sent({
      tools: [tool],
      messages: [
        user("look"),
        assistant([used("a", {}), used("b", {})]),
        user([said("and now?"), result("b", [picture]), result("a", "text")]),
        assistant([used("c", {})]),
        user([result("c", "done")]),
      ],
    });
    const messages = body["messages"] as readonly JsonRecord[];
    expect(
      messages.map(({ role, tool_calls, tool_call_id: id }) => [
        role,
        id ?? (tool_calls as unknown[])?.length,
      ]),
    ).toEqual([
      ["user", undefined],
      ["assistant", 2],
      ["tool", "a"],
      ["tool", "b"],
      ["user", undefined],
      ["assistant", 1],
      ["tool", "c"],
    ]);
    expect(JSON.stringify(messages[4])).toContain("data:image/png;base64,iVBORw0KGgo=");
    expect(JSON.stringify(messages[4])).toContain("and now?");
  });

  // https://github.com/BerriAI/litellm/issues/23841
  test("blocks of a type that nobody knows are read as the text that they hold", async () => {
    const { body } = await sent({ messages: [user([said("hi"), { type: "oracle", text: "x" }])] });
    expect(JSON.stringify(body["messages"])).toContain("x");
  });

  // https://github.com/router-for-me/CLIProxyAPI/issues/3710, https://github.com/Wei-Shaw/sub2api/issues/5520,
  // https://github.com/langchain-ai/langchainjs/issues/10883
  test("reasoning goes back to servers that want it on the next turn of tools", async () => {
    const thinking = { type: "enabled", budget_tokens: 1_024 };
    const first = await router.post("/v1/messages", {
      model: `chat/${modelOf("thinking has blocks of its own, before, between and after text and calls")}`,
      max_tokens: 2_000,
      thinking,
      messages: [user("hi")],
    });
    const { content } = (await first.json()) as { content: readonly JsonRecord[] };
    const { body } = await sent({
      model: "chat/ok",
      thinking,
      messages: [user("hi"), assistant(content), user([result("a", "x")])],
    });
    expect(JSON.stringify(body)).toContain('"reasoning_content":"one');
    expect(JSON.stringify(body)).not.toContain("sr1.");
  });

  // https://github.com/ollama/ollama/issues/18226, https://github.com/lidge-jun/opencodex/issues/2135
  test("schemas go out as they were written", async () => {
    const input_schema = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { path: { type: "string", pattern: "^\\S+$", maxLength: 100_000 } },
    };
    const { body } = await sent({ tools: [{ name: "read", input_schema }] });
    expect(body["tools"]).toMatchObject([{ function: { parameters: input_schema } }]);
  });
});

// Tool loops with reasoning, before servers that check what comes back of theirs: one that signs it, as
// Anthropic's does, one that wants the text, as DeepSeek's does, and both in turns.
import Anthropic from "@anthropic-ai/sdk";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { type Message, Ollama } from "ollama";
import OpenAI from "openai";
import { type JsonRecord, textMember } from "../../src/domain/bytes/json.ts";
import { type DeepSeekServer, startDeepSeekServer } from "../lab/deepseek-server.ts";
import { messagesKey, type MessagesServer, startMessagesServer } from "../lab/messages-server.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

let claude: MessagesServer;
let deepseek: DeepSeekServer;
let router: TestRouter;

beforeAll(async () => {
  claude = startMessagesServer();
  deepseek = startDeepSeekServer();
  router = await startRouter({
    env: { DEFAULT_UPSTREAM: claude.url },
    routes: `
servers:
  claude: { url: "${claude.url}", type: anthropic, api_key: ${messagesKey} }
  deepseek: { url: "${deepseek.url}", speaks: [chat] }
aliases:
  mixed: { instances: ["deepseek/chat", "claude/claude-opus-4-5"] }
`,
  });
});
afterAll(async () => {
  await router.stop();
  await Promise.all([claude.stop(), deepseek.stop()]);
});

/** What tests have wanted refused; nothing else is. */
let refused: readonly string[] = [];
afterEach(() => {
  expect([...claude.refusals, ...deepseek.refusals].toSorted()).toEqual(refused.toSorted());
});

const thinking = (text: string) => ({
  type: "thinking",
  thinking: text,
  signature: `c2ln ${text}`,
});
const redacted = (data: string) => ({ type: "redacted_thinking", data });
const say = (text: string) => ({ type: "text", text });
const use = (id: string) => ({ type: "tool_use", id, name: "weather", input: { city: "Oslo" } });
const parameters = { type: "object" as const, properties: { city: { type: "string" } } };
const cold = "It is cold.";
const out = 402;

/** One turn of a client's: what it says next, or nothing, and what the model answered in text. */
interface Talk {
  /** Asks, or goes on with the results of the calls before. */
  next(model: string): Promise<string>;
}

function anthropicTalk(stream: boolean): Talk {
  const client = new Anthropic({ apiKey: "k", baseURL: router.url, maxRetries: 0 });
  const messages: Anthropic.MessageParam[] = [{ role: "user", content: "How is Oslo?" }];
  return {
    async next(model) {
      const params = {
        model,
        max_tokens: 4_000,
        thinking: { type: "adaptive" as const },
        tools: [{ name: "weather", input_schema: parameters }],
        messages,
      };
      const { content } = stream
        ? await client.messages.stream(params).finalMessage()
        : await client.messages.create(params);
      messages.push({ role: "assistant", content });
      const results = content.flatMap((block) =>
        block.type === "tool_use"
          ? [{ type: "tool_result" as const, tool_use_id: block.id, content: cold }]
          : [],
      );
      if (results.length > 0) messages.push({ role: "user", content: results });
      return content.map((block) => (block.type === "text" ? block.text : "")).join("");
    },
  };
}

/** A chat's, with what the last answer's headers say of it. */
interface ChatTalk extends Talk {
  head(name: string): string;
}

function openaiTalk(stream: boolean, apiKey = "k"): ChatTalk {
  const client = new OpenAI({ baseURL: `${router.url}/v1`, apiKey, maxRetries: 0 });
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "How is Oslo?" }];
  let headers = new Headers();
  return {
    async next(model) {
      const params = {
        model,
        max_tokens: 4_000,
        reasoning_effort: "low" as const,
        tools: [{ type: "function" as const, function: { name: "weather", parameters } }],
        messages,
      };
      const message = stream ? await streamed(params) : await plain(params);
      messages.push(message);
      const calls = message.tool_calls ?? [];
      for (const { id } of calls) messages.push({ role: "tool", tool_call_id: id, content: cold });
      return typeof message.content === "string" ? message.content : "";
    },
    head: (name) => headers.get(`x-smolrouter-${name}`) ?? "",
  };

  async function plain(params: OpenAI.ChatCompletionCreateParamsNonStreaming) {
    const { data, response } = await client.chat.completions.create(params).withResponse();
    headers = response.headers;
    return data.choices[0]!.message as OpenAI.ChatCompletionAssistantMessageParam;
  }

  async function streamed(params: OpenAI.ChatCompletionCreateParamsNonStreaming) {
    const stream = client.chat.completions.stream({ ...params, stream: true });
    let reasoning = "";
    for await (const { choices } of stream)
      reasoning += textMember((choices[0]?.delta ?? {}) as JsonRecord, "reasoning_content") ?? "";
    const { message } = (await stream.finalChatCompletion()).choices[0]!;
    // Clients that hand it back put it where it came from.
    return {
      ...message,
      ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    } as OpenAI.ChatCompletionAssistantMessageParam;
  }
}

function ollamaTalk(): Talk {
  const client = new Ollama({ host: router.url });
  const messages: Message[] = [{ role: "user", content: "How is Oslo?" }];
  return {
    async next(model) {
      const tools = [
        { type: "function", function: { name: "weather", description: "", parameters } },
      ];
      const { message } = await client.chat({ model, messages, tools, think: true });
      messages.push(message);
      for (const { function: called } of message.tool_calls ?? [])
        messages.push({ role: "tool", tool_name: called.name, content: cold });
      return message.content;
    },
  };
}

const talks: readonly [string, () => Talk][] = [
  ["the Anthropic SDK", () => anthropicTalk(false)],
  ["the Anthropic SDK, streaming", () => anthropicTalk(true)],
  ["the openai package", () => openaiTalk(false)],
  ["the openai package, streaming", () => openaiTalk(true)],
  ["the ollama package", ollamaTalk],
];

describe.each(talks)("%s", (_, talk) => {
  test("goes on before a server that wants its thinking back", async () => {
    const client = talk();
    deepseek.says(
      { reasoning: "Look first.", calls: ["a1", "a2"] },
      { reasoning: "Once more.", content: "Hm.", calls: ["a3"] },
      { reasoning: "Enough.", content: cold },
    );
    await client.next("deepseek/chat");
    await client.next("deepseek/chat");
    expect(await client.next("deepseek/chat")).toBe(cold);
  });

  test("goes on before a server that signs it", async () => {
    const client = talk();
    const turns = [
      [thinking("Look first."), redacted("eA=="), use("b1"), use("b2")],
      [thinking("Once more."), say("Hm."), use("b3")],
    ];
    claude.says(...turns.map((content) => ({ content, stop: "tool_use" })), {
      content: [thinking("Enough."), say(cold)],
    });
    const model = "claude/claude-opus-4-5";
    await client.next(model);
    await client.next(model);
    expect(await client.next(model)).toBe(cold);
    const messages = claude.asked.at(-1)?.["messages"] as readonly JsonRecord[];
    expect(
      messages.filter(({ role }) => role === "assistant").map(({ content }) => content),
    ).toEqual(turns);
    expect(claude.asked.at(-1)?.["thinking"]).not.toEqual({ type: "disabled" });
  });

  test("goes on while the two take turns", async () => {
    const client = talk();
    deepseek.says({ reasoning: "Look first.", calls: ["c1"] });
    await client.next("mixed");
    deepseek.says(out);
    claude.says({ content: [thinking("Once more."), use("c2")], stop: "tool_use" });
    await client.next("mixed");
    // Not a trace of what the other thought.
    expect(JSON.stringify(claude.asked.at(-1))).not.toContain("Look first.");
    deepseek.says({ reasoning: "And again.", content: "Hm.", calls: ["c3"] });
    await client.next("mixed");
    deepseek.says(out);
    claude.says({ content: [thinking("Enough."), use("c4")], stop: "tool_use" });
    await client.next("mixed");
    const asked = JSON.stringify(claude.asked.at(-1));
    expect(asked).not.toContain("And again.");
    expect(asked).toContain("c2ln Once more.");
    deepseek.says(out);
    claude.says({ content: [say(cold)] });
    expect(await client.next("mixed")).toBe(cold);
    expect(JSON.stringify(claude.asked.at(-1))).toContain("c2ln Enough.");
  });
});

describe("signatures that a server does not know", () => {
  const model = "claude/claude-opus-4-5";
  const invalid = "messages.1.content.0: Invalid `signature` in `thinking` block";

  test("are left out and the request made again, within the attempt, and not sent again", async () => {
    const talk = openaiTalk(false);
    claude.says({ content: [thinking("Look first."), use("d1")], stop: "tool_use" });
    await talk.next(model);
    claude.forgets();
    claude.says({ content: [use("d2")], stop: "tool_use" }, { content: [say(cold)] });
    await talk.next(model);
    refused = [...refused, invalid];
    expect(talk.head("attempts")).toBe("1");
    expect(talk.head("dropped")).toBe("messages.reasoning_content,reasoning_effort");
    expect(claude.asked.at(-1)).toMatchObject({
      thinking: { type: "disabled" },
      messages: [{}, { content: [use("d1")] }, {}],
    });
    expect(await talk.next(model)).toBe(cold);
  });

  test("fail the attempt where that is of no help", async () => {
    const talk = openaiTalk(true);
    claude.says({ content: [thinking("Look first."), use("e1")], stop: "tool_use" });
    await talk.next(model);
    const before = claude.asked.length;
    const refusal = { status: 400, type: "invalid_request_error", message: invalid };
    claude.says(refusal, refusal);
    const thrown: unknown = await talk.next(model).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(OpenAI.BadRequestError);
    expect(String(thrown)).toContain(invalid);
    expect(claude.asked.length - before).toBe(2);
  });

  test("are the client's own business natively", async () => {
    const talk = anthropicTalk(true);
    claude.says({ content: [thinking("Look first."), use("f1")], stop: "tool_use" });
    await talk.next(model);
    claude.forgets();
    const thrown: unknown = await talk.next(model).catch((error: unknown) => error);
    refused = [...refused, invalid];
    expect(thrown).toBeInstanceOf(Anthropic.BadRequestError);
    expect((thrown as { error: unknown }).error).toMatchObject({ error: { message: invalid } });
  });
});

test("thinking that was not shown stops no server that wants some, and that is learned", async () => {
  for (const stream of [false, true]) {
    const talk = anthropicTalk(stream);
    deepseek.says(
      out,
      { reasoning: "Look.", calls: ["h2"] },
      { reasoning: "Enough.", content: cold },
    );
    claude.says({
      content: [{ type: "thinking", thinking: "", signature: "of nothing shown" }, use("h1")],
      stop: "tool_use",
    });
    await talk.next("mixed");
    await talk.next("mixed");
    expect(await talk.next("mixed")).toBe(cold);
  }
  refused = [
    ...refused,
    "The `reasoning_content` in the thinking mode must be passed back to the API.",
  ];
});

test("nobody gets what was signed for somebody else", async () => {
  const [alice, bob] = [openaiTalk(false, "alice"), openaiTalk(false, "bob")];
  const content = [thinking("Look first."), use("g1")];
  claude.says({ content, stop: "tool_use" }, { content: [use("g1")], stop: "tool_use" });
  await alice.next("claude/claude-opus-4-5");
  await bob.next("claude/claude-opus-4-5");
  claude.says({ content: [say(cold)] }, { content: [say(cold)] });
  await bob.next("claude/claude-opus-4-5");
  expect(JSON.stringify(claude.asked.at(-1))).not.toContain("Look first.");
  await alice.next("claude/claude-opus-4-5");
  expect(JSON.stringify(claude.asked.at(-1))).toContain("c2ln Look first.");
});

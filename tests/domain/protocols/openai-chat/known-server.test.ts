// What a server's host, its engine and its refusals make of a request of Anthropic's clients.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { messagesClientCodec } from "../../../../src/domain/protocols/anthropic-messages/client-codec.ts";
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import { nobody } from "../../../../src/domain/protocols/neutral/addressee.ts";
import { chatUpstreamCodec } from "../../../../src/domain/protocols/openai-chat/codec.ts";
import { traitsOf } from "../../../../src/domain/protocols/server-traits.ts";
import type { Engine } from "../../../../src/domain/routing/engine.ts";
import { asRead, asReceived } from "../ollama/written.ts";

const openAi = "https://api.openai.com/v1";
const own = "http://10.0.0.9:8000";

interface Server {
  readonly baseUrl: string;
  readonly engine?: Engine;
  readonly refuses?: readonly string[];
}

function ask({ baseUrl, engine, refuses = [] }: Server, asked: JsonRecord) {
  const call = messagesClientCodec.call(endpointOf("POST", "/v1/messages"));
  const messages = [{ role: "user", content: "hi" }];
  const reading = call?.readRequest(asReceived({ messages, ...asked }));
  if (reading?.kind !== "request") throw new Error(JSON.stringify(reading));
  const known = { engine: engine ?? null, refuses: new Set(refuses) };
  const traits = traitsOf({ baseUrl, maxOutputTokens: null }, known);
  const written = chatUpstreamCodec.writeRequest(reading.request, "m", traits, nobody);
  if (written.kind !== "request") throw new Error(written.field);
  return { sent: asRead(written.body), dropped: written.dropped };
}

describe("effort", () => {
  test.each([
    [own, "xhigh", [], "high"],
    [own, "max", [], "high"],
    [own, "low", [], "low"],
    [openAi, "xhigh", [], "xhigh"],
    [openAi, "max", [], "xhigh"],
    ["https://openrouter.ai/api/v1", "max", [], "xhigh"],
    [openAi, "max", ["effort: xhigh"], "high"],
    [openAi, "high", ["reasoning_effort"], undefined],
  ])("%s, %s, refused %j", (baseUrl, effort, refuses, word) => {
    const asked = { thinking: { type: "adaptive" }, output_config: { effort } };
    const { sent, dropped } = ask({ baseUrl, refuses }, asked);
    expect(sent["reasoning_effort"]).toBe(word);
    expect(dropped).toEqual(word === undefined ? ["thinking", "output_config.effort"] : []);
  });
});

describe("a refused", () => {
  test.each<[string, JsonRecord, string[]]>([
    ["temperature", { temperature: 0.5 }, ["temperature"]],
    ["top_k", { top_k: 5 }, ["top_k"]],
    ["stop", { stop_sequences: ["a"] }, ["stop_sequences"]],
    // It says nothing of the client's.
    ["chat_template_kwargs", {}, []],
    ["stream_options", { stream: true }, []],
  ])("%s is left out", (part, asked, dropped) => {
    const answer = ask({ baseUrl: own, refuses: [part] }, asked);
    expect(answer.sent).not.toContainKey(part);
    expect(answer.dropped).toEqual(dropped);
    if (part !== "stream_options" && part !== "chat_template_kwargs")
      expect(ask({ baseUrl: own }, asked).sent).toContainKey(part);
  });

  test("schema is a plain one from then on, in tools and formats", () => {
    const schema = { type: "object", properties: { a: { type: "string", format: "uri" } } };
    const asked = {
      tools: [{ name: "f", input_schema: schema, strict: true }],
      output_config: { format: { type: "json_schema", schema } },
    };
    const { sent, dropped } = ask({ baseUrl: own, refuses: ["schema", "strict"] }, asked);
    expect(JSON.stringify(sent)).not.toContain("uri");
    expect(dropped.toSorted()).toEqual([
      "output_config.format.format",
      "tools.format",
      "tools.strict",
    ]);
    expect(ask({ baseUrl: own }, asked).dropped).toEqual([]);
  });
});

describe("an engine", () => {
  const source = { type: "url", url: "https://h/a.png" };
  const messages = [
    { role: "user", content: "hi" },
    { role: "assistant", content: [{ type: "tool_use", id: "c", name: "f", input: {} }] },
    {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "c", content: [{ type: "image", source }] }],
    },
  ];

  test.each<[Engine | undefined, number]>([
    ["vllm", 3],
    ["sglang", 3],
    ["llama.cpp", 4],
    ["litellm", 4],
    [undefined, 4],
  ])("%s gets pictures in results, or behind them: %i messages", (engine, count) => {
    const server = engine === undefined ? { baseUrl: own } : { baseUrl: own, engine };
    const { sent, dropped } = ask(server, { messages });
    expect(sent["messages"]).toHaveLength(count);
    expect(JSON.stringify(sent)).toContain(source.url);
    expect(dropped).toEqual([]);
  });

  test("LiteLLM gets marks for caches, until it refuses them", () => {
    const cache_control = { type: "ephemeral" };
    const asked = { system: [{ type: "text", text: "a", cache_control }] };
    const server = { baseUrl: own, engine: "litellm" as const };
    expect(ask(server, asked)).toMatchObject({
      sent: { messages: [{ content: [{ text: "a", cache_control }] }, {}] },
      dropped: [],
    });
    expect(ask({ ...server, refuses: ["cache_control"] }, asked)).toMatchObject({
      sent: { messages: [{ content: "a" }, {}] },
      dropped: ["cache_control"],
    });
  });
});

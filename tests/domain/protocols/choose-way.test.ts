// How servers are asked in a client's protocol, and why.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../src/domain/bytes/json.ts";
import type { ProtocolName } from "../../../src/domain/call/endpoint.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import {
  nothingShown,
  type SpokenShown,
  shownTo,
  usualWayTo,
  wayTo,
} from "../../../src/domain/protocols/choose-way.ts";
import { wayInWords, wayWord } from "../../../src/domain/call/way.ts";
import { routingOf } from "../../lab/routing-of.ts";

const serverOf = (keys: string, url = "http://h:1") => {
  const server = routingOf(`servers: { s: { url: '${url}'${keys} } }`).servers.get("s");
  if (server === undefined) throw new Error("there is no such server");
  return server;
};
const refused = (protocol: ProtocolName): SpokenShown => ({
  ...nothingShown,
  isUnspoken: (_baseUrl: string, asked: ProtocolName) => asked === protocol,
});

test.each<
  [keys: string, path: string, learned: ProtocolName | null, word: string, because: string]
>([
  ["", "/v1/chat/completions", null, "native", "type"],
  ["", "/v1/messages", null, "native", "type"],
  ["", "/v1/messages", "anthropic-messages", "messages>chat", "learned"],
  ["", "/v1/messages/count_tokens", "anthropic-messages", "native", "type"],
  ["", "/v1/responses", null, "native", "contents"],
  ["", "/v1/responses", "openai-responses", "responses>chat", "learned"],
  ["", "/api/chat", null, "ollama>chat", "type"],
  [", speaks: [chat, messages]", "/v1/messages", "anthropic-messages", "native", "speaks"],
  [", speaks: { messages: translate }", "/v1/messages", null, "messages>chat", "speaks"],
  [", type: anthropic", "/v1/messages", null, "native", "type"],
  [", type: anthropic", "/v1/chat/completions", null, "chat>messages", "type"],
  [", type: anthropic", "/api/generate", null, "ollama>messages", "type"],
  [", type: anthropic", "/v1/embeddings", null, "chat>", "type"],
  [", type: anthropic", "/v1/completions", null, "chat>", "type"],
  // Anthropic has files, too, and whatever else it may have: it says itself what it has not.
  [", type: anthropic", "/v1/files", null, "native", "type"],
  [", speaks: [messages]", "/v1/embeddings", null, "chat>", "speaks"],
  [", speaks: [responses]", "/v1/chat/completions", null, "chat>responses", "speaks"],
  [", speaks: [responses]", "/v1/messages", null, "messages>responses", "speaks"],
  [", speaks: [responses]", "/api/generate", null, "ollama>responses", "type"],
  [", speaks: [responses]", "/v1/responses", "openai-responses", "native", "speaks"],
  [", speaks: [responses]", "/v1/embeddings", null, "chat>", "speaks"],
  [", speaks: [responses, messages]", "/v1/chat/completions", null, "chat>responses", "speaks"],
  [", speaks: [chat, responses]", "/v1/messages", null, "messages>chat", "speaks"],
  [", speaks: { responses: translate }", "/v1/responses", null, "responses>chat", "speaks"],
  [
    ", speaks: { chat: translate, responses: translate }",
    "/v1/chat/completions",
    null,
    "chat>",
    "speaks",
  ],
])("a server { %s } asked for %s", (keys, path, learned, word, because) => {
  const server = serverOf(keys);
  const unspoken = learned === null ? nothingShown : refused(learned);
  const way = usualWayTo(endpointOf("POST", path), server, unspoken);
  expect([wayWord(way), way.because]).toEqual([word, because]);
});

test("in words, with the reason", () => {
  const server = serverOf("");
  const words = (path: string, unspoken = nothingShown) =>
    wayInWords(usualWayTo(endpointOf("POST", path), server, unspoken), server.type);
  expect(words("/v1/messages")).toBe("native messages (type openai)");
  expect(words("/v1/messages", refused("anthropic-messages"))).toBe(
    "messages translated to chat (its answer showed that it does not speak messages)",
  );
});

describe("calls to Responses, where nothing is said of them", () => {
  const endpoint = endpointOf("POST", "/v1/responses");
  const common = { input: "hi" };
  const more = { input: "hi", tools: [{ type: "custom", name: "apply_patch" }] };
  const partial: SpokenShown = { ...nothingShown, isPartial: (name) => name === "s" };
  const wayOf = (url: string, request: object | null, shown = nothingShown, keys = "") => {
    const way = wayTo(
      { endpoint, json: () => request as JsonRecord | null },
      serverOf(keys, url),
      shown,
    );
    return [wayWord(way), way.because];
  };
  const openAis = [
    "https://api.openai.com/v1",
    "https://eu.api.openai.com",
    "https://mine.openai.azure.com/openai/v1",
    "https://mine.services.ai.azure.com/openai/v1",
    "https://mine.cognitiveservices.azure.com/openai/v1",
  ];
  const others = [
    "http://h:1",
    "https://api.openai.com.example.org/v1",
    "https://openrouter.ai/api/v1",
    "http://h:1/api.openai.com",
    "https://notapi.openai.com",
  ];

  test.each(openAis)("%s gets all as they come, unread", (url) => {
    const unread = () => {
      throw new Error("it was read");
    };
    const way = wayTo({ endpoint, json: unread }, serverOf("", url), partial);
    expect([wayWord(way), way.because]).toEqual(["native", "host"]);
  });

  test.each(others)("%s gets what every server has as it comes, and the rest translated", (url) => {
    expect(wayOf(url, common)).toEqual(["native", "contents"]);
    expect(wayOf(url, more)).toEqual(["responses>chat", "contents"]);
    expect(wayOf(url, null)).toEqual(["native", "contents"]);
  });

  test("a server that speaks them in part gets them translated", () => {
    expect(wayOf("http://h:1", common, partial)).toEqual(["responses>chat", "server"]);
    const asked = { protocol: "responses", reason: "server" };
    const shown = shownTo([{ name: "s", url: "http://h:1", protocols: [asked] }]);
    expect(wayOf("http://h:1", common, shown)).toEqual(["responses>chat", "server"]);
  });

  test("what the file says holds", () => {
    const keys = ", speaks: [chat, responses]";
    expect(wayOf("http://h:1", more, partial, keys)).toEqual(["native", "speaks"]);
    expect(wayOf("https://api.openai.com", more, nothingShown, ", speaks: [chat]")).toEqual([
      "responses>chat",
      "speaks",
    ]);
  });

  test("in words", () => {
    const words = (url: string, shown = nothingShown) =>
      wayInWords(usualWayTo(endpoint, serverOf("", url), shown), "openai");
    expect(words("http://h:1")).toBe(
      "native responses for texts, images and functions, else translated (contents)",
    );
    expect(words("https://api.openai.com")).toBe(
      "native responses (its host has all of responses)",
    );
    expect(words("http://h:1", partial)).toBe(
      "responses translated to chat (llama.cpp, by its model list, speaks responses in part)",
    );
  });
});

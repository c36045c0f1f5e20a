// How servers are asked in a client's protocol, and why.
import { expect, test } from "bun:test";
import type { ProtocolName } from "../../../src/domain/call/endpoint.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import { nothingLearned, wayTo } from "../../../src/domain/protocols/choose-way.ts";
import { wayInWords, wayWord } from "../../../src/domain/call/way.ts";
import { routingOf } from "../../lab/routing-of.ts";

const serverOf = (keys: string) => {
  const server = routingOf(`servers: { s: { url: 'http://h:1'${keys} } }`).servers.get("s");
  if (server === undefined) throw new Error("there is no such server");
  return server;
};
const refused = (protocol: ProtocolName) => ({
  isUnspoken: (_baseUrl: string, asked: ProtocolName) => asked === protocol,
});

test.each<
  [keys: string, path: string, learned: ProtocolName | null, word: string, because: string]
>([
  ["", "/v1/chat/completions", null, "native", "type"],
  ["", "/v1/messages", null, "native", "type"],
  ["", "/v1/messages", "anthropic-messages", "messages>chat", "learned"],
  ["", "/v1/messages/count_tokens", "anthropic-messages", "native", "type"],
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
  const unspoken = learned === null ? nothingLearned : refused(learned);
  const way = wayTo(endpointOf("POST", path), server, unspoken);
  expect([wayWord(way), way.because]).toEqual([word, because]);
});

test("in words, with the reason", () => {
  const server = serverOf("");
  const words = (path: string, unspoken = nothingLearned) =>
    wayInWords(wayTo(endpointOf("POST", path), server, unspoken), server.type);
  expect(words("/v1/messages")).toBe("native messages (type openai)");
  expect(words("/v1/messages", refused("anthropic-messages"))).toBe(
    "messages translated to chat (its answer showed that it does not speak messages)",
  );
});

// What servers are asked in: natively where they speak it, else translated.
import { describe, expect, test } from "bun:test";
import { outgoingRequest } from "../../../src/domain/http/outgoing.ts";
import { bridgeFor } from "../../../src/domain/protocols/choose-bridge.ts";
import { addressOf, speaks, translatedTo } from "../../../src/domain/protocols/spoken.ts";
import type { ProtocolName } from "../../../src/domain/call/endpoint.ts";
import type { Server } from "../../../src/domain/routing/types.ts";
import { fakeCall } from "../../lab/fake-ports.ts";
import { documentedPolicy, routingOf } from "../../lab/routing-of.ts";
import { bridgeDeps } from "../../lab/bridge-deps.ts";

const serverOf = (keys: string): Server => {
  const server = routingOf(`servers: { s: { ${keys} } }`).servers.get("s");
  if (server === undefined) throw new Error("there is no such server");
  return server;
};
const url = "url: 'http://h:1'";

describe("a server speaks", () => {
  test.each<[string, ProtocolName[], ProtocolName[]]>([
    [url, ["openai-chat", "openai-responses", "anthropic-messages"], ["openai-chat"]],
    [`${url}, type: ollama`, ["openai-chat", "ollama"], ["ollama"]],
    [`${url}, type: anthropic`, ["anthropic-messages"], ["anthropic-messages"]],
    [`${url}, speaks: [chat]`, ["openai-chat"], ["openai-chat"]],
    [`${url}, speaks: messages`, ["anthropic-messages"], ["anthropic-messages"]],
    [
      `${url}, speaks: { responses: translate }`,
      ["openai-chat", "anthropic-messages"],
      ["openai-chat"],
    ],
    [
      `${url}, type: ollama, speaks: { messages: native }`,
      ["openai-chat", "anthropic-messages", "ollama"],
      ["ollama", "anthropic-messages"],
    ],
    [`${url}, type: ollama, speaks: [chat]`, ["openai-chat", "ollama"], ["ollama", "openai-chat"]],
  ])("%s", (keys, spoken, into) => {
    const server = serverOf(keys);
    const all: ProtocolName[] = ["openai-chat", "openai-responses", "anthropic-messages", "ollama"];
    expect(all.filter((protocol) => speaks(server, protocol))).toEqual(spoken);
    expect(translatedTo(server)).toEqual(into);
  });
});

test("an API may have a path of its own, from the server's root", () => {
  const server = serverOf(
    "url: 'http://h:1/engines/v1', speaks: { messages: /anthropic/v1/messages }",
  );
  const at = (protocol: ProtocolName, path: string) => addressOf(server, protocol, path);
  expect(at("anthropic-messages", "/v1/messages")).toBe("http://h:1/anthropic/v1/messages");
  expect(at("anthropic-messages", "/v1/messages/count_tokens")).toBe(
    "http://h:1/anthropic/v1/messages/count_tokens",
  );
  expect(at("openai-chat", "/v1/chat/completions")).toBe("http://h:1/engines/v1/chat/completions");
});

describe("a native call of Messages", () => {
  const requestFor = (keys: string, headers: Record<string, string> = {}) => {
    const call = {
      ...fakeCall({ model: "s/m", messages: [{ role: "user", content: "hi" }] }, "/v1/messages"),
      headers: Object.entries(headers),
      query: "?beta=true",
    };
    const server = serverOf(keys);
    const target = { server, model: "m", weight: 1, policy: documentedPolicy };
    const bridge = bridgeFor(call, target, bridgeDeps());
    return outgoingRequest(call, target, bridge, "v", null);
  };
  const headersFor = (keys: string, headers: Record<string, string>) =>
    Object.fromEntries(requestFor(keys, headers).headers);

  test("keeps its query, which has no place in another protocol", () => {
    expect(requestFor(url).url).toBe("http://h:1/v1/messages?beta=true");
    expect(requestFor(`${url}, speaks: [chat]`).url).toBe("http://h:1/v1/chat/completions");
  });

  test("names the API's version where its client did not", () => {
    expect(headersFor(url, {})).toMatchObject({ "anthropic-version": "2023-06-01" });
    expect(headersFor(url, { "anthropic-version": "x" })).toMatchObject({
      "anthropic-version": "x",
    });
  });

  test("brings the server's key where Anthropic looks for it, and only there", () => {
    const sent = headersFor(`${url}, type: anthropic, api_key: k`, { authorization: "Bearer c" });
    expect(sent).toMatchObject({ "x-api-key": "k" });
    expect(sent).not.toContainKey("authorization");
  });

  test("brings the key of a server of another type in both places", () => {
    expect(headersFor(`${url}, api_key: k`, {})).toMatchObject({
      "x-api-key": "k",
      authorization: "Bearer k",
    });
  });

  test("keeps the client's own key as it came", () => {
    const sent = headersFor(`${url}, type: anthropic`, { authorization: "Bearer c" });
    expect(sent).toMatchObject({ authorization: "Bearer c" });
    expect(sent).not.toContainKey("x-api-key");
  });
});

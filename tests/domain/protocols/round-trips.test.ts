// Requests by way of the neutral form and back: what is said stays said, and one pass is enough.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isRecord, type JsonRecord } from "../../../src/domain/bytes/json.ts";
import type { ProtocolName } from "../../../src/domain/call/endpoint.ts";
import { translatedCall } from "../../lab/translated-call.ts";
import { anyMessagesRequest } from "./anthropic-messages/any-messages-request.ts";
import { anyChatRequest } from "./openai-chat/any-chat-request.ts";

const numRuns = 60;

/** Takes all that a chat may hold. */
const openAi = { baseUrl: "https://api.openai.com/v1" };

function pass(path: string, to: ProtocolName, request: JsonRecord): JsonRecord {
  const server = to === "openai-chat" ? openAi : {};
  const { sent, cannot, instead } = translatedCall(path, request, to, {}, server);
  if (sent === null) throw new Error(`${cannot} ${JSON.stringify(instead)}`);
  return sent;
}

const chats = (request: JsonRecord, to: ProtocolName) => pass("/v1/chat/completions", to, request);
const messages = (request: JsonRecord, to: ProtocolName) => pass("/v1/messages", to, request);
const responses = (request: JsonRecord, to: ProtocolName) => pass("/v1/responses", to, request);

function messagesOf(request: JsonRecord): readonly JsonRecord[] {
  return request["messages"] as readonly JsonRecord[];
}

/** A content as its parts, without those that say nothing. */
function partsOf(content: unknown): readonly JsonRecord[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  const parts = (content ?? []) as readonly JsonRecord[];
  return parts.filter(({ type, text }) => type !== "text" || text !== "");
}

/** What a chat says, message by message; reasoning is the server's that made it, and named. */
function chatSays(request: JsonRecord): unknown {
  return messagesOf(request).flatMap((message) => {
    const role = message["role"] === "developer" ? "system" : message["role"];
    const id = message["tool_call_id"] ?? null;
    const calls = (message["tool_calls"] ?? []) as readonly JsonRecord[];
    return [
      ...(role === "assistant" ? spoken(message) : partsOf(message["content"]).map(withoutDetail)),
      ...calls.map((call) => [call["id"], call["function"]]),
    ].map((said) => [role, id, said]);
  });
}

/** As `chatSays`, whatever order instructions have brought it into, which are one message at the start. */
function asSet(request: JsonRecord): ReadonlySet<string> {
  const said = chatSays(request) as readonly (readonly unknown[])[];
  return new Set(said.filter(([role]) => role !== "system").map((one) => JSON.stringify(one)));
}

/** A chat has one text for what its assistant says, and what it refuses. */
function spoken({ content, refusal }: JsonRecord): readonly string[] {
  const texts = [...partsOf(content), ...partsOf(refusal)].map(({ text }) => text);
  return texts.length === 0 ? [] : [texts.join("")];
}

/** How large a picture is looked at is named. */
function withoutDetail(part: JsonRecord): JsonRecord {
  const image = part["image_url"];
  return isRecord(image) ? { ...part, image_url: { url: image["url"] } } : part;
}

/** What is said in Messages, block by block; a turn's results stand first, in the order of their calls. */
function messageSays(request: JsonRecord): unknown {
  return [
    partsOf(request["system"]),
    ...messagesOf(request).flatMap(({ role, content }) => {
      const blocks = partsOf(content).filter(({ type }) => type !== "thinking");
      const results = blocks.filter(({ type }) => type === "tool_result");
      return [
        ...results
          .map((one): JsonRecord => ({ ...one, content: partsOf(one["content"]) }))
          .toSorted((a, b) => (String(a["tool_use_id"]) < String(b["tool_use_id"]) ? -1 : 1)),
        ...blocks.filter(({ type }) => type !== "tool_result"),
      ].map((block) => [role, block]);
    }),
  ];
}

describe("what is said stays said", () => {
  test("in a chat", () => {
    fc.assert(
      fc.property(anyChatRequest, (request) => {
        expect(chatSays(chats(request, "openai-chat"))).toEqual(chatSays(request));
      }),
      { numRuns },
    );
  });

  test("in a chat by way of Responses", () => {
    fc.assert(
      fc.property(anyChatRequest, (request) => {
        // Ids that come up again, and names that OpenAI refuses, are others there.
        const text = JSON.stringify(request).replaceAll("files.read", "files");
        const ids = text.match(/"id":"[^"]*"/g) ?? [];
        fc.pre(new Set(ids).size === ids.length);
        const asked = JSON.parse(text) as JsonRecord;
        const there = responses(chats(asked, "openai-responses"), "openai-chat");
        expect(asSet(there)).toEqual(asSet(chats(asked, "openai-chat")));
        for (const key of ["tool_choice", "temperature", "top_p", "parallel_tool_calls"])
          expect(there[key] ?? null).toEqual(chats(asked, "openai-chat")[key] ?? null);
      }),
      { numRuns },
    );
  });

  test("in Messages, settings included", () => {
    fc.assert(
      fc.property(anyMessagesRequest, (any) => {
        const said = messagesOf(any).filter(({ role }) => role !== "system");
        const request: JsonRecord = { ...any, messages: said };
        const once = messages(request, "anthropic-messages");
        expect(messageSays(once)).toEqual(messageSays(request));
        for (const key of ["max_tokens", "temperature", "tool_choice", "tools"])
          expect(once[key] ?? null).toEqual(request[key] ?? null);
      }),
      { numRuns },
    );
  });
});

describe("one pass is enough", () => {
  const ways: readonly (readonly [string, (request: JsonRecord) => JsonRecord])[] = [
    ["chat to chat", (request) => chats(request, "openai-chat")],
    [
      "chat to Messages to chat",
      (request) => messages(chats(request, "anthropic-messages"), "openai-chat"),
    ],
    [
      "chat to Responses to chat",
      (request) => responses(chats(request, "openai-responses"), "openai-chat"),
    ],
  ];
  test.each(ways)("%s", (_, way) => {
    fc.assert(
      fc.property(anyChatRequest, (request) => {
        const once = way(request);
        expect(way(once)).toEqual(once);
      }),
      { numRuns },
    );
  });

  test.each<[string, (request: JsonRecord) => JsonRecord]>([
    ["Responses to Responses", (request) => responses(request, "openai-responses")],
    [
      "Responses to Messages to Responses",
      (request) => messages(responses(request, "anthropic-messages"), "openai-responses"),
    ],
  ])("%s", (_, way) => {
    fc.assert(
      fc.property(anyMessagesRequest, (request) => {
        const once = way(messages(request, "openai-responses"));
        expect(way(once)).toEqual(once);
      }),
      { numRuns },
    );
  });

  test("Messages to Messages", () => {
    fc.assert(
      fc.property(anyMessagesRequest, (request) => {
        const once = messages(request, "anthropic-messages");
        expect(messages(once, "anthropic-messages")).toEqual(once);
      }),
      { numRuns },
    );
  });
});

// Messages to a chat and back: after one pass nothing changes any more, and what was said is all there.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { isRecord, type JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { messagesUpstreamCodec } from "../../../../src/domain/protocols/anthropic-messages/upstream-codec.ts";
import { endpointOf } from "../../../../src/domain/protocols/endpoint-of.ts";
import { chatClientCodec } from "../../../../src/domain/protocols/openai-chat/client-codec.ts";
import { serverTraits } from "../../../../src/domain/protocols/server-traits.ts";
import { madeBy, sentTo } from "../../../lab/made-by.ts";
import { asRead, asReceived } from "../ollama/written.ts";
import { anyMessagesRequest } from "./any-messages-request.ts";
import { asChat } from "./over-chat.ts";

/** What a chat server's request is, made one of Anthropic's again. */
function thereAndBack(request: JsonRecord): JsonRecord {
  const chat = asChat(request, "openai");
  if (typeof chat === "string") throw new Error(chat);
  const asked = chatClientCodec.call(endpointOf("POST", "/v1/chat/completions"));
  const reading = asked?.readRequest(asReceived(chat.body));
  if (reading?.kind !== "request") throw new Error(JSON.stringify(reading));
  const traits = serverTraits("https://api.anthropic.com");
  const server = sentTo(madeBy("anthropic-messages"));
  const written = messagesUpstreamCodec.writeRequest(reading.request, "m", traits, server);
  if (written.kind !== "request") throw new Error(written.field);
  return asRead(written.body);
}

/** The texts that are said, thoughts aside. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return /^a[^]*z$/.test(value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (!isRecord(value) || value["type"] === "thinking") return [];
  return ["content", "text", "system", "messages"].flatMap((key) => textsIn(value[key]));
}

test("one pass is enough, no word is lost, and every call has its result", () => {
  fc.assert(
    fc.property(anyMessagesRequest, (request) => {
      const once = thereAndBack(request);
      expect(thereAndBack(once)).toEqual(once);
      const said = JSON.stringify(once);
      for (const part of textsIn(request))
        expect(said).toContain(JSON.stringify(part).slice(1, -1));
      const ids = (type: string, key: string) => {
        const found = said.matchAll(new RegExp(`"type":"${type}"[^{}]*?"${key}":"(\\w+)"`, "g"));
        return [...found].map(([, id]) => id);
      };
      expect(ids("tool_result", "tool_use_id")).toEqual(ids("tool_use", "id"));
    }),
    { numRuns: 150 },
  );
});

// A whole answer as the events of a stream that has already begun.
import { isRecord, parseJsonBytes } from "../../bytes/json.ts";
import { bodySource, type JsonSource } from "../../bytes/json-source.ts";
import {
  inOrder,
  jsonLine,
  ownNumber,
  type RawJson,
  type Written,
} from "../../bytes/json-written.ts";
import type { ProtocolName } from "../../call/endpoint.ts";

const text = new TextEncoder();

/** @param protocol of the stream; only of chat are the words known */
export function wholeAsEvents(protocol: ProtocolName | null, answer: Uint8Array): Uint8Array {
  const whole = bodySource(answer, parseJsonBytes(answer));
  if (protocol !== "openai-chat" || !Array.isArray(whole.record["choices"]))
    return text.encode(asEvent(new TextDecoder().decode(answer).trim()));
  return text.encode(`${asEvent(jsonLine(chunk(whole)))}data: [DONE]\n\n`);
}

/** Each line of a payload has a field of its own (WHATWG HTML §9.2.6). */
function asEvent(payload: string): string {
  return `data: ${payload.split(/\r\n|\r|\n/).join("\ndata: ")}\n\n`;
}

function chunk(whole: JsonSource): RawJson {
  return rewritten(whole, (key, member) => {
    if (key === "choices")
      return [key, member.items().map((one) => (isRecord(one.value) ? choice(one) : one.raw()))];
    const isObject = key === "object" && member.value === "chat.completion";
    return [key, isObject ? "chat.completion.chunk" : member.raw()];
  });
}

function choice(whole: JsonSource): RawJson {
  return rewritten(whole, (key, member) =>
    key === "message" && isRecord(member.value) ? ["delta", delta(member)] : [key, member.raw()],
  );
}

/** A stream's calls are counted; clients put their pieces together by that. */
function delta(message: JsonSource): RawJson {
  return rewritten(message, (key, member) =>
    key === "tool_calls" && Array.isArray(member.value)
      ? [
          key,
          member.items().map((call, at) => (isRecord(call.value) ? counted(call, at) : call.raw())),
        ]
      : [key, member.raw()],
  );
}

function counted(call: JsonSource, at: number): RawJson {
  const index = call.record["index"] === undefined ? [["index", ownNumber(at)] as const] : [];
  return inOrder([...index, ...call.keys().map((key) => [key, call.member(key).raw()] as const)]);
}

function rewritten(
  source: JsonSource,
  write: (key: string, member: JsonSource) => readonly [string, Written],
): RawJson {
  return inOrder(source.keys().map((key) => write(key, source.member(key))));
}
